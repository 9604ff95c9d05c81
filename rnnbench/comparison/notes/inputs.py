"""Notes on what the encoders read: leakage, texts that were cut, and hardware."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from rnnbench.comparison.model import Note
from rnnbench.core.text import listed
from rnnbench.storage.record import ALSO_IN_TRAINING, CUT_INPUTS, CUT_SHARE, HARDWARE_NOTE, RunRecord

MANY_CUT = 0.05
"""Share of cut inputs from which on a terminal says so."""


def leakage_notes(records: Sequence[RunRecord]) -> Iterable[Note]:
    """How much of the test split also occurs in training."""
    for count in sorted({record.tags[ALSO_IN_TRAINING] for record in records if ALSO_IN_TRAINING in record.tags}):
        yield Note(
            f"{count} of the test split also occur in the training split (leakage): scores may reflect memorization.",
            f"{count} of the test split also occur in training (leakage).",
        )


def cut_notes(records: Sequence[RunRecord]) -> Iterable[Note]:
    """'38 of 40 texts of training and validation are longer than task.max_tokens = 64 and are cut; ...', or nothing.

    A terminal shows it where encoders miss the end of many texts.
    """
    models: dict[tuple[str, str], set[str]] = defaultdict(set)
    for record in records:
        if record.kind == "confirm":
            models[record.tags.get(CUT_INPUTS, ""), record.tags.get(CUT_SHARE, "0")].add(record.model)
    for (note, share), names in sorted(models.items()):
        if note:
            text = f"{note}." if len(models) == 1 else f"{listed(sorted(names))}: {note}."
            yield Note(text, text if float(share) >= MANY_CUT else "")


def hardware_notes(records: Sequence[RunRecord]) -> Iterable[Note]:
    """What the hardware could not do as configured, by encoder."""
    models: dict[str, set[str]] = {}
    for record in records:
        if note := record.tags.get(HARDWARE_NOTE):
            models.setdefault(note, set()).add(record.model)
    for note, names in sorted(models.items()):
        yield Note.in_full(f"{listed(sorted(names))}: {note}.")
