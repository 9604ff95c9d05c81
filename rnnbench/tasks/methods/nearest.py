"""Texts as tf-idf vectors, and the nearest training text of each text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from rnnbench.tasks.methods.word_tokens import words_of

if TYPE_CHECKING:
    from sklearn.feature_extraction.text import TfidfVectorizer

_ROWS = 256
"""Texts that are compared with all of training at a time."""


def fitted_vectorizer(texts: Sequence[str], *, longest: int = 1) -> TfidfVectorizer:
    """Texts to vectors of length 1: count x idf of each run of 1 to `longest` lower-cased words, idf from these texts.

    Source: Salton and Buckley 1988, "Term-weighting approaches in automatic text retrieval".
    """
    from sklearn.feature_extraction.text import TfidfVectorizer

    return TfidfVectorizer(tokenizer=words_of, token_pattern=None, ngram_range=(1, longest)).fit(texts)


def nearest(vectors: sparse.csr_matrix, training: sparse.csr_matrix) -> np.ndarray:
    """The training row with the largest cosine to each row, the first one of several."""
    transposed = training.T.tocsr()
    blocks = (vectors[first : first + _ROWS] @ transposed for first in range(0, vectors.shape[0], _ROWS))
    return np.concatenate([np.asarray(block.argmax(axis=1)).ravel() for block in blocks])
