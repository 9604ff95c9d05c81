"""Small data sets made by hand, one of each kind and more of the kinds that vary: nothing is downloaded."""

from __future__ import annotations

import numpy as np

from rnnbench.data.code_points import points_of
from rnnbench.data.kinds import (
    AnyData,
    Facts,
    Kind,
    Labelled,
    LabelledTexts,
    Pairs,
    Series,
    SeriesSplit,
    TextCorpus,
    TextPairs,
)
from rnnbench.data.splits import Splits
from rnnbench.data.splitting import fingerprint

LOOKBACK, HORIZON, SEASON = 12, 4, 6


def facts(name: str, kind: Kind) -> Facts:
    """Facts of a made-up data set."""
    return Facts(name, kind, "made by hand", "this test", "none", "by position")


def corpus(train: str = "", validation: str = "", test: str = "") -> TextCorpus:
    """A text of a few words in a drawn order; validation and test hold a sign each that training has not."""
    generator = np.random.default_rng(0)
    words = ["the cat ", "a dog ", "sat. ", "ran, ", "on "]

    def text(count: int) -> str:
        return "".join(words[number] for number in generator.integers(len(words), size=count))

    parts = (train or text(400), validation or text(150) + "Z", test or text(120) + "?")
    splits = Splits(*map(points_of, parts))
    return TextCorpus(facts("small_text", "text"), splits, fingerprint(splits))


def texts(train: Labelled | None = None, validation: Labelled | None = None, test: Labelled | None = None):
    """Sentences of 1 to 9 words with a favourable or an unfavourable one among them."""
    generator = np.random.default_rng(1)
    fillers = ["the", "film", "is", "so", "very", "plot", "and"]
    marked = {0: ["bad", "dull"], 1: ["good", "fine"]}

    def sentences(count: int, extra: str) -> Labelled:
        labels = np.arange(count) % 2
        made = []
        for label in labels:
            chosen = [str(word) for word in generator.choice(fillers, size=generator.integers(0, 8))]
            chosen.insert(int(generator.integers(len(chosen) + 1)), str(generator.choice(marked[int(label)])))
            made.append(" ".join([*chosen, extra]) if extra and generator.random() < 0.3 else " ".join(chosen))
        return Labelled(tuple(made), labels)

    drawn = (sentences(48, ""), sentences(21, "unseen"), sentences(13, "hidden"))
    given = (train, validation, test)
    splits = Splits(*(own or other for own, other in zip(given, drawn, strict=True)))
    return LabelledTexts(facts("small_texts", "labelled_text"), splits, ("negative", "positive"), fingerprint(splits))


def series(
    *, channels: int = 2, covariates: int = 1, learn: str = "values", scale: tuple[float, float, float] = (1, 1, 1)
) -> Series:
    """Waves of a season of 6 hours with noise, on levels of 10, 20, ...; 200 rows, then 60, then 50.

    scale: multiplies training, validation and test, to see what was learned from which.
    """
    generator = np.random.default_rng(2)
    rows = 200 + 60 + 50
    phase = 2 * np.pi * np.arange(rows)[:, None] / SEASON + np.arange(channels)
    values = 10 * (1 + np.arange(channels)) + np.sin(phase) + 0.1 * generator.standard_normal((rows, channels))
    values *= np.repeat(scale, (200, 60, 50))[:, None]
    other = generator.standard_normal((rows, covariates)) + 3
    times = np.datetime64("2020-01-06T00", "ns") + np.arange(rows) * np.timedelta64(1, "h")

    def part(start: int, end: int, history: int) -> SeriesSplit:
        own = slice(start - history, end)
        return SeriesSplit(values[own], other[own], times[own], history)

    splits = Splits(part(0, 200, 0), part(200, 260, 20), part(260, 310, 20))
    return Series(
        facts=facts("small_series", "series"),
        splits=splits,
        targets=tuple(f"channel_{number}" for number in range(channels)),
        covariate_names=tuple(f"covariate_{number}" for number in range(covariates)),
        frequency="1h",
        season_length=SEASON,
        unit="units",
        learn=learn,
        suggested_lookback=LOOKBACK,
        suggested_horizon=HORIZON,
        fingerprint=fingerprint(splits),
    )


TRANSLATED = {
    "the": "die", "a": "eine", "cat": "katze", "cow": "kuh", "goat": "ziege", "red": "rote", "old": "alte",
    "sees": "sieht", "hears": "hört", "{name}": "{name}", "unseen": "ungesehene", "hidden": "verborgene",
}  # fmt: skip
"""Every word of the small translations: they are translated word by word."""


def translations(train: Pairs | None = None, validation: Pairs | None = None, test: Pairs | None = None) -> TextPairs:
    """Sentences of 3 to 7 words, translated word by word; a third has a placeholder. 200 pairs, then 40, then 30.

    Validation and test hold a word each that training has not.
    """
    generator = np.random.default_rng(3)

    def noun_phrase(extra: str) -> list[str]:
        if generator.random() < 0.2:
            return ["{name}"]
        adjectives = ["red", "old", *([extra] if extra else [])]
        chosen = [str(generator.choice(adjectives))] if generator.random() < 0.4 else []
        return [str(generator.choice(["the", "a"])), *chosen, str(generator.choice(["cat", "cow", "goat"]))]

    def sentences(count: int, extra: str) -> Pairs:
        words = [
            [*noun_phrase(extra), str(generator.choice(["sees", "hears"])), *noun_phrase(extra)] for _ in range(count)
        ]
        return Pairs(
            tuple(" ".join(sentence) for sentence in words),
            tuple(" ".join(TRANSLATED[word] for word in sentence) for sentence in words),
        )

    drawn = (sentences(200, ""), sentences(40, "unseen"), sentences(30, "hidden"))
    splits = Splits(*(given or other for given, other in zip((train, validation, test), drawn, strict=True)))
    return TextPairs(facts("small_translations", "text_pairs"), splits, "en", "de", fingerprint(splits))


def conversations(train: Pairs | None = None, validation: Pairs | None = None, test: Pairs | None = None) -> TextPairs:
    """Replies that name what the last turn asks about, after 0 to 2 earlier turns. 200 pairs, then 40, then 30.

    Validation and test hold a word each that training has not.
    """
    generator = np.random.default_rng(4)
    names = ["ann", "bob", "eve", "tom", "the cat", "a cow"]
    answers = {"where is": "is at home.", "how is": "is well.", "who saw": "was seen by you."}

    def turns(count: int, extra: str) -> Pairs:
        sources, targets = [], []
        for number in range(count):
            asked = str(generator.choice([*answers]))
            name = extra if extra and number % 4 == 0 else str(generator.choice(names))
            earlier = [str(generator.choice(["hello.", "yes?", "no, thanks."])) for _ in range(generator.integers(3))]
            sources.append("\n".join([*earlier, f"{asked} {name}?"]))
            targets.append(f"{name} {answers[asked]}")
        return Pairs(tuple(sources), tuple(targets))

    drawn = (turns(200, ""), turns(40, "unseen"), turns(30, "hidden"))
    splits = Splits(*(given or other for given, other in zip((train, validation, test), drawn, strict=True)))
    return TextPairs(facts("small_conversations", "dialogue"), splits, "turn", "reply", fingerprint(splits))


def of_kind(kind: Kind) -> AnyData:
    """The small data set of a kind."""
    makers = {
        "text": corpus, "labelled_text": texts, "series": series, "text_pairs": translations, "dialogue": conversations,
    }  # fmt: skip
    return makers[kind]()
