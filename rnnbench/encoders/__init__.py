"""One file per encoder; the file name is the name on the command line."""

SHARED = frozenset({"base", "stack"})
"""Files of this folder that are no encoders."""
