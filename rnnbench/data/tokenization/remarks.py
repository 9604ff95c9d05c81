"""Remarks on tokens that are told before training."""

from __future__ import annotations

import numpy as np

from rnnbench.core.text import percent
from rnnbench.data.tokenization.base import Tokenizer

SPECIAL = 2
"""Padding and unknown, which are no tokens of the vocabulary."""

MANY_UNKNOWN = 0.2
"""Share of unknown words in validation from which on subwords are suggested."""


def vocabulary_remark(tokenizer: Tokenizer, train: np.ndarray, validation: np.ndarray) -> str:
    """'vocabulary: 4,210 words; unknown: 0.5 % of the training tokens, 3.1 % of the validation tokens'."""
    shares = [float(np.mean(ids == tokenizer.unknown_id)) if len(ids) else 0.0 for ids in (train, validation)]
    remark = (
        f"vocabulary: {tokenizer.size - SPECIAL:,} {tokenizer.kind}; unknown: {percent(shares[0])} of the training "
        f"tokens, {percent(shares[1])} of the validation tokens"
    )
    if tokenizer.kind == "words" and shares[1] >= MANY_UNKNOWN:
        remark += ". Subwords have no unknown ones: --set task.tokenizer=subwords"
    return remark
