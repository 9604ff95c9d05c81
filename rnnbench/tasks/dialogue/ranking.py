"""Candidate replies of each row, the true one among fixed distractors, and another row's context."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

DISTRACTORS = 9
_SEED = 20_160_719
_DRAWN = 8 * DISTRACTORS
"""Rows drawn at first: nearly always enough for `DISTRACTORS` different texts."""


def candidates_of(targets: Sequence[str]) -> np.ndarray:
    """(rows, 10) indices of rows whose targets are the candidates of each row.

    Column 0 is the row itself, then follow nine rows with other texts, which also differ from each other; a frequent
    text is drawn more often, so that to prefer frequent replies is at chance. They depend on a fixed seed, the
    row and the targets alone. Fewer columns where there are fewer different texts.
    """
    _, text_of = np.unique([target.strip().lower() for target in targets], return_inverse=True)
    distractors = min(DISTRACTORS, int(text_of.max()))
    return np.array([[row, *_distractors(row, text_of, distractors)] for row in range(len(targets))])


def other_contexts(rows: int) -> np.ndarray:
    """(rows,) the row whose context each reply gets for `context_gain`: half a split away, so of another scene."""
    return np.roll(np.arange(rows), rows // 2)


def _distractors(row: int, text_of: np.ndarray, count: int) -> np.ndarray:
    """Rows with `count` different texts other than that of `row`."""
    generator = np.random.default_rng([_SEED, row])
    for drawn in (min(_DRAWN, len(text_of)), len(text_of)):
        order = generator.choice(len(text_of), drawn, replace=False)
        texts, first = np.unique(text_of[order], return_index=True)
        places = np.sort(first[texts != text_of[row]])[:count]
        if len(places) == count:
            break
    return order[places]
