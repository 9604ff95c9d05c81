"""Which two languages of a set of pairs are meant."""

import pytest

from rnnbench.core.errors import DataError, UnknownNameError
from rnnbench.data import describe, load
from rnnbench.data.sets.languages import Languages, in_name
from rnnbench.data.settings import DataSettings

SEVERAL = Languages("en", ("de", "ko", "zh-Hans"), source="en", target="de")
TWO = Languages("en", ("de",), source="de", target="en")


@pytest.mark.parametrize(
    ("languages", "source", "targets", "direction"),
    [
        (SEVERAL, None, (), ("en", "de")),
        (SEVERAL, "en", (), ("en", "de")),
        (SEVERAL, "de", (), ("de", "en")),
        (SEVERAL, None, ("ko",), ("en", "ko")),
        (SEVERAL, None, ("en",), ("de", "en")),
        (SEVERAL, "zh-Hans", ("en",), ("zh-Hans", "en")),
        (TWO, None, (), ("de", "en")),
        (TWO, "en", (), ("en", "de")),
        (TWO, None, ("de",), ("en", "de")),
    ],
)
def test_what_is_not_given_is_the_pivot_or_beside_it_the_default(languages, source, targets, direction):
    assert languages.direction("a_set", source, targets) == direction


@pytest.mark.parametrize(
    ("source", "targets", "error", "words"),
    [
        ("kr", (), UnknownNameError, "unknown language 'kr'.*Known languages: de, en, ko, zh-Hans"),
        (None, ("deu",), UnknownNameError, "unknown language 'deu'. Did you mean 'de'"),
        ("de", ("ko",), DataError, "a_set pairs en with de, ko or zh-Hans, and not de with ko"),
        ("en", ("en",), DataError, "not en with en"),
        ("en", ("de", "ko"), DataError, "one language at a time, not de and ko"),
    ],
)
def test_languages_that_a_set_does_not_pair_are_refused(source, targets, error, words):
    with pytest.raises(error, match=words):
        SEVERAL.direction("a_set", source, targets)


def test_only_the_default_direction_has_the_plain_name():
    assert SEVERAL.name("a_set", "en", "de") == "a_set"
    assert SEVERAL.name("a_set", "de", "en") == "a_set_de_en"
    for direction in (("en", "zh-Hans"), ("ko", "en")):
        assert in_name(SEVERAL.name("a_set", *direction), "a_set") == direction


@pytest.mark.parametrize("name", ["a_set", "a_set_", "a_set_en", "a_sets_en_de", "another_en_de"])
def test_other_names_hold_no_languages(name):
    assert in_name(name, "a_set") is None


@pytest.mark.parametrize(
    ("settings", "kind", "words"),
    [
        ({"name": "home_assistant_en_kr"}, "text_pairs", "unknown language 'kr'"),
        ({"name": "home_assistant_en_ko", "target": ("fr",)}, "text_pairs", "is en to ko, and not en to fr"),
        ({"name": "movie_lines", "target": ("de",)}, "dialogue", "movie_lines has no columns .* leave out --target"),
        ({"name": "plays", "text_column": "en"}, "dialogue", "plays has no columns .* leave out --text-column"),
        ({"name": "power", "target": ("load",)}, "series", "power has no columns .* leave out --target"),
        ({"name": "home_assistant_en_ko"}, "dialogue", "is pairs of texts, and this task needs a dialogue"),
    ],
)
def test_settings_that_do_not_fit_the_set_are_refused_before_it_is_read(settings, kind, words):
    with pytest.raises((DataError, UnknownNameError), match=words):
        load(DataSettings(**settings), kind)


def test_a_name_with_languages_can_be_described_without_its_kind():
    with pytest.raises(UnknownNameError, match="unknown language 'xx'"):
        describe(DataSettings(name="multi30k_en_xx"))
    with pytest.raises(UnknownNameError, match="unknown data set 'multi30k_en'"):
        describe(DataSettings(name="multi30k_en"))
