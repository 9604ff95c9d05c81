"""Character n-grams of texts as features, with a bound on memory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from sklearn.feature_extraction.text import TfidfVectorizer

LONGEST_NGRAM = 3
MOST_CHARACTERS = 10_000_000
"""Training characters that are read; longer texts are cut, so that memory stays below about 1 GB."""
MOST_NGRAMS, MOST_WEIGHTS = 300_000, 3_000_000
"""The most frequent n-grams that are kept, and their number times the number of classes."""


def character_vectorizer(class_count: int) -> TfidfVectorizer:
    """TF-IDF of one to three characters, also across words, for this number of classes."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    most = min(MOST_NGRAMS, MOST_WEIGHTS // class_count)
    return TfidfVectorizer(analyzer="char", ngram_range=(1, LONGEST_NGRAM), sublinear_tf=True, max_features=most)


def characters_read(texts: Sequence[str]) -> int:
    """The largest length such that the texts, cut there, have at most `MOST_CHARACTERS` characters together."""
    lengths = np.sort([len(text) for text in texts])
    shorter = np.cumsum(lengths) - lengths  # characters of all shorter texts
    totals = shorter + lengths * np.arange(len(lengths), 0, -1)  # of all texts, cut at the length of each
    whole = int(np.searchsorted(totals, MOST_CHARACTERS, side="right"))
    if whole == len(lengths):
        return int(lengths[-1])
    return int((MOST_CHARACTERS - shorter[whole]) // (len(lengths) - whole))
