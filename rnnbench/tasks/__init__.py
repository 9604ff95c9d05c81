"""Tasks: each is one file, or one folder with a `task.py`; its name is the name on the command line."""

SHARED = frozenset({"base", "baseline", "inference", "prepared", "samples"})
"""Files of this folder that are not tasks."""
