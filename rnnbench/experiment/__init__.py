"""What was asked: experiment files, options and `--set` to one checked configuration, and its search space."""
