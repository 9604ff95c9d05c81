"""What is learned: a task is one file, or one folder that holds `task.py`; its name is the name on the command line."""

SHARED = frozenset({"base", "baseline", "inference", "samples"})
"""Files of this folder that are no tasks."""
