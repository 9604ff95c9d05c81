"""The warning that targets of a series have no scale of MASE, with the metric that judges instead."""

from __future__ import annotations

from dataclasses import replace

from rnnbench.core.text import listed
from rnnbench.data.kinds import Series
from rnnbench.metrics.forecasts import without_scale


def with_scale_warning(series: Series) -> Series:
    """The series, with a warning in its facts where a target has no scale of MASE."""
    train = series.splits.train
    lacking = without_scale(train.values, series.season_length, train.observed)
    if not lacking.any():
        return series
    names = [repr(name) for name, lacks in zip(series.targets, lacking, strict=True) if lacks]
    season = series.season_length
    same = "does not change" if season == 1 else f"is the same in each season of {season} rows"
    reason = (
        f"{listed(names[:5])}{' and others' if len(names) > 5 else ''} {same} in training, so that MASE has no scale"
    )
    result = "forecasts are judged by MAE" if lacking.all() else "MASE is the mean over the other targets"
    warning = f"{reason}: {result}"
    return replace(series, facts=replace(series.facts, warnings=(*series.facts.warnings, warning)))
