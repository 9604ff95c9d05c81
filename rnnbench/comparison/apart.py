"""What a table says of settings that nobody searched and that are not the same for all encoders."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from rnnbench.comparison.checks import fixed
from rnnbench.comparison.searches import by_place, is_variant, searched_of, short_names
from rnnbench.comparison.usual import usual
from rnnbench.record import RunRecord
from rnnbench.wording import listed


def apart_note(records: Sequence[RunRecord]) -> str:
    """'Not searched, and not the same for all: hidden_size 448 (gru), 512 (lstm and rnn); ...', or nothing.

    Settings that only one encoder has are its own business; variants differ because their study asks about it.
    """
    known = [record for record in records if searched_of(record) is not None and not is_variant(record)]
    confirms = [record for record in known if record.kind == "confirm"]
    by_model: dict[str, dict[str, Any]] = {
        model: usual(fixed(record) for record in confirms if record.model == model)
        for model in sorted({record.model for record in confirms})
    }
    names = {name for own in by_model.values() for name in own}
    searched = {name for record in confirms for name in searched_of(record) or {}}
    unlike: dict[str, dict[str, list[str]]] = {}
    for name in names - searched:
        models_by_value: dict[str, list[str]] = defaultdict(list)
        for model, own in by_model.items():
            if name in own:
                models_by_value[_in_words(own[name])].append(model)
        if len(models_by_value) > 1:
            unlike[name] = models_by_value
    short = short_names(names)
    said = [
        f"{short[name]} " + ", ".join(f"{value} ({listed(models)})" for value, models in unlike[name].items())
        for name in sorted(unlike, key=by_place)
    ]
    return f"Not searched, and not the same for all: {'; '.join(said)}." if said else ""


def _in_words(value: Any) -> str:
    return "nothing" if value is None else str(value)
