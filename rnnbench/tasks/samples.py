"""A few test examples per run for the report: mistakes of a classifier, windows of a forecaster."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

SHOWCASE_FILE = "samples/report.json"
MOST_BYTES = 20_000
MOST_MISTAKES = 6
TEXT_CHARACTERS = 200
WINDOW_SAMPLES = 160
"""Most samples of a window that are kept on each side of its origin."""
ALIGNED_TOKENS = 18
"""Most tokens of each side of an alignment that is kept: two of them leave 15 kB for texts."""


def to_json(showcase: dict[str, Any]) -> str:
    """The showcase as JSON. Raises: ValueError where it is larger than 20 kB."""
    content = json.dumps(showcase, ensure_ascii=False)
    if len(content.encode()) > MOST_BYTES:
        raise ValueError(f"a showcase has at most {MOST_BYTES:,} bytes, not {len(content.encode()):,}")
    return content


def shortened(text: str, most: int = TEXT_CHARACTERS) -> str:
    """The text on one line, truncated with an ellipsis to `most` characters."""
    text = " ".join(text[: 4 * most].split())
    return text if len(text) <= most else text[: most - 1].rstrip() + "\N{HORIZONTAL ELLIPSIS}"


def last_turns(context: str, most: int = TEXT_CHARACTERS) -> str:
    """The last turns of a context, each on a line of its own, in `most` characters."""
    turns = [shortened(turn, most) for turn in context.splitlines() if turn.strip()]
    kept: list[str] = []
    for turn in reversed(turns):
        if kept and len(turn) + sum(len(other) + 1 for other in kept) > most:
            break
        kept.insert(0, turn)
    return "\n".join(kept)


def short_alignment(
    source: Sequence[str], target: Sequence[str], weights: Sequence[Sequence[float]]
) -> dict[str, Any] | None:
    """The tokens and the weights to two decimals, as the report reads them; None where a side has more than 18."""
    if max(len(source), len(target)) > ALIGNED_TOKENS:
        return None
    rounded = [[round(float(weight), 2) for weight in row] for row in weights]
    return {"source": [*source], "target": [*target], "weights": rounded}


def whole_words(text: str) -> str:
    """The text without its last, possibly truncated, word, if it has more than one."""
    cut = text.rstrip()
    return text[: len(cut) - len(cut.split()[-1])].rstrip() if len(cut.split()) > 1 else text


def worst_mistakes(
    texts: Sequence[str], labels: np.ndarray, probabilities: np.ndarray, classes: Sequence[str]
) -> dict[str, Any]:
    """The misclassified texts with the highest predicted probability, highest first.

    probabilities: (texts, classes).
    """
    predicted = probabilities.argmax(axis=1)
    wrong = np.flatnonzero(predicted != labels)
    confidence = probabilities[wrong, predicted[wrong]]
    worst = wrong[np.argsort(-confidence, kind="stable")][:MOST_MISTAKES]
    mistakes = [
        {
            "text": shortened(texts[row]),
            "label": shortened(classes[labels[row]], 60),
            "told": shortened(classes[predicted[row]], 60),
            "probability": round(float(probabilities[row, predicted[row]]), 4),
        }
        for row in worst.tolist()
    ]
    return {"kind": "mistakes", "wrong": len(wrong), "texts": len(labels), "mistakes": mistakes}


def chosen_windows(errors: np.ndarray) -> dict[str, tuple[int, int]]:
    """(window, channel) of a good, a median and the worst forecast: error quantiles 0.1, 0.5 and 1.

    errors: (windows, channels), scaled so that channels are comparable; NaN and infinities are left out.
    """
    order = [index for index in np.argsort(errors, axis=None, kind="stable") if np.isfinite(errors.flat[index])]
    if not order:
        return {}
    channels = errors.shape[1]
    quantiles = {"good": 0.1, "median": 0.5, "worst": 1.0}
    chosen = {name: int(order[round(quantile * (len(order) - 1))]) for name, quantile in quantiles.items()}
    return {name: divmod(index, channels) for name, index in chosen.items()}


def mean_of_known(errors: np.ndarray) -> np.ndarray:
    """The mean over the first axis (steps, channels) of what is not NaN; NaN where all is."""
    is_known = ~np.isnan(errors)
    counts = is_known.sum(axis=0)
    return np.where(counts > 0, np.where(is_known, errors, 0.0).sum(axis=0) / np.maximum(counts, 1), np.nan)


def window_around(values: np.ndarray, time: str, row: int, lookback: int, horizon: int) -> dict[str, Any]:
    """The time of an origin, the values before it and the values after it, at most 160 each.

    values: (rows,) one channel of a split, NaN where a value was filled. time: of the origin, row: its row.
    """
    back = min(lookback, WINDOW_SAMPLES, row)
    return {
        "time": time,
        "history": short_numbers(values[row - back : row]),
        "actual": short_numbers(values[row : row + min(horizon, WINDOW_SAMPLES)]),
    }


def short_numbers(values: np.ndarray) -> list[float | None]:
    """The values rounded to five significant digits, and to four of their range where that needs more; None for NaN."""
    known = values[~np.isnan(values)]
    largest, extent = (float(np.abs(known).max()), float(np.ptp(known))) if len(known) else (0.0, 0.0)
    more = math.ceil(math.log10(largest / extent)) - 1 if 0 < extent < largest else 0
    digits = min(5 + max(0, more), 17)
    return [None if math.isnan(value) else float(f"{value:.{digits}g}") for value in values.tolist()]
