"""Optuna's part: studies, draws, pruning, workers, confirmation. The only user of optuna."""

from rnnbench.sweeps.base import ConfirmOptions, SweepInterrupted, SweepOptions, SweepPlan
from rnnbench.sweeps.plans import configurations, confirmation_plan, sweep_plan
from rnnbench.sweeps.sweep import carry_out, sweep, trials_there
from rnnbench.sweeps.told import command_for

__all__ = [
    "ConfirmOptions",
    "SweepInterrupted",
    "SweepOptions",
    "SweepPlan",
    "carry_out",
    "command_for",
    "configurations",
    "confirmation_plan",
    "sweep",
    "sweep_plan",
    "trials_there",
]
