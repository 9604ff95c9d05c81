"""Optuna's part: studies, draws, pruning, workers, confirmation. The only user of optuna."""

from rnnbench.sweeps.sweep import SweepInterrupted, SweepOptions, configurations, sweep

__all__ = ["SweepInterrupted", "SweepOptions", "configurations", "sweep"]
