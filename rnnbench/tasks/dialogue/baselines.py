"""Baselines of dialogue: probabilities of replies with and without their context, and replies ranked by words."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from scipy import sparse

from rnnbench.data.kinds import Pairs, TextPairs
from rnnbench.data.splits import Splits
from rnnbench.metrics.dialogue import CONTEXT_GAIN, HITS_AT_1, hit_examples, hits, reply_diversity
from rnnbench.storage.example_scores import ExampleScores
from rnnbench.tasks.baseline import REFITTED, BaselineResult, prefixed, stopwatch
from rnnbench.tasks.dialogue.ranking import candidates_of, other_contexts
from rnnbench.tasks.methods.nearest import fitted_vectorizer, nearest
from rnnbench.tasks.methods.pair_ngrams import ScoredModel, pair_ngrams
from rnnbench.tasks.methods.target_models import CodedPairs, TargetModel

VOCABULARY_SIZE = 2000
OVERLAP_WEIGHTS = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0)

ONE_TEXT = "all replies are the same text"


def run(pairs: TextPairs, *, refit: bool) -> Iterator[BaselineResult]:
    """Yields each baseline as soon as it is computed.

    `subword_ngram` and `subword_ngram_ibm_1` give probabilities of replies: they have bits per character, the gain from
    context, and hits. `tfidf_overlap`, `nearest_context` and `tfidf_overlap_nearest_context` have hits alone, and the
    second one the variety of its replies.

    pairs: with the test split opened.
    refit: fit on training and validation together, with what was selected on validation, before scoring the test split.
    """
    splits = pairs.splits
    candidates = {"validation": candidates_of(splits.validation.targets), "test": candidates_of(splits.test.targets)}
    has_distractors = all(rows.shape[1] > 1 for rows in candidates.values())
    for scored in pair_ngrams(splits, vocabulary_size=VOCABULARY_SIZE, refit=refit):
        yield _with_ranks(scored, candidates) if has_distractors else scored.result
    yield from _by_words(splits, candidates, refit=refit) if has_distractors else _left_out()


def _left_out() -> Iterator[BaselineResult]:
    for model in ("tfidf_overlap", "nearest_context", "tfidf_overlap_nearest_context"):
        yield BaselineResult.skip(model, ONE_TEXT)


def _with_ranks(scored: ScoredModel, candidates: dict[str, np.ndarray]) -> BaselineResult:
    """The result with hits and with the gain from context.

    Candidates are ranked by ln p(reply | context) - ln p(reply | no context).
    """
    with stopwatch() as watch:
        metrics, examples = dict(scored.result.metrics), dict(scored.result.examples)
        for split, model, pairs in (
            ("validation", scored.for_validation, scored.validation),
            ("test", scored.for_test, scored.test),
        ):
            rows = candidates[split]
            ranks = _ranks(model, pairs, rows)
            gains = model.nats(pairs.combined(other_contexts(len(rows)), rows[:, 0])) - model.nats(pairs)
            gain = ExampleScores.of(gains / math.log(2) / pairs.characters, pairs.characters)
            metrics |= prefixed(split, hits(ranks) | {CONTEXT_GAIN.key: gain.mean})
            if split == "test":
                examples |= hit_examples(ranks) | {CONTEXT_GAIN.key: gain}
    seconds = scored.result.wall_seconds + watch.seconds
    return replace(scored.result, metrics=metrics, examples=examples, wall_seconds=seconds)


def _ranks(model: TargetModel, pairs: CodedPairs, candidates: np.ndarray) -> np.ndarray:
    """(rows, candidates) ln p(reply | context) - ln p(reply | no context)."""
    rows = np.broadcast_to(candidates[:, :1], candidates.shape)
    with_context = model.nats(pairs.combined(rows, candidates)).reshape(candidates.shape)
    return model.nats(pairs.without_sources())[candidates] - with_context


def _by_words(splits: Splits[Pairs], candidates: dict[str, np.ndarray], *, refit: bool) -> Iterator[BaselineResult]:
    """Overlap, the nearest context, and the sum of both."""
    with stopwatch() as watch:
        for_validation = _Ranker.of(splits.train, splits.validation, candidates["validation"])
        both = Pairs(
            (*splits.train.sources, *splits.validation.sources), (*splits.train.targets, *splits.validation.targets)
        )
        for_test = _Ranker.of(both if refit else splits.train, splits.test, candidates["test"])
        ranks = {"validation": for_validation.overlap, "test": for_test.overlap}
    end = f"; {REFITTED}" if refit else ""
    yield _ranked("tfidf_overlap", ranks, watch.seconds, f"cosine of the tf-idf of context and reply{end}")
    with stopwatch() as second:
        ranks = {"validation": for_validation.similarity, "test": for_test.similarity}
        replies = {"validation": for_validation.replies, "test": for_test.replies}
        seconds = watch.seconds + second.seconds
    result = _ranked("nearest_context", ranks, seconds, f"the reply of the nearest context of training by tf-idf{end}")
    variety = {
        key: value for split in replies for key, value in prefixed(split, reply_diversity(replies[split])).items()
    }
    yield replace(result, metrics=result.metrics | variety)
    weight = max(OVERLAP_WEIGHTS, key=lambda weight: hits(for_validation.sum_of_both(weight))[HITS_AT_1.key])
    ranks = {"validation": for_validation.sum_of_both(weight), "test": for_test.sum_of_both(weight)}
    note = f"the sum of both, with overlap times {weight:g}, selected on validation{end}"
    yield _ranked("tfidf_overlap_nearest_context", ranks, seconds, note)


def _ranked(model: str, ranks: dict[str, np.ndarray], seconds: float, note: str) -> BaselineResult:
    return BaselineResult(
        model=model,
        metrics=prefixed("validation", hits(ranks["validation"])) | prefixed("test", hits(ranks["test"])),
        wall_seconds=seconds,
        parameters=0,
        note=note,
        examples=hit_examples(ranks["test"]),
    )


@dataclass(frozen=True)
class _Ranker:
    """The candidates of a split ranked by words.

    fitted: the pairs whose contexts are searched. contexts, targets: tf-idf vectors of the split. fitted_contexts,
    fitted_targets: of the fitted pairs, whose texts give the idf.
    """

    fitted: Pairs
    candidates: np.ndarray
    contexts: sparse.csr_matrix
    targets: sparse.csr_matrix
    fitted_contexts: sparse.csr_matrix
    fitted_targets: sparse.csr_matrix

    @classmethod
    def of(cls, fitted: Pairs, split: Pairs, candidates: np.ndarray) -> _Ranker:
        vectorizer = fitted_vectorizer((*fitted.sources, *fitted.targets))
        texts = (split.sources, split.targets, fitted.sources, fitted.targets)
        return cls(fitted, candidates, *map(vectorizer.transform, texts))

    @cached_property
    def overlap(self) -> np.ndarray:
        """(rows, candidates) cosine of the context and the reply."""
        return self._cosines(self.contexts)

    @cached_property
    def similarity(self) -> np.ndarray:
        """(rows, candidates) cosine of the reply of the nearest fitted context and the reply."""
        return self._cosines(self.fitted_targets[self._nearest])

    @property
    def replies(self) -> list[str]:
        """The reply of the fitted context that is nearest to each context."""
        return [self.fitted.targets[row] for row in self._nearest]

    def sum_of_both(self, weight: float) -> np.ndarray:
        """weight x overlap + similarity."""
        return weight * self.overlap + self.similarity

    @cached_property
    def _nearest(self) -> np.ndarray:
        return nearest(self.contexts, self.fitted_contexts)

    def _cosines(self, vectors: sparse.csr_matrix) -> np.ndarray:
        columns = (vectors.multiply(self.targets[column]).sum(axis=1) for column in self.candidates.T)
        return np.concatenate([np.asarray(column).reshape(-1, 1) for column in columns], axis=1)
