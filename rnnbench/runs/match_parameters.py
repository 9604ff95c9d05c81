"""Solve for the hidden size with which an encoder has a given number of parameters.

    300,000 parameters on shakespeare:   lstm 108 wide, 298,912   gru 120 wide, 300,688   rnn 157 wide, 300,131

Depth, direction and embeddings change the count too, so the size is solved for in every drawn configuration.
Source: Melis, Dyer and Blunsom (2018), On the state of the art of evaluation in neural language models,
arXiv:1707.05589, who compare recurrent cells at equal numbers of parameters.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from rnnbench.core.errors import BudgetError, RnnbenchError
from rnnbench.experiment.config import ExperimentConfig
from rnnbench.runs.build import parameters_of
from rnnbench.runs.prepare import prepare
from rnnbench.storage.record import MATCH_TOLERANCE, is_matched, model_name
from rnnbench.tasks.prepared import Prepared

WIDTH = "encoder.hidden_size"
_WIDEST = 1 << 16
_MOST_STEPS = 64
"""Consecutive widths tried where an encoder accepts some only, such as multiples of its number of heads."""


@dataclass(frozen=True)
class Size:
    """A width that can be built, and the number of parameters at that width."""

    width: int
    parameters: int


def matched(config: ExperimentConfig) -> ExperimentConfig:
    """The configuration with its hidden size solved for; unchanged without `budget.match_parameters`.

    Raises: BudgetError where no hidden size is within 2 % of the target, with the nearest sizes.
    """
    target = config.budget.match_parameters
    if target is None:
        return config
    sizes = nearest_sizes(config, prepare(config))
    best = min(sizes, key=lambda size: (abs(size.parameters - target), size.width), default=None)
    if best is None or not is_matched(best.parameters, target):
        raise BudgetError(_refusal([(config, sizes)]))
    return config.with_values({WIDTH: best.width})


def match_all(configs: Iterable[ExperimentConfig]) -> dict[str, ExperimentConfig]:
    """Each configuration with its hidden size solved for, by model.

    Raises: BudgetError naming every encoder that has no hidden size within 2 %.
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
    """The widest encoder below the target and the narrowest at or above it, where they exist."""
    target = config.budget.match_parameters or 0
    below: Size | None = None
    above = _at_or_after(config, prepared, 1)
    while above is not None and above.parameters < target:
        below, above = above, _at_or_after(config, prepared, 2 * above.width)
    low, high = below.width if below else 0, above.width if above else _WIDEST
    while below is not None and high - low > 1:
        middle = (low + high) // 2
        size = _at_or_after(config, prepared, middle)
        if size is None or size.width >= high:
            high = middle
        elif size.parameters < target:
            below, low = size, size.width
        else:
            above, high = size, middle
    return [size for size in (below, above) if size is not None]


def _at_or_after(config: ExperimentConfig, prepared: Prepared, width: int) -> Size | None:
    """The first width from `width` on with which the encoder can be built: some need a multiple."""
    settings = config.encoder.model_dump()
    for candidate in range(width, min(width + _MOST_STEPS, _WIDEST)):
        try:
            encoder = type(config.encoder).model_validate({**settings, "hidden_size": candidate})
            return Size(candidate, parameters_of(replace(config, encoder=encoder), prepared))
        except (ValueError, AssertionError, RnnbenchError):
            continue
    return None


def _refusal(refused: Iterable[tuple[ExperimentConfig, list[Size]]]) -> str:
    nearest, target = [], 0
    for config, sizes in refused:
        target = config.budget.match_parameters or 0
        listed = " or ".join(f"{size.parameters:,} (hidden_size {size.width})" for size in sizes)
        nearest.append(f"{model_name(config.model)} has {listed or 'no size that can be built'}")
    return (
        f"no hidden_size is within {MATCH_TOLERANCE:.0%} of {target:,} parameters; nearest: {', '.join(nearest)}. "
        "Choose another number for --match-parameters, or another embedding size or depth"
    )
