"""The report of one sweep: sections made from what the store holds, written as one HTML page and as Markdown."""
