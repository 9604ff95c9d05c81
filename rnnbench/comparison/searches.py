"""What was searched, in words, from what each run has stored: the ranges that its trial was drawn from."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from rnnbench.config import range_from_plain, range_in_words
from rnnbench.record import RunRecord
from rnnbench.wording import listed

SECTIONS = ("training", "encoder", "task")
FEWEST_RANDOM = 8
"""Independent draws at the beginning of a search from which one may tell what fewer trials would have found."""

SHARED = {"settings": None, "sampler": None, "pruning": None, "study_seed": None, "reselect": 0, "refit": False}
"""What of a search every encoder of a comparison shares, and what a run means that does not say.

Ranges may differ where an encoder is made an exception.
"""


def searched_of(record: RunRecord) -> dict[str, Any] | None:
    """The plain ranges by dotted name that a run was drawn from, or None where it does not say."""
    found: dict[str, Any] | None = record.config.get("searched")
    return found


def searched_note(records: Sequence[RunRecord]) -> str:
    """'Searched: learning_rate 0.004 to 0.02 (log); transformer also: heads 2, 4 or 8.', or nothing.

    Shared by all encoders first, then what only some have, or have in another range.
    """
    own_of = {
        model: usual_ranges([record for record in records if record.model == model])
        for model in sorted({record.model for record in records})
    }
    by_model = {model: ranges for model, ranges in own_of.items() if ranges is not None}
    if not by_model:
        return ""
    first = next(iter(by_model.values()))
    shared = {name: plain for name, plain in first.items() if all(own.get(name) == plain for own in by_model.values())}
    named = _short({name for own in by_model.values() for name in own})
    parts = [_listed(shared, named) or ("nothing" if len(by_model) == 1 or not any(by_model.values()) else "")]
    with_more: dict[str, list[str]] = defaultdict(list)
    for model, own in by_model.items():
        with_more[_listed({name: plain for name, plain in own.items() if name not in shared}, named)].append(model)
    parts += [f"{listed(who)}{' also' if shared else ''}: {more}" for more, who in with_more.items() if more]
    return f"Searched: {'; '.join(part for part in parts if part)}."


def few_random_note(records: Sequence[RunRecord]) -> str:
    """What it means that a search began with fewer independent draws than usual, where it went on to proposed ones."""
    fewest = min((_random_trials(record) for record in records if record.kind == "trial"), default=FEWEST_RANDOM)
    if fewest >= FEWEST_RANDOM or all(record.tags.get("draw") != "tpe" for record in records):
        return ""
    first = "draw is" if fewest == 1 else f"{fewest} draws are"
    return (
        f"Only the first {first} random and independent, {FEWEST_RANDOM} being usual: "
        "what is expected of fewer trials has little to go on."
    )


def _random_trials(record: RunRecord) -> int:
    search = record.config.get("search") or {}
    return FEWEST_RANDOM if search.get("sampler") == "random" else int(search.get("random_trials", FEWEST_RANDOM))


def search_differences(records: Sequence[RunRecord]) -> list[tuple[str, list[tuple[str, RunRecord]]]]:
    """What of the search may not differ: (label, [(value, run), ...]) over the runs that say.

    Every encoder's search names the same settings; every run of one encoder was drawn from the same ranges.
    """
    known = [record for record in records if record.config.get("search")]
    found = [
        (f"search.{name}", [(json.dumps(record.config["search"].get(name, usual)), record) for record in known])
        for name, usual in SHARED.items()
    ]
    for model in sorted({record.model for record in records}):
        own = [record for record in records if record.model == model and searched_of(record) is not None]
        values = [(_listed(searched_of(record) or {}, {}), record) for record in own]
        found.append((f"what was searched for {model}", values))
    return found


def usual_ranges(records: Sequence[RunRecord]) -> dict[str, Any] | None:
    """The ranges that most of an encoder's runs say."""
    spelled = Counter(json.dumps(found) for record in records if (found := searched_of(record)) is not None)
    if not spelled:
        return None
    usual: dict[str, Any] = json.loads(min(spelled, key=lambda one: (-spelled[one], one)))
    return usual


def _short(names: set[str]) -> dict[str, str]:
    """Each setting without its section, where no other has the same name."""
    counts = Counter(name.partition(".")[2] for name in names)
    return {name: short if counts[short := name.partition(".")[2]] == 1 else name for name in names}


def _listed(ranges: Mapping[str, Any], named: Mapping[str, str]) -> str:
    return ", ".join(
        f"{named.get(name, name)} {range_in_words(range_from_plain(plain, _kind(plain)))}"
        for name, plain in sorted(ranges.items(), key=lambda item: _place(item[0]))
    )


def _place(name: str) -> tuple[int, str]:
    """Where a setting is listed: training, encoder, task, and by name, whatever order the store has kept."""
    section = name.partition(".")[0]
    return SECTIONS.index(section) if section in SECTIONS else len(SECTIONS), name


def _kind(plain: Any) -> type | None:
    """A stored range of real numbers has no step."""
    return float if isinstance(plain, Mapping) and "step" not in plain else None
