"""Check the names in `search.settings` and `search.ranges`: unknown names, and settings that would not be searched."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rnnbench.core import registry
from rnnbench.core.errors import SettingProblem, SettingsError, did_you_mean
from rnnbench.core.settings import ALL, GROUPS, NONE, is_named
from rnnbench.experiment.classes import layer_class
from rnnbench.experiment.search_space import SOLVED, TYPED, SearchSpace

_NO_SEED = (
    "a seed is never searched: the best one would be selected by chance. Trials and confirmations set their own seeds"
)


def check_search(spaces: Iterable[SearchSpace]) -> None:
    """Checks that all names in `search` exist and have a range, and that typed names are searched.

    Raises: SettingsError with all other names, each with the nearest that exists.
    """
    spaces = [*spaces]
    first = spaces[0]
    # a file may name settings of encoders that this call leaves out
    classes = [item for space in spaces for item in space.classes.items()]
    classes += [("encoder", layer_class(model).Settings) for model in registry.names("encoders")]
    known = {f"{section}.{setting}" for section, cls in classes for setting in cls.model_fields}
    ranged = {f"{section}.{setting}" for section, cls in classes for setting in cls.search_ranges()}
    ranged |= {*first.search.ranges} | first.ranged_by_data
    problems = [
        _problem(first, "search.settings", name, rule)
        for name in first.search.settings
        if (rule := _rule_against(name, known, ranged))
    ]
    if not problems and first.origins.get("search.settings", "default") in ("--search", "--set", "settings"):
        problems += [_problem(first, "search.settings", name, rule) for name, rule in _undrawn(spaces).items()]
    for name in first.search.ranges:
        if _is_seed(name):
            problems.append(_problem(first, "search.ranges", name, _NO_SEED))
        elif name not in known:
            rule = f"no encoder has this setting.{did_you_mean(name, known)}"
            problems.append(_problem(first, "search.ranges", name, rule))
    if problems:
        raise SettingsError(problems)


def _problem(space: SearchSpace, setting: str, name: str, rule: str) -> SettingProblem:
    return SettingProblem(setting, name, space.origins.get(setting, "default"), rule)


def _rule_against(name: str, known: set[str], ranged: set[str]) -> str:
    """The reason why a name in `search.settings` cannot be used; empty where it can."""
    if name in (ALL, NONE, *GROUPS):
        return ""
    if _is_seed(name):
        return _NO_SEED
    if not any(is_named(setting, None, [name]) for setting in known):
        short = {setting.partition(".")[2]: setting for setting in sorted(known)}
        is_short = name in short
        near = f" Did you mean {short[name]!r}?" if is_short else did_you_mean(name, [*known, *GROUPS, ALL, NONE])
        return f"no encoder has this setting.{near} Groups: {', '.join(GROUPS)}, {ALL} and {NONE}"
    if name in known - ranged:
        return "has no range: write one in search.ranges, such as [1, 2] or {low: 1, high: 2}"
    return ""


def _undrawn(spaces: Sequence[SearchSpace]) -> dict[str, str]:
    """Settings named in `search.settings` that no encoder's trials would sample, each with the reasons."""
    drawn = {name for space in spaces for name in (*space.ranges, *space.left_to_data)}
    undrawn = {}
    for name in spaces[0].search.settings:
        if name in (ALL, NONE, *GROUPS) or set(name) & set("*?[") or name in drawn:
            continue
        reasons = [*dict.fromkeys(space.why_not(name) for space in spaces)]
        conflict = ": leave out one of the two" if reasons[0] in (TYPED, SOLVED) else ""
        undrawn[name] = "; ".join(reasons) + conflict
    return undrawn


def _is_seed(name: str) -> bool:
    return name.rpartition(".")[2].rpartition("_")[2] in ("seed", "seeds")
