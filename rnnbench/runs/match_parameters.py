"""Encoders of one size: the hidden size with which a configuration comes to a given number of parameters.

    300,000 parameters on shakespeare:   lstm 108 wide, 298,912   gru 120 wide, 300,688   rnn 157 wide, 300,131

What else a configuration says (depth, direction, embeddings) changes the count, so every draw is solved for itself.
Source: Melis, Dyer and Blunsom (2018), On the state of the art of evaluation in neural language models,
arXiv:1707.05589, who compare recurrent cells at equal numbers of parameters.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from rnnbench.core.errors import BudgetError, RnnbenchError
from rnnbench.experiment.config import ExperimentConfig
from rnnbench.runs.build import parameters_of
from rnnbench.runs.train import prepare
from rnnbench.storage.record import MATCH_TOLERANCE, is_matched, model_name
from rnnbench.tasks.prepared import Prepared

WIDTH = "encoder.hidden_size"
_WIDEST = 1 << 16
_MOST_STEPS = 64
"""Widths looked through for one that a picky encoder can be built with: no encoder has more heads than that."""


@dataclass(frozen=True)
class Size:
    """A width that can be built, and how many parameters it makes."""

    width: int
    parameters: int


def matched(config: ExperimentConfig) -> ExperimentConfig:
    """The configuration with the hidden size that its budget asks for; as it is where the budget asks for none.

    Raises: BudgetError where no hidden size comes within 2 %, with the nearest that there are.
    """
    target = config.budget.match_parameters
    if target is None:
        return config
    found = nearest_sizes(config, prepare(config))
    best = _closest(found, target)
    if best is None or not is_matched(best.parameters, target):
        raise BudgetError(_refusal([(config, found)]))
    return config.with_values({WIDTH: best.width})


def match_all(configs: Iterable[ExperimentConfig]) -> dict[str, ExperimentConfig]:
    """Each configuration with its hidden size solved for, by model.

    Raises: BudgetError in one line for every encoder that cannot come within 2 %.
    """
    solved: dict[str, ExperimentConfig] = {}
    refused = []
    for config in configs:
        try:
            solved[config.model] = matched(config)
        except BudgetError:
            refused.append((config, nearest_sizes(config, prepare(config))))
    if refused:
        raise BudgetError(_refusal(refused))
    return solved


def nearest_sizes(config: ExperimentConfig, prepared: Prepared) -> list[Size]:
    """The widest encoder below the target and the narrowest at or above it, as far as there are such."""
    target = config.budget.match_parameters or 0
    below: Size | None = None
    above = _at_or_after(config, prepared, 1)
    while above is not None and above.parameters < target:
        below, above = above, _at_or_after(config, prepared, 2 * above.width)
    low, high = below.width if below else 0, above.width if above else _WIDEST
    while below is not None and high - low > 1:
        middle = (low + high) // 2
        found = _at_or_after(config, prepared, middle)
        if found is None or found.width >= high:
            high = middle
        elif found.parameters < target:
            below, low = found, found.width
        else:
            above, high = found, middle
    return [size for size in (below, above) if size is not None]


def _at_or_after(config: ExperimentConfig, prepared: Prepared, width: int) -> Size | None:
    """The first width from here on that this encoder can be built with: a cell of one's own may need a multiple."""
    settings = config.encoder.model_dump()
    for tried in range(width, min(width + _MOST_STEPS, _WIDEST)):
        try:
            encoder = type(config.encoder).model_validate({**settings, "hidden_size": tried})
            return Size(tried, parameters_of(replace(config, encoder=encoder), prepared))
        except (ValueError, AssertionError, RnnbenchError):
            continue
    return None


def _closest(found: Iterable[Size], target: int) -> Size | None:
    return min(found, key=lambda size: (abs(size.parameters - target), size.width), default=None)


def _refusal(refused: Iterable[tuple[ExperimentConfig, list[Size]]]) -> str:
    told, target = [], 0
    for config, sizes in refused:
        target = config.budget.match_parameters or 0
        listed = " or ".join(f"{size.parameters:,} (hidden_size {size.width})" for size in sizes)
        told.append(f"{model_name(config.model)} has {listed or 'no size that can be built'}")
    return (
        f"no hidden_size comes within {MATCH_TOLERANCE:.0%} of {target:,} parameters; nearest: {', '.join(told)}. "
        "Choose another number for --match-parameters, or other embeddings or depths"
    )
