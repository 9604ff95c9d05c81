"""The page of one sweep: sections made from what the store holds, written as HTML and as Markdown."""
