"""Sentences of a table: verdict and footnotes."""
