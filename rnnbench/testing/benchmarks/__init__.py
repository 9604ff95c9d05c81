"""Benchmarks: one file each; the file name is the name on the command line."""

SHARED = frozenset({"base"})
"""Files of this folder that are not benchmarks."""
