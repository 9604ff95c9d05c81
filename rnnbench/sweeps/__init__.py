"""Sweeps: search each encoder's configurations, confirm the best, compare. Only this package uses optuna."""

from rnnbench.core.garbage import collection_paused

with collection_paused():  # every worker process begins with these imports
    from rnnbench.sweeps.model import ConfirmOptions, SweepInterrupted, SweepOptions, SweepPlan
    from rnnbench.sweeps.plan import configurations, confirmation_plan, sweep_plan
    from rnnbench.sweeps.provenance import command_for
    from rnnbench.sweeps.sweep import carry_out, fewest_trials, sweep

__all__ = [
    "ConfirmOptions",
    "SweepInterrupted",
    "SweepOptions",
    "SweepPlan",
    "carry_out",
    "command_for",
    "configurations",
    "confirmation_plan",
    "fewest_trials",
    "sweep",
    "sweep_plan",
]
