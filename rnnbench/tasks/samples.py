"""What a trained run does on the test split, in a few examples a person can look at: small enough to be stored."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np

SHOWCASE_FILE = "samples/report.json"
MOST_BYTES = 20_000
MOST_MISTAKES = 6
TEXT_CHARACTERS = 200
WINDOW_SAMPLES = 160
"""So many samples of a window are kept on each side of its origin."""


def to_json(showcase: dict[str, Any]) -> str:
    """The showcase as it is stored. Raises: ValueError for one that is not small."""
    content = json.dumps(showcase, ensure_ascii=False)
    if len(content.encode()) > MOST_BYTES:
        raise ValueError(f"a showcase has at most {MOST_BYTES:,} bytes, not {len(content.encode()):,}")
    return content


def shortened(text: str, most: int = TEXT_CHARACTERS) -> str:
    """The text on one line, cut with an ellipsis where it is longer."""
    text = " ".join(text[: 4 * most].split())
    return text if len(text) <= most else text[: most - 1].rstrip() + "\N{HORIZONTAL ELLIPSIS}"


def whole_words(text: str) -> str:
    """The text without the word that its end has cut, where it has more than one."""
    cut = text.rstrip()
    return text[: len(cut) - len(cut.split()[-1])].rstrip() if len(cut.split()) > 1 else text


def worst_mistakes(
    texts: Sequence[str], labels: np.ndarray, probabilities: np.ndarray, classes: Sequence[str]
) -> dict[str, Any]:
    """The texts that were told wrong with the highest probability, the worst first.

    probabilities: (texts, classes).
    """
    told = probabilities.argmax(axis=1)
    wrong = np.flatnonzero(told != labels)
    sureness = probabilities[wrong, told[wrong]]
    worst = wrong[np.argsort(-sureness, kind="stable")][:MOST_MISTAKES]
    mistakes = [
        {
            "text": shortened(texts[row]),
            "label": shortened(classes[labels[row]], 60),
            "told": shortened(classes[told[row]], 60),
            "probability": round(float(probabilities[row, told[row]]), 4),
        }
        for row in worst.tolist()
    ]
    return {"kind": "mistakes", "wrong": len(wrong), "texts": len(labels), "mistakes": mistakes}


def chosen_windows(errors: np.ndarray) -> dict[str, tuple[int, int]]:
    """(window, channel) of a good, a median and the worst forecast: the tenth, the half, all of them are no worse.

    errors: (windows, channels), scaled so that channels compare; what is not a number is left out.
    """
    order = [place for place in np.argsort(errors, axis=None, kind="stable") if np.isfinite(errors.flat[place])]
    if not order:
        return {}
    width = errors.shape[1]
    places = {"good": 0.1, "median": 0.5, "worst": 1.0}
    found = {name: int(order[round(share * (len(order) - 1))]) for name, share in places.items()}
    return {name: (place // width, place % width) for name, place in found.items()}


def window_around(values: np.ndarray, times: np.ndarray, row: int, lookback: int, horizon: int) -> dict[str, Any]:
    """The time of an origin, what came before it, and what came after; neither longer than fits.

    values: (rows,) one channel of a split. row: the first that is forecast.
    """
    back = min(lookback, WINDOW_SAMPLES, row)
    return {
        "time": str(np.datetime_as_string(times[row], unit="s")),
        "history": short_numbers(values[row - back : row]),
        "actual": short_numbers(values[row : row + min(horizon, WINDOW_SAMPLES)]),
    }


def short_numbers(values: np.ndarray) -> list[float]:
    """The numbers with five digits each."""
    return [float(f"{value:.5g}") for value in values.tolist()]
