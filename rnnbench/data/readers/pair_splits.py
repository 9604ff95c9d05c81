"""The splits of the user's own pairs of texts, and the pairs that are left out so that no split leaks into another.

text_pairs  at random, such that equal sources are in one split; or no group of --group-column in two
dialogue    by conversation where these are known, else by position: training first, test last

Splits that the user gives by files or by a column stay as they are. A source of the test split is left out of training
and validation, one of validation out of training. In a dialogue a short source such as "yes." is no leak by itself:
there the pair of source and reply counts.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np

from rnnbench.core.errors import DataError
from rnnbench.data.kinds import Kind, Pairs
from rnnbench.data.readers.guess import is_sentence
from rnnbench.data.readers.own_splits import TEST, TRAIN, VALIDATION, rows_of
from rnnbench.data.settings import DataSettings
from rnnbench.data.splits import Splits
from rnnbench.data.splitting import borders, by_group

FEWEST_CONVERSATIONS = 10
"""Fewer conversations are split by position: a split of a single conversation says little of others."""
SMALLEST_TRAINING = 0.75
"""Of the share of training: conversations so unequal that it would get less are split by position."""
NAMES = ("training", "validation", "test")


@dataclass(frozen=True)
class PairRows:
    """Usable pairs in the order of the file.

    split_of: the split of each pair, where the user gives it.
    groups: the group of each pair, where these are known: no group is in two splits.
    first, last: of a dialogue that is read by turns, the places of the first turn of each source and of the reply, so
    that no source reaches into an earlier split.
    """

    sources: Sequence[str]
    targets: Sequence[str]
    split_of: np.ndarray | None = None
    groups: Sequence[Hashable] = ()
    first: np.ndarray | None = None
    last: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.sources)


@dataclass(frozen=True)
class PairSplit:
    """Row numbers of the three splits, the rule in words, and the number of pairs left out by reason."""

    rows: tuple[np.ndarray, np.ndarray, np.ndarray]
    rule: str
    left_out: dict[str, int]

    def splits(self, pairs: PairRows) -> Splits[Pairs]:
        train, validation, test = (
            Pairs(tuple(pairs.sources[row] for row in rows), tuple(pairs.targets[row] for row in rows))
            for rows in (chosen.tolist() for chosen in self.rows)
        )
        return Splits(train, validation, test)


def split_pairs(pairs: PairRows, kind: Kind, settings: DataSettings, file: str) -> PairSplit:
    """The splits of pairs.

    Raises: DataError where a split would be empty.
    """
    shares = settings.validation_share, settings.test_share
    if pairs.split_of is None:
        split_of, rule = _drawn(pairs, np.arange(len(pairs)), kind, settings, shares)
    else:
        split_of = pairs.split_of.copy()
        rule = f"by column {settings.split_column!r}" if settings.split_column else "by the files"
        _check_given(split_of, file)
        if not (split_of == VALIDATION).any():
            rows, share = np.flatnonzero(split_of == TRAIN), shares[0] / (1 - shares[1])
            drawn, how = _drawn(pairs, rows, kind, settings, (min(share, (1 - share) / 2), share))
            # the test part of the draw becomes validation; its own validation part returns to training
            split_of[rows[drawn == TEST]] = VALIDATION
            rule += f", validation from training: {how}"
    is_kept, left_out = np.ones(len(pairs), dtype=bool), {}
    reaching = _reaching(pairs, split_of)
    if reaching.any():
        left_out["whose earlier turns are in another split"] = int(reaching.sum())
        is_kept &= ~reaching
    leaking = _leaking(pairs, np.where(is_kept, split_of, -1), kind)
    for split in (VALIDATION, TRAIN):
        count = int((leaking & (split_of == split) & is_kept).sum())
        if count:
            later = "test" if split == VALIDATION else "validation or test"
            left_out[f"of {NAMES[split]} whose source is in {later} too"] = count
    split_of = np.where(is_kept & ~leaking, split_of, -1)
    _check_left(split_of, file)
    return PairSplit(rows_of(split_of), rule, left_out)


def leak_key(source: str, target: str, kind: Kind) -> Hashable:
    """What must not be in two splits: the source up to case and blanks; of a dialogue a short one with its reply."""
    plain = " ".join(source.casefold().split())
    if kind == "dialogue" and not is_sentence(plain):
        return plain, " ".join(target.casefold().split())
    return plain


def _drawn(
    pairs: PairRows, rows: np.ndarray, kind: Kind, settings: DataSettings, shares: tuple[float, float]
) -> tuple[np.ndarray, str]:
    """The split of each of these rows where the user does not give it, and how they are drawn in words."""
    if pairs.groups:
        split_of, count = _by_group(pairs, rows, kind, settings, shares)
        if split_of is not None:
            name = "conversations" if kind == "dialogue" else f"groups of {settings.group_column!r}"
            rule = f"drawn with seed {settings.split_seed}, such that none of the {count:,} {name} is in two splits"
            return split_of, rule
    if kind == "dialogue":
        return _of_borders(len(rows), *shares), "by position, training first, test last"
    member, count = _numbered([leak_key(pairs.sources[row], pairs.targets[row], kind) for row in rows.tolist()])
    split_of_source = np.empty(count, dtype=np.int64)
    order = np.random.default_rng(settings.split_seed).permutation(count)
    split_of_source[order] = _of_borders(count, *shares)
    return split_of_source[member], f"drawn with seed {settings.split_seed}, equal sources in one split"


def _by_group(
    pairs: PairRows, rows: np.ndarray, kind: Kind, settings: DataSettings, shares: tuple[float, float]
) -> tuple[np.ndarray | None, int]:
    """The split of each row, and the number of groups; None for a dialogue of few or very unequal conversations.

    Raises: DataError for too few groups of pairs, which the user wants to be apart.
    """
    member, count = _numbered([pairs.groups[row] for row in rows.tolist()])
    if kind == "dialogue" and count < FEWEST_CONVERSATIONS:
        return None, count
    try:
        parts = by_group(member.tolist(), np.zeros(len(rows), dtype=np.int64), *shares, settings.split_seed)
    except DataError:
        if kind == "dialogue":
            return None, count
        raise
    if kind == "dialogue" and len(parts[TRAIN]) < SMALLEST_TRAINING * (1 - sum(shares)) * len(rows):
        return None, count
    split_of = np.zeros(len(rows), dtype=np.int64)
    split_of[parts[VALIDATION]], split_of[parts[TEST]] = VALIDATION, TEST
    return split_of, count


def _numbered(names: Sequence[Hashable]) -> tuple[np.ndarray, int]:
    """The number of each name in the order in which they first occur, and how many there are."""
    numbers: dict[Hashable, int] = {}
    return np.array([numbers.setdefault(name, len(numbers)) for name in names], dtype=np.int64), len(numbers)


def _of_borders(count: int, validation_share: float, test_share: float) -> np.ndarray:
    """The split of each of `count` items in order."""
    validation, test = borders(count, validation_share, test_share)
    return np.repeat([TRAIN, VALIDATION, TEST], [validation, test - validation, count - test])


def _reaching(pairs: PairRows, split_of: np.ndarray) -> np.ndarray:
    """The pairs whose source holds replies of an earlier split, as at the borders of a split by position."""
    reaching = np.zeros(len(pairs), dtype=bool)
    if pairs.first is None or pairs.last is None:
        return reaching
    for split in (VALIDATION, TEST):
        is_earlier = np.zeros(int(pairs.last.max()) + 2, dtype=np.int64)
        is_earlier[pairs.last[split_of < split] + 1] = 1
        before = np.cumsum(is_earlier)  # replies of earlier splits before each place
        reaching |= (split_of == split) & (before[pairs.last] > before[pairs.first])
    return reaching


def _leaking(pairs: PairRows, split_of: np.ndarray, kind: Kind) -> np.ndarray:
    """The pairs of validation whose source is in test too, and those of training whose source is in either."""
    keys = [leak_key(source, target, kind) for source, target in zip(pairs.sources, pairs.targets, strict=True)]
    later: set[Hashable] = set()
    leaking = np.zeros(len(pairs), dtype=bool)
    for split in (TEST, VALIDATION, TRAIN):
        rows = np.flatnonzero(split_of == split).tolist()
        if split != TEST:
            leaking[[row for row in rows if keys[row] in later]] = True
        later.update(keys[row] for row in rows)
    return leaking


def _check_given(split_of: np.ndarray, file: str) -> None:
    """Raises: DataError where no row of training or test can be used."""
    for split in (TRAIN, TEST):
        if not (split_of == split).any():
            raise DataError(
                f"{file}: no row of the {NAMES[split]} split has both a source and a target: add rows to it"
            )


def _check_left(split_of: np.ndarray, file: str) -> None:
    """Raises: DataError where nothing is left of a split once the sources of later ones are left out."""
    for split in (VALIDATION, TRAIN):
        if not (split_of == split).any():
            later = "test" if split == VALIDATION else "validation or test"
            raise DataError(
                f"{file}: nothing is left of the {NAMES[split]} split, because all of its sources are in {later} too: "
                "give each split rows of its own"
            )
