"""Metrics of translations: BLEU and chrF as sacrebleu computes them, exact matches, and placeholders kept."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from rnnbench.metrics.metric import Metric
from rnnbench.storage.example_scores import ExampleScores

if TYPE_CHECKING:
    import sacrebleu

PLACEHOLDER = re.compile(r"\{[^{}\s]+\}")
"""What a program fills in later, such as `{name}`."""

TOKENIZERS = {"zh": "zh", "ja": "char", "ko": "char"}
"""The tokenizer of BLEU by the language of the targets; `13a` for others.

For Japanese and Korean, sacrebleu recommends MeCab, whose dictionaries are no dependency here: characters instead, as
Japanese has no blanks between words, and words of Korean carry endings.
"""

_LANGUAGE_NAMES = {"chinese": "zh", "japanese": "ja", "korean": "ko"}

BLEU = Metric("bleu", "BLEU", higher_is_better=True, low=0, high=100, decimals=1)
BLEU_BEAM = Metric("bleu_beam", "BLEU with beam search", higher_is_better=True, low=0, high=100, decimals=1)
CHRF = Metric("chrf", "chrF", higher_is_better=True, low=0, high=100, decimals=1)
CHRF_BEAM = Metric("chrf_beam", "chrF with beam search", higher_is_better=True, low=0, high=100, decimals=1)
SENTENCE_CHRF = Metric("sentence_chrf", "mean chrF of a sentence", higher_is_better=True, low=0, high=100, decimals=1)
EXACT_MATCH = Metric(
    "exact_match", "exact matches", higher_is_better=True, low=0, high=1, decimals=1, scale=100, unit="%"
)
PLACEHOLDERS_KEPT = Metric(
    "placeholders_kept", "placeholders kept", higher_is_better=True, low=0, high=1, decimals=1, scale=100, unit="%"
)


def translation_metrics(
    outputs: Sequence[str], references: Sequence[str], sources: Sequence[str], *, language: str = ""
) -> dict[str, float]:
    """BLEU and chrF of the corpus, mean chrF of a sentence, exact matches and placeholders kept, by key.

    Without `placeholders_kept` where no source has a placeholder. Sources: Papineni et al. (2002), BLEU; Popović
    (2015), chrF; Post (2018), A call for clarity in reporting BLEU scores.

    language: of the references, for the tokenizer of BLEU: see `TOKENIZERS`.
    """
    _check_lengths(outputs, references, sources)
    bleu, chrf = _scorers(language)
    kept = placeholders_kept(outputs, sources)
    return {
        BLEU.key: bleu.corpus_score(outputs, [references]).score,
        CHRF.key: chrf.corpus_score(outputs, [references]).score,
        SENTENCE_CHRF.key: float(sentence_chrf(outputs, references).mean()),
        EXACT_MATCH.key: float(exact_matches(outputs, references).mean()),
        **({} if kept is None else {PLACEHOLDERS_KEPT.key: kept}),
    }


def translation_examples(outputs: Sequence[str], references: Sequence[str]) -> dict[str, ExampleScores]:
    """The score of each sentence, for each metric that is their mean, by key."""
    return {
        SENTENCE_CHRF.key: ExampleScores.of(sentence_chrf(outputs, references)),
        EXACT_MATCH.key: ExampleScores.of(exact_matches(outputs, references)),
    }


def sentence_chrf(outputs: Sequence[str], references: Sequence[str]) -> np.ndarray:
    """(sentences,) chrF of each output, 0 to 100."""
    _check_lengths(outputs, references)
    _, chrf = _scorers()
    return np.array(
        [chrf.sentence_score(output, [reference]).score for output, reference in zip(outputs, references, strict=True)]
    )


def exact_matches(outputs: Sequence[str], references: Sequence[str]) -> np.ndarray:
    """(sentences,) 1 where an output is its reference, blanks at both ends aside, else 0."""
    _check_lengths(outputs, references)
    pairs = zip(outputs, references, strict=True)
    return np.array([float(output.strip() == reference.strip()) for output, reference in pairs])


def placeholders_kept(outputs: Sequence[str], sources: Sequence[str]) -> float | None:
    """The share of the sources' placeholders that their outputs have, each as often; None where there are none."""
    _check_lengths(outputs, sources)
    in_sources = in_both = 0
    for output, source in zip(outputs, sources, strict=True):
        required = Counter(PLACEHOLDER.findall(source))
        in_sources += required.total()
        in_both += (required & Counter(PLACEHOLDER.findall(output))).total()
    return in_both / in_sources if in_sources else None


def signatures(language: str = "") -> dict[str, str]:
    """sacrebleu's signatures of BLEU and chrF, by key: with one, others can compute the same score."""
    bleu, chrf = _scorers(language)
    bleu.corpus_score(["a"], [["a"]])  # the number of references is known after a first score
    chrf.corpus_score(["a"], [["a"]])
    return {BLEU.key: str(bleu.get_signature()), CHRF.key: str(chrf.get_signature())}


def _scorers(language: str = "") -> tuple[sacrebleu.BLEU, sacrebleu.CHRF]:
    import sacrebleu

    code = re.split(r"[-_]", language.lower())[0]
    tokenizer = TOKENIZERS.get(_LANGUAGE_NAMES.get(code, code), "13a")
    # force: no warning where most sentences end in a separate full stop
    return sacrebleu.BLEU(tokenize=tokenizer, force=True), sacrebleu.CHRF()


def _check_lengths(outputs: Sequence[str], *others: Sequence[str]) -> None:
    if not outputs or any(len(outputs) != len(other) for other in others):
        raise ValueError(
            f"outputs, references and sources must be equally many and at least one, got {len(outputs)} and "
            f"{', '.join(str(len(other)) for other in others)}"
        )
