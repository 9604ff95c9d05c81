"""The known translations: interface texts of Home Assistant, and the captions of Multi30k."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from rnnbench.core.text import nfc
from rnnbench.data.kinds import Facts, Pairs, TextPairs
from rnnbench.data.sets.languages import Languages
from rnnbench.data.sources import ResearchFile, WheelData, read_all
from rnnbench.data.splits import Splits
from rnnbench.data.splitting import fingerprint

FEWEST_WORDS, MOST_CHARACTERS = 3, 200
LEFT_OUT = ("[%key", "http:", "https:")
"""Pairs with these are left out: references to other texts, and addresses."""

BRACES = re.compile(r"\{[^}]*\}")
NO_LETTERS = re.compile(r"[\W\d_]+")
IN_WORDS = {
    "en": "English", "de": "German", "ko": "Korean", "es": "Spanish", "fr": "French", "nl": "Dutch", "ru": "Russian",
    "ja": "Japanese", "zh-Hans": "Chinese",
}  # fmt: skip
SHA256_OF_TRANSLATIONS = {
    "en": "5eacf8566f65e730c62bcaf1a9740727c50cdcc3599a1558544d5c98549520f5",
    "de": "7184029e9c578d33641f8491b4b9714cf1f2c035dbb09d57ddf21f885fafea2d",
    "ko": "b76dceb54f84ddad601d629c70c24f63db54e42aa7fa895200d11d23d31eb22e",
    "es": "8f22560a17e1392d4d1f33f50e1e53d3029d43edf28bcb39d99a0804a2b18a52",
    "fr": "5854b098183f96f0148c5438d787c54e740f3c7dfd9c9f39375e2159e4a25638",
    "nl": "1cc88d3ae435631b082b298fd35125bbc1de37f54dd5d921a29acb41e0bfde7e",
    "ru": "765a10908e1a93b1d62a24d0a81b0e9ecd4864880a425354093a15a11e457539",
    "ja": "d428a010eee6f12cfbaf62de66d94a60c47c7e269c235edf0187d2ce88876aee",
    "zh-Hans": "5863a3b9f309c92f4f382c85de85b6f7191f125a942cdb7ec9a9f0b32d5ff8a3",
}


def _translations(language: str) -> WheelData:
    """The texts of every component in one language."""
    return WheelData(
        package="homeassistant",
        version="2026.2.3",
        filename="homeassistant-2026.2.3-py3-none-any.whl",
        wheel_sha256="8167820cac4b8defe895fd2c36ac23402a445d1fe6028e8cde24caabb935282c",
        size_bytes=51_240_053,
        member=f"homeassistant/components/*/translations/{language}.json",
        member_sha256=SHA256_OF_TRANSLATIONS[language],
        any_python=True,
    )


def _multi30k(name: str, content_sha256: str, size_bytes: int) -> ResearchFile:
    repository, commit = "multi30k/dataset", "a3d2e0d26b56"
    return ResearchFile("multi30k", name, content_sha256, size_bytes, repository, commit, f"data/task1/raw/{name}")


HOME_ASSISTANT_DATA = _translations("en")
MULTI30K_DATA = (
    _multi30k("train.en.gz", "d79cfa999dd4c51d2cb42499b6796d5a882c3a8a961923c25a898c90f8bbd56f", 568_929),
    _multi30k("train.de.gz", "726e39b2fa9eb9ffb6dc763fb35a179f80fae06ffc5d28b6ace5faa883de28a6", 637_044),
    _multi30k("val.en.gz", "14f7d25ddd868909a9213e361768460edcacdd6ab9d1e77b92560dc10c10dc28", 21_650),
    _multi30k("val.de.gz", "f0cba2f995189cf5770f29a8a9a537a3ad3f51657ad873405082ff6863a5e75a", 24_681),
    _multi30k("test_2016_flickr.en.gz", "611d361c6334bc7246101d48097c13cf5c4413c5befc793cc629934359d532d9", 21_077),
    _multi30k("test_2016_flickr.de.gz", "9204244e408ccb38d2a55cfcd344df15005fc42a07a6e55ca6c52b6ababb8cc8", 22_890),
)
HOME_ASSISTANT_LANGUAGES = Languages(
    "en", tuple(name for name in SHA256_OF_TRANSLATIONS if name != "en"), source="en", target="de"
)
MULTI30K_LANGUAGES = Languages("en", ("de",), source="de", target="en")

HOME_ASSISTANT = Facts(
    name="home_assistant",
    kind="text_pairs",
    title="sentences of the interface of Home Assistant, English to German",
    source="translations of all components in the wheel homeassistant 2026.2.3 (package index)",
    licence="Apache 2.0",
    split_rule="by component, from the sha256 of its name modulo 20: 0 is test, 1 validation, the rest training",
    notes=(
        f"English texts of at least {FEWEST_WORDS} words and at most {MOST_CHARACTERS} characters, without line "
        "breaks or addresses, whose translation differs; each kept once, whatever its case, placeholders, digits and "
        "signs",
        "texts of training are left out of validation and test",
    ),
)
MULTI30K = Facts(
    name="multi30k",
    kind="text_pairs",
    title="Multi30k: captions of photographs, German to English",
    source="github.com/multi30k/dataset, data/task1/raw",
    licence="captions derived from Flickr30k: for non-commercial research and education",
    split_rule="official: train 29,000, val 1,014, test_2016_flickr 1,000",
    notes=("raw sentences: published BLEU scores are often of lower-cased and tokenized ones",),
)


def home_assistant(source: str, target: str, folder: str | None = None) -> TextPairs:
    """The texts of the interface in English and the other language, in either direction.

    Both directions have the same pairs: which are kept is decided by the English text.
    """
    other = target if source == "en" else source
    english, translated = (_translations(language).read() for language in ("en", other))
    parts: tuple[dict[str, tuple[str, str]], ...] = ({}, {}, {})
    for path, content in english.items():
        component = path.split("/")[2]
        translation = translated.get(path.replace("/en.json", f"/{other}.json"))
        if translation is not None:
            texts = parts[_split_of(component)]
            for pair in _kept_pairs(content, translation):
                texts.setdefault(normalized(pair[0]), pair)
    train, *held_out = parts
    kept = [[*train.values()]]
    kept += [[pair for text, pair in part.items() if text not in train] for part in held_out]
    return _text_pairs(
        HOME_ASSISTANT, HOME_ASSISTANT_LANGUAGES, source, target, [_sides(part, source) for part in kept]
    )


def multi30k(source: str, target: str, folder: str | None = None) -> TextPairs:
    """Captions in the official splits, line N of one language with line N of the other."""
    content = read_all(MULTI30K_DATA, folder)
    parts = []
    for split in ("train", "val", "test_2016_flickr"):
        sides = (
            gzip.decompress(content[f"{split}.{language}.gz"]).decode("utf-8").strip("\n").split("\n")
            for language in (source, target)
        )
        parts.append(Pairs(*(tuple(cleaned(line) for line in lines) for lines in sides)))
    return _text_pairs(MULTI30K, MULTI30K_LANGUAGES, source, target, parts)


def cleaned(text: str) -> str:
    """The text in Unicode form NFC with single blanks."""
    return " ".join(nfc(text).split())


def normalized(text: str) -> str:
    """The words of a text in lower case, without placeholders, digits and signs: what makes two texts the same."""
    return " ".join(NO_LETTERS.sub(" ", BRACES.sub(" ", text.lower())).split())


def _split_of(component: str) -> int:
    """0 for training, 1 for validation, 2 for test."""
    return {0: 2, 1: 1}.get(int(hashlib.sha256(component.encode()).hexdigest(), 16) % 20, 0)


def _kept_pairs(english: bytes, translation: bytes) -> Iterator[tuple[str, str]]:
    """The English sentences of a component and their translations."""
    translations = dict(_texts(json.loads(translation)))
    for key, text in _texts(json.loads(english)):
        translated = translations.get(key, "")
        if "\n" in text or any(sign in text or sign in translated for sign in LEFT_OUT):
            continue
        pair = cleaned(text), cleaned(translated)
        is_sentence = len(pair[0].split()) >= FEWEST_WORDS and len(pair[0]) <= MOST_CHARACTERS
        if is_sentence and pair[1] and pair[0] != pair[1]:
            yield pair


def _texts(tree: dict[str, object], path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    """Every text of a file with its path in it."""
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from _texts(value, (*path, key))
        elif isinstance(value, str):
            yield (*path, key), value.strip()


def _sides(pairs: list[tuple[str, str]], source: str) -> Pairs:
    """English texts and their translations, in the direction from `source`."""
    english, translated = (tuple(pair[side] for pair in pairs) for side in (0, 1))
    return Pairs(english, translated) if source == "en" else Pairs(translated, english)


def _text_pairs(facts: Facts, languages: Languages, source: str, target: str, parts: Sequence[Pairs]) -> TextPairs:
    """The pairs with the name and the title of their direction."""
    named = replace(
        facts,
        name=languages.name(facts.name, source, target),
        title=f"{facts.title.rpartition(',')[0]}, {IN_WORDS[source]} to {IN_WORDS[target]}",
    )
    train, validation, test = parts
    splits = Splits(train, validation, test)
    # the sentences of a component are one after the other; captions are of different pictures
    are_consecutive = facts is HOME_ASSISTANT
    return TextPairs(named, splits, source, target, fingerprint(splits), are_consecutive)
