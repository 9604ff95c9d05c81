"""The user's own pairs of texts: a table with a source and a target in each row, or two plain texts of equal lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rnnbench.core.errors import DataError
from rnnbench.core.text import listed
from rnnbench.data.kinds import KIND_NAMES, Facts, Kind, TextPairs
from rnnbench.data.readers.columns import Table
from rnnbench.data.readers.label_columns import text_cells
from rnnbench.data.readers.own_splits import TEST, check_options
from rnnbench.data.readers.pair_columns import PairColumns, find_pair_columns
from rnnbench.data.readers.pair_splits import PairRows, leak_key, split_pairs
from rnnbench.data.settings import DataSettings
from rnnbench.data.splitting import fingerprint

FEWEST_PAIRS = 30
ABSENT = {"nan", "<na>", "#n/a", "n/a"}
"""Cells that programs write for a missing text. Words such as None are texts: they have translations."""


def read_pairs(table: Table, settings: DataSettings) -> TextPairs:
    """The pairs of a table in three splits.

    Raises: DataError when a column is missing or ambiguous, or the pairs cannot be split.
    """
    check_options(settings, "text_pairs")
    columns = find_pair_columns(table, settings)
    sources, of_sources = text_cells(table, columns.source)
    targets, of_targets = text_cells(table, columns.target)
    used, left_out = usable(sources, targets, settings.missing)
    used, repeated = _first_of_each(sources, targets, used, table)
    several = Counter(leak_key(sources[row], "", "text_pairs") for row in used)
    repeats = sum(count - 1 for count in several.values() if count > 1)
    sentences = [columns.in_words(table)]
    if not settings.text_column and not settings.target and not settings.target_data:
        sentences[0] += f" (--text-column {_typed(columns.target)} --target {_typed(columns.source)} is the way round)"
    rows = PairRows(
        [sources[row] for row in used],
        [targets[row] for row in used],
        None if table.split_of is None else table.split_of[used],
        [table.groups[row] for row in used] if table.groups else (),
    )
    read = Read(
        columns,
        f"{len(table):,} read",
        {**left_out, "that repeat a pair": repeated},
        columns=(*sentences, *(text for text in (of_sources, of_targets) if text)),
        remarks=(f"{repeats:,} of them have the source of an earlier row and another target",) if repeats else (),
    )
    return pairs_of(rows, read, "text_pairs", table, settings)


@dataclass(frozen=True)
class Read:
    """How pairs were read, for `Facts`.

    names: of the source and the target. rows: what was read, such as '420 read'. left_out: the number of rows by the
    reason in words. columns: sentences on the columns. remarks: sentences on the rows that are used.
    """

    names: PairColumns
    rows: str
    left_out: dict[str, int]
    columns: Sequence[str] = ()
    remarks: Sequence[str] = ()
    warnings: Sequence[str] = ()


def pairs_of(rows: PairRows, read: Read, kind: Kind, table: Table, settings: DataSettings) -> TextPairs:
    """The pairs in three splits, with the facts on how they were read.

    Raises: DataError where they are too few, or a split would be empty.
    """
    name = table.path.name
    _check(len(rows), read, name)
    split = split_pairs(rows, kind, settings, name)
    sizes = [*map(len, split.rows)]
    if sum(sizes) < FEWEST_PAIRS:
        _check(sum(sizes), Read(read.names, read.rows, {**read.left_out, **split.left_out}), name)
    splits = split.splits(rows)
    rule = "{}: training {:,}, validation {:,}, test {:,}".format(split.rule, *sizes)
    used = f"{read.rows}, {sum(sizes):,} pairs used{_reasons({**read.left_out, **split.left_out})}"
    understood = (
        *table.understood,
        *(("columns", sentence) for sentence in read.columns),
        *(("rows", sentence) for sentence in (used, *read.remarks)),
        ("split", rule),
    )
    between = f", {read.names.source} to {read.names.target}" if kind == "text_pairs" else ""
    facts = Facts(
        name=name,
        kind=kind,
        title=f"{table.path.stem}: {KIND_NAMES[kind]}, {sum(sizes):,} pairs{between}",
        source=str(table.path),
        licence="the user's own file",
        split_rule=rule,
        understood=understood,
        warnings=(*table.warnings, *read.warnings),
    )
    return TextPairs(facts, splits, read.names.source, read.names.target, fingerprint(splits))


def usable(sources: Sequence[str], targets: Sequence[str], missing: Iterable[str]) -> tuple[list[int], dict[str, int]]:
    """The rows with both texts, and the number of the others by reason."""
    typed = {*missing}
    absent = {"", *typed} | (ABSENT if "" not in typed else set())
    used: list[int] = []
    without = Counter[str]()
    for row, (source, target) in enumerate(zip(sources, targets, strict=True)):
        lacks_source, lacks_target = _is_absent(source, absent), _is_absent(target, absent)
        if not lacks_source and not lacks_target:
            used.append(row)
        elif lacks_source and lacks_target:
            without["without both texts"] += 1
        else:
            without["without a source" if lacks_source else "without a target"] += 1
    return used, dict(without)


def _is_absent(text: str, absent: set[str]) -> bool:
    return text in absent or text.casefold() in absent


def _first_of_each(
    sources: Sequence[str], targets: Sequence[str], rows: list[int], table: Table
) -> tuple[list[int], int]:
    """The rows without those that repeat a pair of their split, and their number; a given test split stays as it is."""
    seen: set[tuple[int, str, str]] = set()
    first = []
    for row in rows:
        split = -1 if table.split_of is None else int(table.split_of[row])
        pair = (split, sources[row], targets[row])
        if pair not in seen or split == TEST:
            seen.add(pair)
            first.append(row)
    return first, len(rows) - len(first)


def _check(count: int, read: Read, file: str) -> None:
    """Raises: DataError for too few pairs, with what was left out."""
    if count < FEWEST_PAIRS:
        raise DataError(
            f"{file} has {count:,} usable pairs, but three splits need at least {FEWEST_PAIRS}: add rows "
            f"({read.rows}{_reasons(read.left_out)})"
        )


def _reasons(left_out: dict[str, int]) -> str:
    reasons = [f"{count:,} {reason}" for reason, count in left_out.items() if count]
    return f"; left out: {listed(reasons)}" if reasons else ""


def _typed(name: str) -> str:
    return f"'{name}'" if any(letter in name for letter in " '\",;") else name
