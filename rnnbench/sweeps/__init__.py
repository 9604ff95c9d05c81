"""Optuna's part: studies, draws, pruning, workers, confirmation. The only user of optuna."""

from rnnbench.sweeps.model import ConfirmOptions, SweepInterrupted, SweepOptions, SweepPlan
from rnnbench.sweeps.plan import configurations, confirmation_plan, sweep_plan
from rnnbench.sweeps.provenance import command_for
from rnnbench.sweeps.sweep import carry_out, sweep, trials_there

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
