"""Baselines of text generation: a character n-gram model and two compressors."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import islice

import numpy as np

from rnnbench import metrics
from rnnbench.data.code_points import text_of
from rnnbench.data.kinds import TextCorpus
from rnnbench.data.tokenization import TokenizerSettings, build_tokenizer
from rnnbench.tasks.baseline import REFITTED, BaselineResult, prefixed, stopwatch
from rnnbench.tasks.methods.compression import bz2_bits, xz_bits
from rnnbench.tasks.methods.ngram import MAX_ORDER, WittenBell


def of_corpus(corpus: TextCorpus, *, refit: bool) -> Iterator[BaselineResult]:
    """The baselines of a corpus whose test split is opened.

    The n-gram model reads characters, whatever the encoders' tokenizer: bits per character remain comparable.
    """
    splits = corpus.splits
    tokenizer = build_tokenizer(TokenizerSettings(kind="characters"), splits.train)
    return run(
        tokenizer.encode_points(splits.train),
        tokenizer.encode_points(splits.validation),
        tokenizer.encode_points(splits.test),
        vocabulary_size=tokenizer.size,
        train_text=text_of(splits.train),
        validation_text=text_of(splits.validation),
        test_text=text_of(splits.test),
        refit=refit,
    )


def run(
    train_ids: np.ndarray,
    validation_ids: np.ndarray,
    test_ids: np.ndarray,
    *,
    vocabulary_size: int,
    train_text: str,
    validation_text: str,
    test_text: str,
    max_order: int = MAX_ORDER,
    refit: bool = False,
) -> Iterator[BaselineResult]:
    """Yields each baseline as soon as it is computed: `witten_bell_ngram`, `xz`, `bz2`.

    Scores are per character. The n-gram model is fitted on the training text; its order is selected on the validation
    text. A compressor gives the size of a whole text only, so `xz` and `bz2` have no scores of examples.

    Args:
        train_ids, validation_ids, test_ids: one integer per symbol (character or token), below vocabulary_size.
        refit: fit on training and validation together, with the selected order, before scoring the test text.
    """
    yield _ngram(
        (train_ids, validation_ids, test_ids),
        vocabulary_size=vocabulary_size,
        characters={"validation": len(validation_text), "test": len(test_text)},
        max_order=max_order,
        refit=refit,
    )
    texts = {"validation": validation_text, "test": test_text}
    with stopwatch() as watch:
        scores = dict(zip(texts, xz_bits(*texts.values(), after=train_text), strict=True))
        if refit:
            (scores["test"],) = xz_bits(test_text, after=train_text + validation_text)
    archive = f"increase of an archive of the training text by the split{'; ' + REFITTED if refit else ''}"
    yield _compressed("xz", scores, texts, watch.seconds, archive)
    with stopwatch() as watch:
        scores = {split: bz2_bits(text) for split, text in texts.items()}
    yield _compressed("bz2", scores, texts, watch.seconds, "each split alone")


def _ngram(
    ids: tuple[np.ndarray, np.ndarray, np.ndarray],
    *,
    vocabulary_size: int,
    characters: dict[str, int],
    max_order: int,
    refit: bool,
) -> BaselineResult:
    train_ids, validation_ids, test_ids = ids
    with stopwatch() as watch:
        model = WittenBell(train_ids, vocabulary_size=vocabulary_size, order=max_order)
        validation = [metrics.nats(row) for row in model.log_probabilities_by_order(validation_ids)]
        best = int(np.argmin(validation))
        if refit:
            both = np.concatenate([train_ids, validation_ids])
            model = WittenBell(both, vocabulary_size=vocabulary_size, order=best + 1)
        test = next(islice(model.log_probabilities_by_order(test_ids), best, None))
    scores = prefixed("validation", metrics.text_metrics(validation[best], characters["validation"]))
    scores |= prefixed("test", metrics.text_metrics(metrics.nats(test), characters["test"]))
    pieces = metrics.text_examples(-test, symbols=len(test_ids), characters=characters["test"])
    return BaselineResult(
        model="witten_bell_ngram",
        metrics=scores,
        wall_seconds=watch.seconds,
        parameters=model.parameters(best + 1),
        note=f"order {best + 1} of 1 to {len(validation)}, selected on validation{'; ' + REFITTED if refit else ''}",
        examples={"bits_per_character": pieces},
    )


def _compressed(model: str, bits: dict[str, float], texts: dict[str, str], seconds: float, note: str) -> BaselineResult:
    scores: dict[str, float] = {}
    for split, amount in bits.items():
        scores |= prefixed(split, metrics.text_metrics(amount * math.log(2), len(texts[split])))
    return BaselineResult(model=model, metrics=scores, wall_seconds=seconds, parameters=0, note=note)
