"""What a search draws: names that nothing has are refused, and the data set's own ranges are filled in."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from rnnbench import registry
from rnnbench.core.settings import ALL, GROUPS, NONE, Settings, is_named, range_to_plain
from rnnbench.data.base import AnyData
from rnnbench.errors import SettingProblem, SettingsError, did_you_mean
from rnnbench.experiment.classes import layer_class, task_class
from rnnbench.experiment.config import SEARCHED_SECTIONS, ExperimentConfig
from rnnbench.wording import listed

_TYPED = ("--search", "--set", "settings")
_NO_SEED = "a seed is never searched: the luckiest would win. Trials and confirmations have seeds of their own"


def check_searched(configs: Iterable[ExperimentConfig]) -> None:
    """Refuses names in `search` that no encoder has, or that have no range: they would be left out without a word.

    Raises: SettingsError with every one of them and the nearest that exists.
    """
    configs = [*configs]
    first = configs[0]
    # a file may name settings of encoders that this call leaves out
    classes = [(name, type(config.section(name))) for config in configs for name in SEARCHED_SECTIONS]
    classes += [("encoder", layer_class(model).Settings) for model in registry.names("encoders")]
    known = {f"{section}.{setting}" for section, cls in classes for setting in cls.model_fields}
    ranged = {f"{section}.{setting}" for section, cls in classes for setting in cls.search_ranges()}
    ranged |= {*first.search.ranges} | {f"task.{name}" for name in task_class(first.task).ranged_by_data}
    short = {name.partition(".")[2]: name for name in sorted(known)}

    def told(where: str, name: str, rule: str) -> SettingProblem:
        return SettingProblem(where, name, first.origins.get(where, "default"), rule)

    problems = []
    for name in first.search.settings:
        if name in (ALL, NONE, *GROUPS):
            continue
        if _is_seed(name):
            problems.append(told("search.settings", name, _NO_SEED))
        elif not any(is_named(one, None, [name]) for one in known):
            near = (
                f" Did you mean {short[name]!r}?" if name in short else did_you_mean(name, [*known, *GROUPS, ALL, NONE])
            )
            groups = f"no encoder has such a setting.{near} Groups: {', '.join(GROUPS)}, {ALL} and {NONE}"
            problems.append(told("search.settings", name, groups))
        elif name in known - ranged:
            rule = "has no range to be searched in: write one in search.ranges, such as [1, 2] or {low: 1, high: 2}"
            problems.append(told("search.settings", name, rule))
    if not problems and first.origins.get("search.settings", "default") in _TYPED:
        problems += [told("search.settings", name, why) for name, why in _named_in_vain(configs).items()]
    for name in first.search.ranges:
        if _is_seed(name):
            problems.append(told("search.ranges", name, _NO_SEED))
        elif name not in known:
            near = did_you_mean(name, known)
            problems.append(told("search.ranges", name, f"no encoder has such a setting.{near}"))
    if problems:
        raise SettingsError(problems)


def _named_in_vain(configs: list[ExperimentConfig]) -> dict[str, str]:
    """Settings that the search names one by one and no encoder's trials would draw, each with the reason."""
    first = configs[0]
    drawn = {name for config in configs for name in (*config.ranges(), *left_to_data(config))}
    names = [name for name in first.search.settings if name not in (ALL, NONE, *GROUPS) and not set(name) & set("*?[")]
    return {name: _why_not(name, configs) for name in names if name not in drawn}


def _why_not(name: str, configs: list[ExperimentConfig]) -> str:
    first = configs[0]
    if first.origins.get(name, "").startswith("--") or first.origins.get(name) == "settings":
        return f"is typed as {name} too, and what is typed is not searched: leave out one of the two"
    if first.search.ranges.get(name, ...) is None:
        return "search.ranges says null, which takes it out of the search"
    if name == "encoder.hidden_size" and first.budget.match_parameters:
        return "is solved for under budget.match_parameters: leave out one of the two"
    if name == "encoder.bidirectional" and task_class(first.task).requires_causal:
        return f"{first.task} needs an encoder that does not look ahead"
    models = listed(dict.fromkeys(Path(config.layer).stem for config in configs))
    return f"{models} cannot have it" if name.startswith("encoder.") else f"{first.task} has no such setting"


def _is_seed(name: str) -> bool:
    return name.rpartition(".")[2].rpartition("_")[2] in ("seed", "seeds")


def with_ranges_of_data(config: ExperimentConfig, data: AnyData) -> ExperimentConfig:
    """The configuration with the ranges that only the data set can tell, unless `search.ranges` has them."""
    groups = type(config.task_settings).groups()
    found = {
        f"task.{setting}": range_to_plain(searched)
        for setting, searched in task_class(config.task).ranges_of(data, config.task_settings).items()
        if config.is_searched(f"task.{setting}", groups.get(setting))
    }
    added = {name: plain for name, plain in found.items() if name not in config.search.ranges}
    return config.with_values({"search.ranges": {**config.search.ranges, **added}}) if added else config


def left_to_data(config: ExperimentConfig) -> list[str]:
    """Settings that are searched in a range that only the data set can tell, by dotted name."""
    cls: type[Settings] = type(config.task_settings)
    return [
        f"task.{setting}"
        for setting in task_class(config.task).ranged_by_data
        if f"task.{setting}" not in config.search.ranges
        and config.is_searched(f"task.{setting}", cls.groups().get(setting))
    ]
