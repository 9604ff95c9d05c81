"""Classical methods for the baselines of tasks."""
