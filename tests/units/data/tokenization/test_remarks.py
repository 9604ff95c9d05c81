"""What is told about vocabularies."""

import numpy as np
import pytest

from rnnbench.data.tokenization import TokenizerSettings, build_tokenizer
from rnnbench.data.tokenization.remarks import vocabulary_remark

TEXTS = ["a b c d"]


def ids(unknown, total):
    return np.array([1] * unknown + [2] * (total - unknown))


@pytest.mark.parametrize(
    ("kind", "unknown", "ending"),
    [
        ("words", 19, "19 % of the validation tokens"),
        ("words", 20, "20 % of the validation tokens. Subwords have no unknown ones: --set task.tokenizer=subwords"),
        ("characters", 20, "20 % of the validation tokens"),
        ("subwords", 0, "0 % of the validation tokens"),
    ],
)
def test_unknown_tokens_are_told_and_subwords_suggested_where_many_words_are_unknown(kind, unknown, ending):
    tokenizer = build_tokenizer(TokenizerSettings(kind=kind, vocabulary_size=300), TEXTS)
    remark = vocabulary_remark(tokenizer, ids(0, 50), ids(unknown, 100))
    # 4 words; 4 letters and the blank; subwords depend on the pairs that are merged
    count = {"words": 4, "characters": 5}.get(kind, tokenizer.size - 2)
    assert remark == f"vocabulary: {count} {kind}; unknown: 0 % of the training tokens, {ending}"


def test_an_empty_split_has_no_unknown_token():
    tokenizer = build_tokenizer(TokenizerSettings(kind="words"), TEXTS)
    assert vocabulary_remark(tokenizer, ids(1, 2), ids(0, 0)).endswith(
        "50 % of the training tokens, 0 % of the validation tokens"
    )
