"""Baselines of translation: without learning, by memory, word by word, and by probabilities of subwords."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rnnbench.data.kinds import Pairs, TextPairs
from rnnbench.data.splits import Splits
from rnnbench.metrics.translation import signatures, translation_examples, translation_metrics
from rnnbench.tasks.baseline import REFITTED, BaselineResult, prefixed, stopwatch
from rnnbench.tasks.methods.nearest import fitted_vectorizer, nearest
from rnnbench.tasks.methods.pair_ngrams import pair_ngrams
from rnnbench.tasks.translation.word_by_word import CANDIDATES, WordTranslator

VOCABULARY_SIZE = 4000
LONGEST_RUN = 2
"""Words of the longest run that is compared for the nearest source."""


def run(pairs: TextPairs, *, refit: bool) -> Iterator[BaselineResult]:
    """Yields each baseline as soon as it is computed.

    `copy_source`, `nearest_translation`, `ibm_1` and `ibm_1_bigram` give texts and no probabilities: they have BLEU,
    chrF, exact matches and placeholders kept, not bits per character. `subword_ngram` and `subword_ngram_ibm_1` give
    probabilities: they have bits per character alone.

    pairs: with the test split opened.
    refit: fit on training and validation together, with what was selected on validation, before scoring the test split.
    """
    problem = _Problem(pairs.splits, pairs.target_name, refit)
    yield _copy_source(problem)
    yield _nearest_translation(problem)
    yield from _word_by_word(problem)
    for scored in pair_ngrams(pairs.splits, vocabulary_size=VOCABULARY_SIZE, refit=refit):
        yield scored.result


@dataclass(frozen=True)
class _Problem:
    """Three splits of pairs, the language of the targets, and whether baselines are refitted for the test split."""

    splits: Splits[Pairs]
    language: str
    refit: bool

    @property
    def fitted(self) -> tuple[Pairs, ...]:
        """Training, for the outputs of validation; and where it differs, what is fitted for those of the test split."""
        train, validation = self.splits.train, self.splits.validation
        both = Pairs((*train.sources, *validation.sources), (*train.targets, *validation.targets))
        return (train, both) if self.refit else (train,)

    def result(
        self,
        model: str,
        validation: Sequence[str],
        test: Sequence[str],
        *,
        seconds: float,
        parameters: int,
        note: str,
        is_fitted: bool = True,
    ) -> BaselineResult:
        """The result with these outputs of both splits."""
        scores: dict[str, float] = {}
        for name, outputs, split in (
            ("validation", validation, self.splits.validation),
            ("test", test, self.splits.test),
        ):
            values = translation_metrics(outputs, split.targets, split.sources, language=self.language)
            scores |= prefixed(name, values)
        return BaselineResult(
            model=model,
            metrics=scores,
            wall_seconds=seconds,
            parameters=parameters,
            note=f"{note}; {REFITTED}" if self.refit and is_fitted else note,
            examples=translation_examples(test, self.splits.test.targets),
            details={"signatures": signatures(self.language)},
        )


def _copy_source(problem: _Problem) -> BaselineResult:
    splits = problem.splits
    outputs = [list(split.sources) for split in (splits.validation, splits.test)]
    return problem.result("copy_source", *outputs, seconds=0.0, parameters=0, note="", is_fitted=False)


def _nearest_translation(problem: _Problem) -> BaselineResult:
    """The target of the training source with the largest cosine of tf-idf vectors: a translation memory."""
    splits = problem.splits

    def translated(fitted: Pairs, sources: Sequence[str]) -> list[str]:
        vectorizer = fitted_vectorizer(fitted.sources, longest=LONGEST_RUN)
        rows = nearest(vectorizer.transform(sources), vectorizer.transform(fitted.sources))
        return [fitted.targets[row] for row in rows]

    with stopwatch() as watch:
        validation = translated(problem.fitted[0], splits.validation.sources)
        test = translated(problem.fitted[-1], splits.test.sources)
    return problem.result(
        "nearest_translation", validation, test,
        seconds=watch.seconds, parameters=0, note="target of the training source nearest by tf-idf of words and pairs",
    )  # fmt: skip


def _word_by_word(problem: _Problem) -> Iterator[BaselineResult]:
    """`ibm_1`, then `ibm_1_bigram`."""
    splits = problem.splits
    with stopwatch() as fitting:
        translators = [WordTranslator(fitted) for fitted in problem.fitted]
    first, last = translators[0], translators[-1]
    with stopwatch() as watch:
        validation, test = first.word_by_word(splits.validation.sources), last.word_by_word(splits.test.sources)
    yield problem.result(
        "ibm_1", validation, test,
        seconds=fitting.seconds + watch.seconds, parameters=first.parameters,
        note="the most probable translation of each word",
    )  # fmt: skip
    with stopwatch() as watch:
        validation, test = first.with_bigrams(splits.validation.sources), last.with_bigrams(splits.test.sources)
    yield problem.result(
        "ibm_1_bigram", validation, test,
        seconds=fitting.seconds + watch.seconds, parameters=first.parameters + first.bigram_parameters,
        note=f"the same with a bigram model, {CANDIDATES} translations of each word, in the order of the source",
    )  # fmt: skip
