"""Probabilities of target texts over subwords: a Kneser-Ney n-gram model, alone or mixed with IBM Model 1."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Self

import numpy as np

from rnnbench.data.kinds import Pairs
from rnnbench.data.tokenization import TokenizerSettings
from rnnbench.data.tokenization.pairs import PairTokenizer
from rnnbench.tasks.methods.ibm import IBMModel1
from rnnbench.tasks.methods.kneser_ney import MAX_ORDER, KneserNey

WEIGHTS = np.array([0.01, 0.02, *(np.arange(1, 20) / 20)])
"""Shares of IBM Model 1 in the mixture, among which validation selects."""


@dataclass(frozen=True)
class CodedPairs:
    """Pairs as subword ids; each target ends with the end symbol.

    characters: (pairs,) of each target.
    """

    sources: Sequence[np.ndarray]
    targets: Sequence[np.ndarray]
    characters: np.ndarray

    @property
    def stream(self) -> np.ndarray:
        """The targets one after the other."""
        return np.concatenate(self.targets)

    def followed_by(self, other: CodedPairs) -> CodedPairs:
        """These pairs and then the others."""
        characters = np.concatenate([self.characters, other.characters])
        return CodedPairs([*self.sources, *other.sources], [*self.targets, *other.targets], characters)

    def combined(self, sources: np.ndarray, targets: np.ndarray) -> CodedPairs:
        """The sources of some rows with the targets of others."""
        return CodedPairs(
            [self.sources[row] for row in sources.ravel()],
            [self.targets[row] for row in targets.ravel()],
            self.characters[targets.ravel()],
        )

    def without_sources(self) -> CodedPairs:
        """The targets after empty sources."""
        return CodedPairs([np.empty(0, dtype=np.int64)] * len(self.targets), self.targets, self.characters)


class PairCoder:
    """Pairs as subwords of sources and of targets, both learned from training alone, and an end symbol of targets.

    Placeholders are slots of their source, as encoders read them: they cost a baseline no more than an encoder.
    """

    def __init__(self, training: Pairs, vocabulary_size: int) -> None:
        settings = TokenizerSettings(kind="subwords", vocabulary_size=vocabulary_size)
        self._source = _tokenizer(training.sources, settings)
        self._target = _tokenizer(training.targets, settings)
        self.source_size, self.target_size, self.end_id = self._source.size, self._target.size, self._target.end_id

    def encode(self, pairs: Pairs) -> CodedPairs:
        """The ids of all pairs."""
        return CodedPairs(
            [self._source.encode_source(text) for text in pairs.sources],
            [
                np.append(self._target.encode_target(target, source), self.end_id)
                for source, target in zip(pairs.sources, pairs.targets, strict=True)
            ],
            np.array([len(text) for text in pairs.targets]),
        )


@dataclass(frozen=True)
class TargetModel:
    """p(w_t | w_<t, source) = (1 - weight) x n-gram(w_t | w_<t) + weight x IBM Model 1(w_t | source).

    ibm: None where the weight is 0: the source is then not read.
    """

    ngram: KneserNey
    order: int
    ibm: IBMModel1 | None = None
    weight: float = 0.0

    @classmethod
    def ngram_alone(cls, coder: PairCoder, training: CodedPairs, validation: CodedPairs) -> Self:
        """The n-gram fitted on training, of the order that is best on validation."""
        ngram = _ngram(coder, training, MAX_ORDER)
        totals = [_nats(np.exp(row)) for row in ngram.log_probabilities_by_order(validation.stream)]
        return cls(ngram, 1 + int(np.argmin(totals)))

    def mixed(self, coder: PairCoder, training: CodedPairs, validation: CodedPairs) -> Self:
        """The n-gram mixed with IBM Model 1 fitted on training, with the best order and weight on validation."""
        ibm = _ibm(coder, training)
        lexical = ibm.probabilities(validation.sources, validation.targets)
        by_order = [np.exp(row) for row in self.ngram.log_probabilities_by_order(validation.stream)]
        totals = [[_nats((1 - weight) * row + weight * lexical) for weight in WEIGHTS] for row in by_order]
        order, place = np.unravel_index(np.argmin(totals), (len(by_order), len(WEIGHTS)))
        return type(self)(self.ngram, int(order) + 1, ibm, float(WEIGHTS[place]))

    def refitted(self, coder: PairCoder, pairs: CodedPairs) -> Self:
        """A model with this order and weight, fitted on other pairs."""
        ibm = None if self.ibm is None else _ibm(coder, pairs)
        return type(self)(_ngram(coder, pairs, self.order), self.order, ibm, self.weight)

    @property
    def parameters(self) -> int:
        """Number of n-grams, translation probabilities and weights."""
        return self.ngram.parameters(self.order) + (self.ibm.parameters + 1 if self.ibm else 0)

    def nats(self, pairs: CodedPairs) -> np.ndarray:
        """(pairs,) - ln p(target and end symbol | source) of each pair."""
        by_order = self.ngram.log_probabilities_by_order(pairs.stream)
        probabilities = np.exp(next(islice(by_order, self.order - 1, None)))
        if self.ibm is not None:
            lexical = self.ibm.probabilities(pairs.sources, pairs.targets)
            probabilities = (1 - self.weight) * probabilities + self.weight * lexical
        starts = np.cumsum([0, *(len(target) for target in pairs.targets[:-1])])
        return -np.add.reduceat(np.log(probabilities), starts)


def _tokenizer(texts: Sequence[str], settings: TokenizerSettings) -> PairTokenizer:
    return PairTokenizer.learn(Pairs(tuple(texts), ()), settings)


def _ngram(coder: PairCoder, training: CodedPairs, order: int) -> KneserNey:
    return KneserNey(training.stream, vocabulary_size=coder.target_size, end_id=coder.end_id, order=order)


def _ibm(coder: PairCoder, training: CodedPairs) -> IBMModel1:
    return IBMModel1(training.sources, training.targets, source_size=coder.source_size, target_size=coder.target_size)


def _nats(probabilities: np.ndarray) -> float:
    return -float(np.log(probabilities).sum())
