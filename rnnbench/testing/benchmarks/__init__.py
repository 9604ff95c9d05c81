"""One file per benchmark; the file name is the name on the command line."""

SHARED = frozenset({"base"})
"""Files of this folder that are no benchmarks."""
