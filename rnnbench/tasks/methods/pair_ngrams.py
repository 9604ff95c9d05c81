"""Baselines of pairs of texts that give probabilities: `subword_ngram` and `subword_ngram_ibm_1`."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from rnnbench.data.kinds import Pairs
from rnnbench.data.splits import Splits
from rnnbench.metrics.text import text_metrics
from rnnbench.storage.example_scores import ExampleScores
from rnnbench.tasks.baseline import REFITTED, BaselineResult, prefixed, stopwatch
from rnnbench.tasks.methods.target_models import CodedPairs, PairCoder, TargetModel

NGRAM, MIXTURE = "subword_ngram", "subword_ngram_ibm_1"


@dataclass(frozen=True)
class ScoredModel:
    """A model of targets with its result.

    for_validation, for_test: the model fitted on training, and on training and validation where it is refitted.
    validation, test: the splits as it reads them.
    """

    result: BaselineResult
    for_validation: TargetModel
    for_test: TargetModel
    validation: CodedPairs
    test: CodedPairs


def pair_ngrams(splits: Splits[Pairs], *, vocabulary_size: int, refit: bool) -> Iterator[ScoredModel]:
    """The n-gram of the targets without their sources, then its mixture with IBM Model 1.

    Subwords are learned from training, whatever the encoders' tokenizer: bits per character remain comparable. Order
    and weight are selected on validation.

    splits: with the test split opened.
    refit: fit on training and validation together, with the selected order and weight, before scoring the test split.
    """
    with stopwatch() as first:
        coder = PairCoder(splits.train, vocabulary_size)
        train, validation, test = map(coder.encode, (splits.train, splits.validation, splits.test))
        ngram = TargetModel.ngram_alone(coder, train, validation)
        ngram_for_test = ngram.refitted(coder, train.followed_by(validation)) if refit else ngram
        scores = _scores(ngram, validation, ngram_for_test, test)
    yield ScoredModel(_result(NGRAM, ngram, scores, first.seconds, refit), ngram, ngram_for_test, validation, test)
    with stopwatch() as second:
        mixture = ngram.mixed(coder, train, validation)
        mixture_for_test = mixture.refitted(coder, train.followed_by(validation)) if refit else mixture
        scores = _scores(mixture, validation, mixture_for_test, test)
    result = _result(MIXTURE, mixture, scores, first.seconds + second.seconds, refit)
    yield ScoredModel(result, mixture, mixture_for_test, validation, test)


_Scores = tuple[dict[str, float], ExampleScores]


def _scores(for_validation: TargetModel, validation: CodedPairs, for_test: TargetModel, test: CodedPairs) -> _Scores:
    """The metrics of both splits, and bits per character of each test pair."""
    nats = for_test.nats(test)
    scores = prefixed("validation", _metrics(for_validation.nats(validation), validation))
    scores |= prefixed("test", _metrics(nats, test))
    return scores, ExampleScores.of(nats / math.log(2) / test.characters, test.characters)


def _metrics(nats: np.ndarray, pairs: CodedPairs) -> dict[str, float]:
    return text_metrics(float(nats.sum()), int(pairs.characters.sum()))


def _result(model: str, fitted: TargetModel, scores: _Scores, seconds: float, refit: bool) -> BaselineResult:
    weight = f", {fitted.weight:.0%} IBM Model 1" if fitted.ibm else ""
    note = f"order {fitted.order}{weight}, selected on validation"
    if fitted.ibm and fitted.ibm.left_out:
        note += f"; IBM Model 1 fitted without the last {fitted.ibm.left_out:,} pairs, for their number of words"
    return BaselineResult(
        model=model,
        metrics=scores[0],
        wall_seconds=seconds,
        parameters=fitted.parameters,
        note=f"{note}; {REFITTED}" if refit else note,
        examples={"bits_per_character": scores[1]},
    )
