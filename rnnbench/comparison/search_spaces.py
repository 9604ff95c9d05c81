"""What was searched, in words, from what each run has stored: the ranges that its trial was drawn from."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rnnbench.comparison.model import Note
from rnnbench.comparison.most_frequent import usual
from rnnbench.core.settings import range_from_stored, range_in_words
from rnnbench.core.text import listed
from rnnbench.storage.record import RunRecord

SECTIONS = ("training", "encoder", "task")
FEWEST_RANDOM = 8
"""Random trials at the start of a search that the expected validation score of a smaller search should rest on."""

SHARED = {"settings": None, "sampler": None, "pruning": None, "study_seed": None, "reselect": 0, "refit": False}
"""What of a search every encoder of a comparison shares, and what a run means that does not say."""

NOT_SEARCHED = "not searched"


def searched_of(record: RunRecord) -> dict[str, Any] | None:
    """The plain ranges by dotted name that a run was drawn from, or None where it does not say."""
    found: dict[str, Any] | None = record.config.get("searched")
    return found


def searched_note(records: Sequence[RunRecord]) -> Iterable[Note]:
    """'Searched: learning_rate 0.004 to 0.02 (log); transformer also: heads 2, 4 or 8.', or nothing.

    Shared by all encoders first, then what only some have, or have in another range.
    """
    own_of = {
        model: usual_ranges([record for record in records if record.model == model])
        for model in sorted({record.model for record in records})
    }
    by_model = {model: ranges for model, ranges in own_of.items() if ranges is not None}
    if not by_model:
        return
    first = next(iter(by_model.values()))
    shared = {name: plain for name, plain in first.items() if all(own.get(name) == plain for own in by_model.values())}
    named = short_names({name for own in by_model.values() for name in own})
    parts = [_listed(shared, named) or ("nothing" if len(by_model) == 1 or not any(by_model.values()) else "")]
    with_more: dict[str, list[str]] = defaultdict(list)
    for model, own in by_model.items():
        with_more[_listed({name: plain for name, plain in own.items() if name not in shared}, named)].append(model)
    parts += [f"{listed(who)}{' also' if shared else ''}: {more}" for more, who in with_more.items() if more]
    names = ", ".join(named[name] for name in sorted(named, key=by_place)) or "nothing"
    yield Note(f"Searched: {'; '.join(part for part in parts if part)}.", f"Searched: {names}.")


def few_random_note(records: Sequence[RunRecord]) -> Iterable[Note]:
    """That a search started with fewer random trials than the expected validation score needs."""
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


def range_differences(records: Sequence[RunRecord]) -> list[tuple[str, list[tuple[str, RunRecord]]]]:
    """Settings that several encoders have, each with the range of every run that has it: (label, [(range, run), ...]).

    Choices that an encoder cannot honour are left out of its own, which is no other range. Variants are left out: what
    is different about them is what their study asks.
    """
    known = [record for record in records if searched_of(record) is not None and not is_variant(record)]
    names = sorted({name for record in known for name in searched_of(record) or {}})
    return [(f"range of {name}", _ranges_of(name, known)) for name in names]


def is_variant(record: RunRecord) -> bool:
    """Whether a run is of an encoder under settings of its own that a study gave a name."""
    return "variant_of" in (record.config.get("encoder") or {})


def _ranges_of(name: str, records: Sequence[RunRecord]) -> list[tuple[str, RunRecord]]:
    """Each run's range of a setting in words, without the runs whose encoder has no such setting or cannot have it."""
    stated_of = [(record.config.get("search") or {}).get("ranges", {}) for record in records]
    may_be_part = name.startswith("encoder.") and not any(stated.get(name) for stated in stated_of)
    choices = [own for record in records if isinstance(own := (searched_of(record) or {}).get(name), list)]
    widest = max(choices, key=len, default=[])
    found = []
    for record, stated in zip(records, stated_of, strict=True):
        own = (searched_of(record) or {}).get(name)
        if own is not None:
            is_part = may_be_part and isinstance(own, list) and all(choice in widest for choice in own)
            found.append((_in_words(widest if is_part else stated.get(name) or own), record))
        elif _is_held_back(name, record, stated):
            found.append((NOT_SEARCHED, record))
    return found


def _is_held_back(name: str, record: RunRecord, stated: Mapping[str, Any]) -> bool:
    """Whether an encoder that has a setting was denied the search of it; some cannot honour any range of one."""
    section, _, setting = name.partition(".")
    has = setting in (record.config.get(section) or {})
    return has and (section != "encoder" or stated.get(name, ...) is None)


def usual_ranges(records: Sequence[RunRecord]) -> dict[str, Any] | None:
    """The ranges that most of an encoder's runs say."""
    found = [ranges for record in records if (ranges := searched_of(record)) is not None]
    return usual(found) if found else None


def short_names(names: set[str]) -> dict[str, str]:
    """Each setting without its section, where no other has the same name."""
    counts = Counter(name.partition(".")[2] for name in names)
    return {name: short if counts[short := name.partition(".")[2]] == 1 else name for name in names}


def _listed(ranges: Mapping[str, Any], named: Mapping[str, str]) -> str:
    return ", ".join(
        f"{named.get(name, name)} {_in_words(plain)}"
        for name, plain in sorted(ranges.items(), key=lambda item: by_place(item[0]))
    )


def _in_words(plain: Any) -> str:
    return range_in_words(range_from_stored(plain))


def by_place(name: str) -> tuple[int, str]:
    """Where a setting is listed: training, encoder, task, and by name, whatever order the store has kept."""
    section = name.partition(".")[0]
    return SECTIONS.index(section) if section in SECTIONS else len(SECTIONS), name
