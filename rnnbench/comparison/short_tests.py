"""Whether a test split is too short to compare encoders, and what to set.

A block is a number of consecutive test examples that depend on each other. With fewer than FEWEST_BLOCKS independent
blocks, an interval over test examples is not reliable, and a test over seeds alone treats the chance of these few
examples as a difference between encoders: simulated equal encoders are then called worse in most tables
(docs/statistics.md).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rnnbench.comparison.examples import scores_by
from rnnbench.comparison.statistics.crossed_intervals import FEWEST_BLOCKS, independent_blocks
from rnnbench.metrics import Metric
from rnnbench.storage.example_scores import ExampleScores, block_length
from rnnbench.storage.record import ITEMS, RunRecord

LARGEST_SHARE = 0.5
"""A share of the data for the test split must be below this (`data.test_share`)."""

_OWN_SPLIT = ("test_data", "split_column", "test_from")
"""Settings of data that determine the test split in place of `data.test_share`."""


def short_test(confirms: Sequence[RunRecord], metric: Metric) -> str:
    """Why the test split is too short to compare encoders, and what to set; empty where it is long enough or unknown.

    confirms: confirmations; those without example scores by any metric do not count.
    """
    kept = [(record, scores) for record in confirms if (scores := _any_scores(record, metric)) is not None]
    if not kept:
        return ""
    record, scores = max(kept, key=lambda pair: independent_blocks(pair[1].scores.size, pair[1].block))
    if independent_blocks(scores.scores.size, scores.block) >= FEWEST_BLOCKS:
        return ""
    describe = _LENGTHS.get(record.tags.get(ITEMS, ""), _of_examples)
    return describe(record, scores)


def _any_scores(record: RunRecord, metric: Metric) -> ExampleScores | None:
    """The scores by a metric, or by another one: it has the same test examples."""
    own = scores_by(record, metric)
    return own if own is not None else next((record.examples[key] for key in sorted(record.examples)), None)


def _of_windows(record: RunRecord, scores: ExampleScores) -> str:
    horizon = _horizon(record)
    if horizon is None:
        return _of_examples(record, scores)
    rows, needed = scores.scores.size + horizon - 1, _rows_needed(horizon)
    shorter = max((steps for steps in range(1, horizon) if _rows_needed(steps) <= rows), default=0)
    remedies = [f"task.horizon={shorter}{' or less' if shorter > 1 else ''}"] if shorter else []
    windows = _counted(rows // horizon, "independent window", "independent windows")
    length = f"{windows} of {_counted(horizon, 'row', 'rows')}"
    return _sentence(length, remedies, record.config, needed, rows, "rows")


def _of_characters(record: RunRecord, scores: ExampleScores) -> str:
    characters = round(float(scores.weights.sum()))
    pieces = scores.scores.size
    needed = math.ceil(_examples_needed(block_length) * characters / pieces)
    blocks, block = independent_blocks(pieces, scores.block), round(scores.block * characters / pieces)
    length = _counted(blocks, "independent passage", "independent passages") + f" of {block:,} characters"
    return _sentence(length, [], record.config, needed, characters, "characters")


def _of_texts(record: RunRecord, scores: ExampleScores) -> str:
    texts = scores.scores.size
    return _sentence(_counted(texts, "text", "texts"), [], record.config, FEWEST_BLOCKS, texts, "texts")


def _of_examples(record: RunRecord, scores: ExampleScores) -> str:
    examples, block = scores.scores.size, scores.block
    blocks = independent_blocks(examples, block)
    of_block = f" in blocks of {block}" if block > 1 else ""
    length = _counted(blocks, "independent example", "independent examples") + of_block
    return _sentence(length, [], record.config, FEWEST_BLOCKS * block, examples, "examples")


_LENGTHS: Mapping[str, Callable[[RunRecord, ExampleScores], str]] = {
    "windows": _of_windows,
    "tokens": _of_characters,
    "texts": _of_texts,
}
"""By the unit of the task's items (a tag of the run), how the length of the test split is described."""


def _sentence(
    length: str, remedies: Sequence[str], config: Mapping[str, Any], needed: int, available: int, unit: str
) -> str:
    """'the test split has 1 independent window of 48 rows: too short to compare encoders; set ...'."""
    share = _share_needed(config.get("data") or {}, (needed + 1) / available)
    options = [*(f"set {remedy}" for remedy in remedies)]
    options += [f"set data.test_share={share:g} (at least {needed:,} {unit})"] if share else []
    if not share:
        options.append(f"use a test split of at least {needed:,} {unit}")
    return f"the test split has {length}: too short to compare encoders; {', or '.join(options)}"


def _share_needed(data: Mapping[str, Any], factor: float) -> float | None:
    """The share of a user's own data, in whole percent, that makes the test split longer by this factor.

    None where the test split is not determined by a share, or would be half of the data or more.
    """
    share = data.get("test_share")
    if not share or not data.get("path") or any(data.get(name) for name in _OWN_SPLIT):
        return None
    wanted = math.ceil(round(100 * share * factor, 6)) / 100
    return wanted if wanted < LARGEST_SHARE else None


def _horizon(record: RunRecord) -> int | None:
    """The rows of a forecast: set, or stored as the number of steps that were scored."""
    configured = (record.config.get("task") or {}).get("horizon")
    if configured:
        return int(configured)
    by_step = record.details.get("by_step") or {}
    return max((len(steps) for steps in by_step.values()), default=None)


def _rows_needed(horizon: int) -> int:
    return _examples_needed(lambda examples: block_length(examples, horizon)) + horizon - 1


def _examples_needed(block_of: Callable[[int], int]) -> int:
    """The fewest examples that have enough independent blocks."""
    examples = FEWEST_BLOCKS
    while independent_blocks(examples, block_of(examples)) < FEWEST_BLOCKS:
        examples += 1
    return examples


def _counted(number: int, one: str, several: str) -> str:
    return f"{number:,} {one if number == 1 else several}"
