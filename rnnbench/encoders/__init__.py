"""Encoders: one file each; its name is the name on the command line."""

SHARED = frozenset({"base", "encoder_decoder", "settings", "stack"})
"""Files of this folder that are not encoders."""
