"""Errors, the registry, settings, text and files: used by all other folders."""
