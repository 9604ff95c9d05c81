"""Every setting that can be searched says with which others: a law for each encoder, task and shared section."""

from __future__ import annotations

import pytest
from small_data import of_kind

from rnnbench.core import registry
from rnnbench.core.settings import ALL, GROUPS, Choices, Group, Settings
from rnnbench.experiment.classes import layer_class, task_class
from rnnbench.experiment.resolve import resolve
from rnnbench.experiment.search_space import SEARCHED_SECTIONS
from rnnbench.experiment.sections import TrainingSettings

TASKS = registry.names("tasks")
CLASSES = [
    TrainingSettings,
    *(layer_class(model).Settings for model in registry.names("encoders")),
    *(task_class(task).Settings for task in TASKS),
]


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_every_setting_with_a_range_has_exactly_one_group(cls: type[Settings]) -> None:
    for name in cls.search_ranges():
        groups = [item for item in cls.model_fields[name].metadata if isinstance(item, Group)]
        assert len(groups) == 1, f'{name}: add Group("...") behind its range, one of {", ".join(GROUPS)}'
    assert set(cls.groups().values()) <= {*GROUPS}


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_no_setting_is_called_like_a_group(cls: type[Settings]) -> None:
    assert not {*cls.model_fields} & {*GROUPS, ALL}


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("model", registry.names("encoders"))
def test_the_groups_together_are_all_that_is_searched(task: str, model: str) -> None:
    def searched(*names: str) -> set[str]:
        return {*resolve(task, model, options={"search.settings": ([*names], "--search")}).ranges()}

    parts = [searched(group) for group in GROUPS]
    assert all(parts)
    assert set.union(*parts) == searched(ALL) == searched()
    assert sum(len(part) for part in parts) == len(searched(ALL)), "no setting in two groups"
    assert {"training.learning_rate", "training.batch_size", "encoder.hidden_size"} <= parts[0]


@pytest.mark.parametrize("task", TASKS)
def test_every_task_searches_a_length_among_the_basics(task: str) -> None:
    config = resolve(task, "gru", options={"search.settings": (["basics"], "--search")})
    data = of_kind(task_class(task).data_kind)
    found = {*config.with_ranges_of(data).ranges()}
    assert found & {"task.window", "task.lookback", "task.max_tokens", "task.max_source_tokens"}


@pytest.mark.parametrize("task", TASKS)
def test_ranges_told_by_the_data_hold_for_settings_that_can_be_prepared(task: str) -> None:
    cls = task_class(task)
    data = of_kind(cls.data_kind)
    config = resolve(task, "gru", options={"search.settings": ([ALL], "--search")})
    config = config.with_ranges_of(data)
    assert {f"task.{name}" for name in cls.ranged_by_data} <= config.ranges().keys()
    for name, searched in config.ranges().items():
        if name.startswith("task.") and isinstance(searched, Choices):
            for value in searched.values:
                cls.prepare(data, config.with_values({name: value}).task_settings)
    assert set(SEARCHED_SECTIONS) >= {name.partition(".")[0] for name in config.ranges()}
