"""Configurations: experiment files, options and `--set` resolved to one checked configuration, and its search space."""
