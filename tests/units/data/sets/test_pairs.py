"""Which texts of an interface are kept, and in which split, on files made here."""

import gzip
import json

import pytest

from rnnbench.data.sets import pairs
from rnnbench.data.sources import WheelData

PLACE = "homeassistant/components/{}/translations/{}.json"


def component_of(split):
    return next(name for name in (f"part{number}" for number in range(500)) if pairs._split_of(name) == split)


TRAIN, VALIDATION, TEST = map(component_of, range(3))


@pytest.mark.parametrize(("component", "split"), [("abode", 0), ("m", 0), ("s", 1), ("d", 2), ("l", 2)])
def test_the_split_of_a_component_is_that_of_its_sha256(component, split):
    # modulo 20, by sha256sum: 5, 2, 1, 0 and 0
    assert pairs._split_of(component) == split


@pytest.fixture
def offer(monkeypatch):
    """Lets the wheel hold the given texts: {component: {language: tree}}."""

    def hold(components):
        def read(wheel):
            language = wheel.member.rsplit("/", 1)[-1].removesuffix(".json")
            return {
                PLACE.format(name, language): json.dumps(trees[language]).encode()
                for name, trees in components.items()
                if language in trees
            }

        monkeypatch.setattr(WheelData, "read", read)

    return hold


def loaded(components, offer, source="en", target="de"):
    offer({TRAIN: {"en": {}, "de": {}}, **components})
    return pairs.home_assistant(source, target).splits.opened()


def test_texts_are_joined_by_their_key(offer):
    component = {"en": {"a": {"b": "one two three", "c": "four five six"}, "d": "only in English"},
                 "de": {"a": {"c": "vier fünf sechs", "b": "eins zwei drei"}, "e": "nur auf Deutsch"}}  # fmt: skip
    train = loaded({TRAIN: component}, offer).train
    assert train.sources == ("one two three", "four five six")
    assert train.targets == ("eins zwei drei", "vier fünf sechs")


@pytest.mark.parametrize(
    ("english", "german", "is_kept"),
    [
        ("one two three", "eins", True),
        ("one two", "eins zwei drei", False),
        ("x " * 99 + "xx", "y", True),
        ("x " * 99 + "xxx", "y", False),
        ("one\ntwo three four", "y", False),
        ("one two three", "eins\n zwei", True),
        ("see http://a.b for more", "y", False),
        ("one two three", "siehe https://a.b", False),
        ("the same as [%key:x%]", "y", False),
        ("one two three", "[%key:x%]", False),
        ("one two three", "one two three", False),
        ("one two three", "", False),
        ("one two three", " ", False),
    ],
)
def test_sentences_are_kept_and_other_texts_are_not(offer, english, german, is_kept):
    train = loaded({TRAIN: {"en": {"a": english}, "de": {"a": german}}}, offer).train
    assert len(train) == is_kept


def test_texts_are_in_nfc_with_single_blanks(offer):
    train = loaded({TRAIN: {"en": {"a": " one  two\tthree "}, "de": {"a": "u\u0308ber\n alles"}}}, offer).train
    assert (train.sources, train.targets) == (("one two three",), ("\u00fcber alles",))


@pytest.mark.parametrize("other", ["Set {other} to 5!", "set {value} to 10", "SET  {value}: to 7"])
def test_texts_that_differ_in_case_placeholders_digits_and_signs_are_kept_once(offer, other):
    component = {"en": {"a": "Set {value} to 10", "b": other}, "de": {"a": "erster", "b": "zweiter"}}
    assert loaded({TRAIN: component}, offer).train.targets == ("erster",)


def test_texts_of_training_are_left_out_of_the_other_splits(offer):
    shared, own = "the same text here", "a text of its own"
    components = {
        name: {"en": {"a": shared, "b": f"{own} {letter * 3}"}, "de": {"a": f"gleich {name}", "b": f"eigen {name}"}}
        for name, letter in ((TRAIN, "x"), (VALIDATION, "y"), (TEST, "z"))
    }
    splits = loaded(components, offer)
    assert splits.train.sources == (shared, f"{own} xxx")
    assert splits.validation.sources == (f"{own} yyy",)
    assert splits.test.targets == (f"eigen {TEST}",)


def test_the_other_direction_swaps_the_sides_of_the_same_pairs(offer):
    components = {TRAIN: {"en": {"a": "one two three", "b": "one two"}, "ko": {"a": "하나", "b": "하나 둘 셋"}}}
    train = loaded(components, offer, "ko", "en").train
    assert (train.sources, train.targets) == (("하나",), ("one two three",))


def test_a_component_without_a_translation_has_no_pairs(offer):
    other = {"en": {"a": "one two three"}, "de": {"a": "eins"}}
    assert len(loaded({"untranslated": {"en": {"a": "four five six"}}, TRAIN: other}, offer).train) == 1


@pytest.mark.parametrize(("source", "target"), [("en", "de"), ("de", "en")])
def test_captions_are_paired_by_line(monkeypatch, source, target):
    texts = {"en": "one\u2028two\n three  four\n", "de": "eins\ndrei u\u0308ber\n"}
    content = {file.name: gzip.compress(texts[file.name.split(".")[1]].encode()) for file in pairs.MULTI30K_DATA}
    monkeypatch.setattr(pairs, "read_all", lambda files, folder: content)
    test = pairs.multi30k(source, target).splits.opened().test
    cleaned = {"en": ("one two", "three four"), "de": ("eins", "drei \u00fcber")}
    assert (test.sources, test.targets) == (cleaned[source], cleaned[target])
