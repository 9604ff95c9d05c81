"""Dialogue: a reply to what was said."""
