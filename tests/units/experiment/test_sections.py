"""Settings shared by all encoders: defaults, bounds and ranges agree."""

import pytest

from rnnbench.core.settings import Choices, problems_of, rule_of
from rnnbench.experiment.sections import BudgetSettings, HardwareSettings, SearchSettings, TrainingSettings

SHARED = (TrainingSettings, BudgetSettings, HardwareSettings, SearchSettings)


@pytest.mark.parametrize("cls", SHARED)
def test_every_setting_has_a_default_and_a_rule_in_words(cls):
    assert cls() == cls()
    for name in cls.model_fields:
        assert "another kind" not in rule_of(cls, name)


@pytest.mark.parametrize("cls", SHARED)
def test_every_range_lies_inside_its_bounds(cls):
    for name, searched in cls.search_ranges().items():
        for value in searched.values if isinstance(searched, Choices) else (searched.low, searched.high):
            assert problems_of(cls, "shared", {name: value}, {})[0] == []
        assert cls().model_dump()[name] in searched, f"the default of {name} lies outside of its range"


def test_budget_hardware_and_search_are_not_searched():
    assert TrainingSettings.search_ranges()
    assert all(not cls.search_ranges() for cls in (BudgetSettings, HardwareSettings, SearchSettings))


@pytest.mark.parametrize(
    ("cls", "setting", "value"),
    [
        (TrainingSettings, "learning_rate", 0),
        (TrainingSettings, "batch_size", 0),
        (TrainingSettings, "warmup", 1),
        (TrainingSettings, "gradient_clip", -1),
        (TrainingSettings, "patience", -1),
        (BudgetSettings, "updates", 0),
        (BudgetSettings, "epochs", 0),
        (BudgetSettings, "validations", 0),
        (SearchSettings, "trials", 0),
        (SearchSettings, "sampler", "grid"),
        (HardwareSettings, "device", "tpu"),
    ],
)
def test_invalid_values_are_refused(cls, setting, value):
    assert [problem.setting for problem in problems_of(cls, "x", {setting: value}, {})[0]] == [f"x.{setting}"]
