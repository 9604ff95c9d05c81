"""Mistakes are told in words: what was given, where, the rule, the nearest name."""

import pytest

from rnnbench.core import errors
from rnnbench.core.errors import RnnbenchError, SettingProblem, SettingsError, UnknownNameError, did_you_mean, nearest


def test_every_error_that_a_person_can_mend_has_one_base():
    kinds = [value for value in vars(errors).values() if isinstance(value, type) and issubclass(value, Exception)]
    assert len(kinds) >= 7
    assert all(issubclass(kind, RnnbenchError) for kind in kinds)


def test_one_unusable_setting_is_one_line():
    assert str(SettingsError([SettingProblem("a.b", 0, "--set", "must be above 0")])) == (
        "1 setting needs another value\n  a.b = 0   (--set)   must be above 0"
    )


def test_several_unusable_settings_stand_in_columns():
    problems = [
        SettingProblem("training.batch_size", 0, "sentiment.yaml, quick", "must be at least 1"),
        SettingProblem("a.b", "long", "--set", "must be a number"),
    ]
    error = SettingsError(problems)
    assert str(error) == (
        "2 settings need another value\n"
        "  training.batch_size = 0        (sentiment.yaml, quick)   must be at least 1\n"
        "  a.b                 = 'long'   (--set)                   must be a number"
    )
    assert error.problems == tuple(problems)


def test_an_unknown_name_is_told_with_the_nearest_and_the_sorted_list():
    error = UnknownNameError("task", "sentimnt", ["text_generation", "sentiment"])
    assert str(error) == "unknown task 'sentimnt'. Did you mean 'sentiment'? Known tasks: sentiment, text_generation."
    assert error.known == ("sentiment", "text_generation")


def test_an_unknown_name_that_is_like_nothing_gets_no_suggestion():
    assert str(UnknownNameError("task", "xyz", ["sentiment"])) == "unknown task 'xyz'. Known tasks: sentiment."


def test_an_unknown_name_where_nothing_is_known():
    assert str(UnknownNameError("run", "xyz", [])) == "unknown run 'xyz'."


def test_the_list_is_in_the_plural_and_a_hint_comes_last():
    message = str(UnknownNameError("category", "xyz", ["a"], hint="Look again."))
    assert message == "unknown category 'xyz'. Known categories: a. Look again."


@pytest.mark.parametrize(
    ("typed", "found"), [("LSTM", "lstm"), ("ltsm", "lstm"), ("transfomer", "transformer"), ("zzz", None), ("", None)]
)
def test_the_nearest_name(typed, found):
    assert nearest(typed, ["rnn", "gru", "lstm", "transformer"]) == found
    expected = f" Did you mean {found!r}?" if found else ""
    assert did_you_mean(typed, ["rnn", "gru", "lstm", "transformer"]) == expected


def test_the_nearest_name_in_another_case_and_never_the_name_itself():
    assert nearest("load", ["LOAD", "wind"]) == "LOAD"
    assert nearest("load", ["load"]) is None
    assert did_you_mean("load", ["load", "Load"]) == " Did you mean 'Load'?"


@pytest.mark.parametrize(
    "typed",
    [
        "https://user:pw@host/data.csv", "there is no file https:/user:pw@host/x", "HTTP://u:pw@h", "s3://:pw@bucket",
        "postgresql+psycopg://user:pw@host:5432/db", "'https://pw@github.com/a'", "https://user:p@pw@host/",
    ],
)  # fmt: skip
def test_the_password_of_an_address_is_not_repeated(typed):
    for error in (RnnbenchError(typed), SettingsError([SettingProblem("data.name", typed, "--set", "must be")])):
        assert "pw" not in str(error)
        assert "***@" in str(error)


@pytest.mark.parametrize("text", ["me@example.org", "https://host/a@b", "a: b@c", "C:/x@y/z.csv has no rows"])
def test_other_texts_with_a_sign_of_addresses_stay(text):
    assert str(RnnbenchError(text)) == text


def test_long_names_and_values_are_cut():
    error = SettingsError([SettingProblem("a." + "b" * 9000, "c" * 9000, "--set", "must be short")])
    assert len(str(error)) < 300
    assert len(str(UnknownNameError("task", "x" * 9000, ["a"]))) < 200
