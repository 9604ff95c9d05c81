"""The search space: groups, names and patterns; unknown names are reported with the nearest."""

from __future__ import annotations

from typing import Any

import pytest
from small_data import LOOKBACK, series

from rnnbench.cli import options
from rnnbench.core.errors import SettingsError
from rnnbench.core.settings import Choices, Floats, Ints, is_named, range_in_words
from rnnbench.experiment.config import ExperimentConfig, from_plain
from rnnbench.experiment.resolve import resolve
from rnnbench.experiment.search_names import check_search
from rnnbench.experiment.search_space import SEARCHED_SECTIONS


def searching(*names: str, task: str = "sentiment", model: str = "gru", **more: Any) -> ExperimentConfig:
    return resolve(task, model, options=options.searched([*names]), **more)


def test_a_group_a_name_and_a_pattern_name_settings() -> None:
    assert is_named("encoder.dropout", "regularization", ["regularization"])
    assert is_named("encoder.dropout", "regularization", ["basics", "encoder.d*"])
    assert is_named("training.patience", None, ["all"])
    assert not is_named("encoder.dropout", "regularization", ["basics", "dropout"])
    assert not is_named("encoder.dropout", "regularization", [])


@pytest.mark.parametrize(
    ("searched", "words"),
    [
        (Ints(16, 512, log=True), "16 to 512 (log)"),
        (Ints(0, 64, step=16), "0 to 64 (step 16)"),
        (Floats(1e-5, 0.5), "1e-05 to 0.5"),
        (Choices(2, 4, 8), "2, 4 or 8"),
        (Choices("tanh"), "tanh"),
    ],
)
def test_a_range_in_words(searched: Any, words: str) -> None:
    assert range_in_words(searched) == words


def test_search_on_the_command_line_replaces_the_names_and_keeps_the_ranges_of_the_file() -> None:
    assert options.searched(None) == {}
    assert options.searched(["basics, encoder.dropout", "basics"])["search.settings"] == (
        ["basics", "encoder.dropout"], "--search",
    )  # fmt: skip
    found = searching("basics").ranges()
    assert {*found} == {
        "training.learning_rate", "training.batch_size", "encoder.hidden_size", "task.max_tokens",
    }  # fmt: skip
    assert found["encoder.hidden_size"] == Ints(32, 96, log=True), "as sentiment.yaml narrows it"


def test_the_group_of_a_setting_does_not_depend_on_its_range() -> None:
    ranges = ["search.ranges={task.tokenizer: [words, subwords], encoder.hidden_size: [8, 16]}"]
    assert searching("basics", sets=ranges).ranges()["encoder.hidden_size"] == Choices(8, 16)
    assert "task.tokenizer" in searching("architecture", sets=ranges).ranges()


def test_settings_that_a_task_does_not_support_are_not_searched() -> None:
    config = searching("architecture", task="text_generation")
    check_search([config.search_space])
    assert "encoder.bidirectional" not in config.ranges()
    assert "encoder.num_layers" in config.ranges()


def test_the_search_is_part_of_the_comparison_key_and_of_plain_data() -> None:
    keys = {searching(name, for_model=False).comparison_key() for name in ("basics", "regularization", "all")}
    assert len(keys) == 3
    config = searching("basics", "encoder.*")
    assert from_plain(config.to_plain()).ranges() == config.ranges()
    stored = {**config.to_plain(), "searched": {"encoder.dropout": [0.1]}}
    assert from_plain(stored) == config, "what was searched is told beside the settings, and is none"


def test_all_unknown_names_are_reported_at_once_with_the_nearest() -> None:
    sets = ["search.ranges={encoder.hiden_size: [1]}"]
    with pytest.raises(SettingsError) as caught:
        check_search(
            [
                searching(
                    "bascis", "dropout", "task.poling", "training.decay_every", "encoder.heads", sets=sets
                ).search_space
            ]
        )
    told = [(problem.setting, problem.value, problem.rule) for problem in caught.value.problems]
    groups = "Groups: basics, optimization, regularization, architecture, all and none"
    assert told == [
        ("search.settings", "bascis", f"no encoder has this setting. Did you mean 'basics'? {groups}"),
        ("search.settings", "dropout", f"no encoder has this setting. Did you mean 'encoder.dropout'? {groups}"),
        ("search.settings", "task.poling", f"no encoder has this setting. Did you mean 'task.pooling'? {groups}"),
        ("search.settings", "training.decay_every", "has no range: write one in search.ranges, such "
         "as [1, 2] or {low: 1, high: 2}"),
        ("search.ranges", "encoder.hiden_size", "no encoder has this setting. Did you mean 'encoder.hidden_size'?"),
    ]  # fmt: skip
    assert caught.value.problems[0].origin == "--search"


def test_an_empty_name_does_not_search_everything() -> None:
    with pytest.raises(SettingsError, match="no encoder has this setting"):
        check_search([searching("").search_space])


# settings named one by one


def test_a_typed_name_is_searched_even_where_the_file_sets_null() -> None:
    assert "encoder.zoneout" not in searching("regularization").ranges(), "sentiment.yaml says null"
    config = searching("encoder.zoneout")
    assert config.ranges() == {"encoder.zoneout": Floats(0.0, 0.3)}, "as it stands beside the setting"
    check_search([config.search_space])


@pytest.mark.parametrize(
    ("name", "more", "words"),
    [
        ("encoder.zoneout", {"model": "transformer"}, "not supported by transformer"),
        ("encoder.forget_bias", {"model": "gru"}, "not supported by gru"),
        ("encoder.bidirectional", {"task": "text_generation"}, "text_generation needs a causal encoder"),
        ("encoder.zoneout", {"sets": ["encoder.zoneout=0.1"]}, "its value is typed: leave out one"),
        ("encoder.zoneout", {"sets": ["search.ranges={encoder.zoneout: null}"]}, "null in search.ranges"),
        ("encoder.hidden_size", {"sets": ["budget.match_parameters=100k"]}, "is determined by"),
    ],
)
def test_a_typed_name_that_is_not_searched_is_an_error(name: str, more: dict[str, Any], words: str) -> None:
    with pytest.raises(SettingsError) as caught:
        check_search([searching(name, **more).search_space])
    (problem,) = caught.value.problems
    assert (problem.setting, problem.value) == ("search.settings", name)
    assert words in problem.rule


def test_a_name_that_one_encoder_of_several_can_search_is_searched() -> None:
    check_search([searching("encoder.zoneout", model=model).search_space for model in ("transformer", "gru")])


# ranges that only the data set can tell


def test_lookbacks_are_half_once_and_twice_the_suggestion() -> None:
    config = searching("basics", task="forecasting")
    check_search([config.search_space])
    assert config.search_space.left_to_data == ["task.lookback"]
    # validation has 20 rows to look back on: twice the usual 12 would be scored on fewer origins
    found = config.with_ranges_of(series()).ranges()
    assert found["task.lookback"] == Choices(LOOKBACK // 2, LOOKBACK)
    shorter = searching("basics", task="forecasting", sets=["task.lookback=8"])
    assert "task.lookback" not in shorter.with_ranges_of(series()).ranges(), "its value is typed"


def test_a_range_of_the_file_overrides_that_of_the_data_set() -> None:
    sets = ["search.ranges={task.lookback: [3, 5, 7]}"]
    config = searching("basics", task="forecasting", sets=sets)
    assert config.search_space.left_to_data == []
    assert config.with_ranges_of(series()).ranges()["task.lookback"] == Choices(3, 5, 7)


def test_a_search_without_the_setting_has_no_range_of_the_data_set() -> None:
    config = searching("regularization", task="forecasting")
    assert config.with_ranges_of(series()) is config
    assert config.search_space.left_to_data == []


# the search space


@pytest.mark.parametrize("task", ["sentiment", "text_generation", "forecasting"])
@pytest.mark.parametrize("model", ["lstm", "transformer"])
@pytest.mark.parametrize("names", [(), ("none",), ("all",), ("basics",)])
def test_every_setting_is_searched_or_has_a_reason(task: str, model: str, names: tuple[str, ...]) -> None:
    config = resolve(task, model, options={"search.settings": (names, "--search")})
    sections = {name: config.section(name) for name in SEARCHED_SECTIONS}
    expected = {f"{name}.{setting}" for name, values in sections.items() for setting in type(values).model_fields}
    assert {*config.search_space.settings} == expected
    for item in config.search_space.settings.values():
        assert item.is_searched == (item.why_not == "")
        assert not (item.range and item.left_to_data)


@pytest.mark.parametrize(
    ("setting", "reason", "more"),
    [
        ("encoder.dropout", "its value is typed", {"sets": ["encoder.dropout=0.1"]}),
        ("encoder.zoneout", "null in search.ranges", {}),
        ("task.tokenizer", "it has no range", {}),
        ("encoder.zoneout", "not supported by transformer", {"model": "transformer", "sets": ["search.ranges={}"]}),
        ("encoder.hidden_size", "it is determined by", {"sets": ["budget.match_parameters=100k"]}),
        ("encoder.bidirectional", "needs a causal encoder", {"task": "text_generation"}),
        ("encoder.forget_bias", "not supported by gru", {}),
        ("task.window", "sentiment has no such setting", {}),
    ],
)
def test_the_reason_why_a_setting_is_not_searched(setting: str, reason: str, more: dict[str, Any]) -> None:
    space = searching("all", **more).search_space
    assert reason in space.why_not(setting)
    assert setting not in space.ranges


def test_a_searched_setting_has_no_reason_and_others_have_one() -> None:
    space = searching("basics").search_space
    assert space.why_not("encoder.dropout") == "not in search.settings"
    assert space.why_not("encoder.hidden_size") == ""


def test_a_setting_without_effect_is_sampled_and_reported() -> None:
    alone = searching("training.momentum").search_space
    assert "training.momentum" in alone.ranges, "leaving it out would change every other draw of the same seed"
    assert alone.settings["training.momentum"].in_words == (
        "0.8 to 0.98; no effect: only used with training.optimizer = sgd or muon"
    )
    both = searching("training.momentum", "training.optimizer").search_space
    assert both.settings["training.momentum"].no_effect == "", "some trials use it"


def test_settings_are_sampled_in_the_order_of_sections_the_encoder_last() -> None:
    ranges = "search.ranges={task.minimum_count: [1, 2], encoder.hidden_size: [8, 16]}"
    names = ("encoder.hidden_size", "task.minimum_count", "training.learning_rate", "encoder.dropout", "task.pooling")
    drawn = searching(*names, sets=[ranges]).search_space.ranges
    assert [*drawn] == [
        "training.learning_rate", "task.pooling", "task.minimum_count", "encoder.hidden_size", "encoder.dropout",
    ]  # fmt: skip


def test_the_smallest_values_have_the_fewest_parameters() -> None:
    ranges = "search.ranges={encoder.hidden_size: [16, 8], training.batch_size: {low: 4, high: 8}}"
    space = searching("encoder.hidden_size", "training.*", "task.pooling", sets=[ranges]).search_space
    assert {"encoder.hidden_size": 8, "training.batch_size": 4}.items() <= space.smallest().items()
    assert not {"training.learning_rate", "task.pooling"} & {*space.smallest()}
