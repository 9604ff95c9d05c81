"""The warning that targets of a series have no scale of MASE, with the metric that judges instead."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from rnnbench.core.rounding import is_constant
from rnnbench.core.text import listed
from rnnbench.data.kinds import Series
from rnnbench.metrics.forecasts import without_scale


def with_scale_warning(series: Series) -> Series:
    """The series, with a warning in its facts where a target has no scale of MASE."""
    train = series.splits.train
    lacking = without_scale(train.values, series.season_length, train.observed)
    if not lacking.any():
        return series
    constant = is_constant(train.values)
    groups = [
        (lacking & constant, "does not change"),
        (lacking & ~constant, _repeated(series.season_length)),
    ]
    reasons = [_named(series.targets, mask, reason) for mask, reason in groups if mask.any()]
    result = "forecasts are judged by MAE" if lacking.all() else "MASE is the mean over the other targets"
    warning = f"{' and '.join(reasons)} in training, so that MASE has no scale: {result}"
    return replace(series, facts=replace(series.facts, warnings=(*series.facts.warnings, warning)))


def _named(targets: tuple[str, ...], mask: np.ndarray, reason: str) -> str:
    """'a' does not change; each of 'a', 'b' and others does not change."""
    names = [repr(name) for name, is_meant in zip(targets, mask, strict=True) if is_meant]
    shown = listed([*names[:5], "others"]) if len(names) > 5 else listed(names)
    return f"{'each of ' if len(names) > 1 else ''}{shown} {reason}"


def _repeated(season: int) -> str:
    """What a target without a scale does that is not constant."""
    if season == 1:
        return "changes from row to row by no more than the rounding of its numbers"
    return f"is the same in each season of {season} rows"
