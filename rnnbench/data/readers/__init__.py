"""Readers of the user's own files: tables, texts, labelled texts and series."""
