"""One table model, and one renderer for each format."""
