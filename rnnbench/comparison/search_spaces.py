"""The search space of a sweep, from the ranges that each run has stored."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from rnnbench.comparison.model import Note
from rnnbench.core.settings import range_from_stored, range_in_words
from rnnbench.core.text import listed
from rnnbench.storage.record import RunRecord

SECTIONS = ("training", "encoder", "task")
FEWEST_RANDOM = 8
"""Fewest random trials at the start of a search for a reliable expected validation score of smaller searches."""

SHARED = {"settings": None, "sampler": None, "pruning": None, "study_seed": None, "reselect": 0, "refit": False}
"""Settings of a search that every encoder of a comparison has in common, with the value of runs that store none."""

NOT_SEARCHED = "not searched"
Value = TypeVar("Value")


def searched_of(record: RunRecord) -> dict[str, Any] | None:
    """The stored ranges, by dotted name, that a run was drawn from; None where it has stored none."""
    ranges: dict[str, Any] | None = record.config.get("searched")
    return ranges


def most_frequent(values: Iterable[Value]) -> Value:
    """The most frequent of one or more values; ties go to the first in the order of their JSON.

    Values are equal where their JSON is, whatever the order of their keys.
    """
    by_json: dict[str, Value] = {}
    counts: Counter[str] = Counter()
    for value in values:
        key = json.dumps(value, sort_keys=True, default=str)
        by_json.setdefault(key, value)
        counts[key] += 1
    return by_json[min(counts, key=lambda key: (-counts[key], key))]


def searched_note(records: Sequence[RunRecord]) -> Iterable[Note]:
    """'Searched: learning_rate 0.004 to 0.02 (log); transformer also: heads 2, 4 or 8.', or nothing.

    Ranges that all encoders share first, then those that differ.
    """
    models = sorted({record.model for record in records})
    ranges_of = {model: usual_ranges([record for record in records if record.model == model]) for model in models}
    by_model = {model: ranges for model, ranges in ranges_of.items() if ranges is not None}
    if not by_model:
        return
    first = next(iter(by_model.values()))
    shared = {name: plain for name, plain in first.items() if all(own.get(name) == plain for own in by_model.values())}
    named = short_names({name for own in by_model.values() for name in own})
    parts = [_listed(shared, named) or ("nothing" if len(by_model) == 1 or not any(by_model.values()) else "")]
    by_further: dict[str, list[str]] = defaultdict(list)
    for model, own in by_model.items():
        by_further[_listed({name: plain for name, plain in own.items() if name not in shared}, named)].append(model)
    parts += [f"{listed(who)}{' also' if shared else ''}: {ranges}" for ranges, who in by_further.items() if ranges]
    names = ", ".join(named[name] for name in sorted(named, key=setting_order)) or "nothing"
    yield Note(f"Searched: {'; '.join(part for part in parts if part)}.", f"Searched: {names}.")


def few_random_note(records: Sequence[RunRecord]) -> Iterable[Note]:
    """A note where a search started with fewer random trials than the expected validation score needs."""
    fewest = min((_random_trials(record) for record in records if record.kind == "trial"), default=FEWEST_RANDOM)
    if fewest >= FEWEST_RANDOM or all(record.tags.get("draw") != "tpe" for record in records):
        return
    first = "trial is" if fewest == 1 else f"{fewest} trials are"
    yield Note(
        f"Only the first {first} random and independent, fewer than {FEWEST_RANDOM}: the expected validation score of "
        "smaller searches is uncertain."
    )


def _random_trials(record: RunRecord) -> int:
    search = record.config.get("search") or {}
    return FEWEST_RANDOM if search.get("sampler") == "random" else int(search.get("random_trials", FEWEST_RANDOM))


def search_differences(records: Sequence[RunRecord]) -> list[tuple[str, list[tuple[str, RunRecord]]]]:
    """Settings of the search that have to be equal: (label, [(value, run), ...]) over the runs that stored them.

    They are equal for all encoders; the ranges are equal for all runs of one encoder.
    """
    known = [record for record in records if record.config.get("search")]
    values_of = [
        (f"search.{name}", [(json.dumps(record.config["search"].get(name, default)), record) for record in known])
        for name, default in SHARED.items()
    ]
    for model in sorted({record.model for record in records}):
        own = [record for record in records if record.model == model and searched_of(record) is not None]
        values = [(_listed(searched_of(record) or {}, {}), record) for record in own]
        values_of.append((f"what was searched for {model}", values))
    return values_of


def range_differences(records: Sequence[RunRecord]) -> list[tuple[str, list[tuple[str, RunRecord]]]]:
    """The range of every setting by run: (label, [(range, run), ...]), without variants, which may differ on purpose.

    A range that lacks the choices an encoder does not support counts as the full range.
    """
    known = [record for record in records if searched_of(record) is not None and not is_variant(record)]
    names = sorted({name for record in known for name in searched_of(record) or {}})
    return [(f"range of {name}", _ranges_of(name, known)) for name in names]


def is_variant(record: RunRecord) -> bool:
    """Whether a run is of a variant: an encoder with own settings and a name, from a study file."""
    return "variant_of" in (record.config.get("encoder") or {})


def _ranges_of(name: str, records: Sequence[RunRecord]) -> list[tuple[str, RunRecord]]:
    """Each run's range of a setting in words, without runs whose encoder does not have or support the setting."""
    stated_of = [(record.config.get("search") or {}).get("ranges", {}) for record in records]
    may_be_part = name.startswith("encoder.") and not any(stated.get(name) for stated in stated_of)
    choices = [own for record in records if isinstance(own := (searched_of(record) or {}).get(name), list)]
    widest = max(choices, key=len, default=[])
    ranges = []
    for record, stated in zip(records, stated_of, strict=True):
        own = (searched_of(record) or {}).get(name)
        if own is not None:
            is_part = may_be_part and isinstance(own, list) and all(choice in widest for choice in own)
            stored = widest if is_part else stated.get(name) or own
            ranges.append((range_in_words(range_from_stored(stored)), record))
        elif _is_excluded(name, record, stated):
            ranges.append((NOT_SEARCHED, record))
    return ranges


def _is_excluded(name: str, record: RunRecord, stated: Mapping[str, Any]) -> bool:
    """Whether a run's setting was not searched. Settings of an encoder only where the file has null as their range."""
    section, _, setting = name.partition(".")
    return setting in (record.config.get(section) or {}) and (section != "encoder" or stated.get(name, ...) is None)


def usual_ranges(records: Sequence[RunRecord]) -> dict[str, Any] | None:
    """The ranges that most runs of an encoder have stored; None where none has."""
    stored = [ranges for record in records if (ranges := searched_of(record)) is not None]
    return most_frequent(stored) if stored else None


def short_names(names: set[str]) -> dict[str, str]:
    """Each setting without its section where that is unique."""
    counts = Counter(name.partition(".")[2] for name in names)
    return {name: short if counts[short := name.partition(".")[2]] == 1 else name for name in names}


def _listed(ranges: Mapping[str, Any], named: Mapping[str, str]) -> str:
    words = {name: range_in_words(range_from_stored(ranges[name])) for name in sorted(ranges, key=setting_order)}
    return ", ".join(f"{named.get(name, name)} {text}" for name, text in words.items())


def setting_order(name: str) -> tuple[int, str]:
    """Sorting key of settings: by section (training, encoder, task), then by name."""
    section = name.partition(".")[0]
    return SECTIONS.index(section) if section in SECTIONS else len(SECTIONS), name
