"""What is typed and printed. Commands parse and print; nothing is computed here."""
