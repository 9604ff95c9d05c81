"""A file in a common format, read as rows, columns and times."""
