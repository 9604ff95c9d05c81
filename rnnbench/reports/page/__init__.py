"""The report of one sweep: sections made from the store, written as HTML and as Markdown."""
