"""Footnote: fixed settings that differ between encoders."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from rnnbench.comparison.eligibility import fixed
from rnnbench.comparison.model import Note
from rnnbench.comparison.most_frequent import usual
from rnnbench.comparison.search_spaces import by_place, is_variant, searched_of, short_names
from rnnbench.core.text import listed
from rnnbench.storage.record import RunRecord


def fixed_differences_note(records: Sequence[RunRecord]) -> Iterable[Note]:
    """'Fixed settings that differ between encoders: hidden_size 448 (gru), 512 (lstm and rnn).', or nothing.

    Settings that only one encoder has are left out; variants too, because their differences are what their study asks.
    """
    known = [record for record in records if searched_of(record) is not None and not is_variant(record)]
    confirms = [record for record in known if record.kind == "confirm"]
    by_model: dict[str, dict[str, Any]] = {
        model: usual(fixed(record) for record in confirms if record.model == model)
        for model in sorted({record.model for record in confirms})
    }
    names = {name for settings in by_model.values() for name in settings}
    searched = {name for record in confirms for name in searched_of(record) or {}}
    differing: dict[str, dict[str, list[str]]] = {}
    for name in names - searched:
        models_by_value: dict[str, list[str]] = defaultdict(list)
        for model, settings in by_model.items():
            if name in settings:
                value = settings[name]
                models_by_value["nothing" if value is None else str(value)].append(model)
        if len(models_by_value) > 1:
            differing[name] = models_by_value
    if not differing:
        return
    short = short_names(names)
    ordered = sorted(differing, key=by_place)
    clauses = [
        f"{short[name]} " + ", ".join(f"{value} ({listed(models)})" for value, models in differing[name].items())
        for name in ordered
    ]
    yield Note(
        f"Fixed settings that differ between encoders: {'; '.join(clauses)}.",
        f"Fixed settings that differ between encoders: {', '.join(short[name] for name in ordered)}.",
    )
