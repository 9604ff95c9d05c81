"""Word by word translation finds the words of a made language, and the best path through its candidates."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from rnnbench.data.kinds import Pairs
from rnnbench.tasks.translation import word_by_word
from rnnbench.tasks.translation.word_by_word import CANDIDATES, WordTranslator

LEXICON = {"red": "rot", "dog": "Hund", "cat": "Katze", "big": "groß", "sleeps": "schläft", "runs": "rennt", ".": "."}


def made_pairs(count: int = 200) -> Pairs:
    """Sentences of two to four words of `LEXICON` and a full stop, and their translations."""
    generator = np.random.default_rng(0)
    words = [word for word in LEXICON if word != "."]
    texts = [[*generator.choice(words, generator.integers(2, 5)), "."] for _ in range(count)]
    sources = (" ".join(text[:-1]) + "." for text in texts)
    targets = (" ".join(LEXICON[word] for word in text[:-1]) + "." for text in texts)
    return Pairs(tuple(sources), tuple(targets))


@pytest.fixture(scope="module")
def translator() -> WordTranslator:
    return WordTranslator(made_pairs())


def test_each_word_becomes_its_translation(translator: WordTranslator) -> None:
    texts = ["dog red.", "Dog runs.", "", "."]
    expected = ["Hund rot.", "Hund rennt.", "", "."]
    assert translator.word_by_word(texts) == expected
    assert translator.with_bigrams(texts) == expected


def test_new_words_and_placeholders_are_copied(translator: WordTranslator) -> None:
    texts = ["dog {name} sleeps.", "zebra."]
    for outputs in (translator.word_by_word(texts), translator.with_bigrams(texts)):
        assert outputs == ["Hund {name} schläft.", "zebra."]


def test_a_placeholder_of_training_is_copied_too() -> None:
    pairs = Pairs(("{a} runs", "{a}", "{a}"), ("{b} rennt", "{b}", "{b}"))
    assert WordTranslator(pairs).word_by_word(["{a} runs"])[0].startswith("{a} ")


def test_the_bigram_model_chooses_among_equally_likely_words() -> None:
    # "bank" is Bank or Ufer as often; what follows decides
    pairs = Pairs(
        ("bank money", "bank river") * 20, ("Bank Geld", "Ufer Fluss") * 20,
    )  # fmt: skip
    translator = WordTranslator(pairs)
    assert translator.with_bigrams(["bank money", "bank river"]) == ["Bank Geld", "Ufer Fluss"]


@pytest.mark.parametrize("rows", [1, 3, 256])
def test_the_path_is_the_best_of_all_paths(rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(word_by_word, "_ROWS", rows)
    generator = np.random.default_rng(3)
    texts = [" ".join(f"s{number}" for number in generator.integers(0, 4, 3)) for _ in range(30)]
    targets = [" ".join(f"t{number}" for number in generator.integers(0, 3, 3)) for _ in range(30)]
    translator = WordTranslator(Pairs(tuple(texts), tuple(targets)))
    words = translator._target_words
    wanted = ["s0 s1 s2 s3", "s3", "s2 s2 s2", "s1 s3", "s0 new s1"]
    for text, output in zip(wanted, translator.with_bigrams(wanted), strict=True):
        sources = text.split()
        rows_of = translator._rows(sources)
        scores: dict[str, float] = {}
        for columns in product(range(CANDIDATES), repeat=len(sources)):
            logs = [translator._log_probabilities[row, column] for row, column in zip(rows_of, columns, strict=True)]
            if not np.isfinite(logs).all():
                continue
            path = [translator._candidates[row, column] for row, column in zip(rows_of, columns, strict=True)]
            stream = np.array([translator._end, *path, translator._end])
            spelled = [word if at == translator._copied else words[at] for word, at in zip(sources, path, strict=True)]
            scores[" ".join(spelled)] = sum(logs) + translator._bigrams.log_probabilities(stream)[1:].sum()
        assert scores[output] == pytest.approx(max(scores.values()))
