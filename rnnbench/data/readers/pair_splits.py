"""The splits of the user's own pairs of texts, and the pairs that are left out so that no split leaks into another.

text_pairs  at random, such that equal sources are in one split; or no group of --group-column in two
dialogue    by conversation where these are known, else by position: training first, test last

Splits that the user gives by files or by a column stay as they are. A source of the test split is left out of training
and validation, one of validation out of training. In a dialogue a short source such as "yes." is no leak by itself:
there the pair of source and reply counts.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
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
NAMES = ("training", "validation", "test")

Drawn = Callable[[float, float], np.ndarray]
"""From the shares of validation and test to the split of each row."""


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
        draw, rule = _draw(pairs, np.arange(len(pairs)), kind, settings)
        split_of = draw(*shares)
    else:
        split_of = pairs.split_of.copy()
        rule = f"by column {settings.split_column!r}" if settings.split_column else "by the files"
        _check_given(split_of, file)
        if not (split_of == VALIDATION).any():
            rows, share = np.flatnonzero(split_of == TRAIN), shares[0] / (1 - shares[1])
            draw, how = _draw(pairs, rows, kind, settings)
            # the test part of the draw becomes validation; its own validation part returns to training
            split_of[rows[draw(min(share, (1 - share) / 2), share) == TEST]] = VALIDATION
            rule += f", validation {how} from training"
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


def _draw(pairs: PairRows, rows: np.ndarray, kind: Kind, settings: DataSettings) -> tuple[Drawn, str]:
    """How these rows are drawn where the user does not give their split, and that in words."""
    seed = settings.split_seed
    numbers: dict[Hashable, int] = {}
    members = [numbers.setdefault(pairs.groups[row], len(numbers)) for row in rows.tolist()] if pairs.groups else []
    # groups that the user types are kept apart whatever their number; those of a dialogue where there are enough
    if members and (kind != "dialogue" or len(numbers) >= FEWEST_CONVERSATIONS):
        name = "conversations" if kind == "dialogue" else f"groups of {settings.group_column!r}"

        def by_groups(validation: float, test: float) -> np.ndarray:
            parts = by_group(members, np.zeros(len(rows), dtype=np.int64), validation, test, seed)
            split_of = np.zeros(len(rows), dtype=np.int64)
            split_of[parts[1]], split_of[parts[2]] = VALIDATION, TEST
            return split_of

        return by_groups, f"drawn with seed {seed}, such that none of the {len(numbers):,} {name} is in two splits"
    if kind == "dialogue":
        return lambda validation, test: _of_borders(len(rows), validation, test), (
            "by position, training first, test last"
        )

    def by_source(validation: float, test: float) -> np.ndarray:
        numbers: dict[Hashable, int] = {}
        keys = (leak_key(pairs.sources[row], pairs.targets[row], kind) for row in rows.tolist())
        member = np.array([numbers.setdefault(key, len(numbers)) for key in keys])
        split_of_source = np.empty(len(numbers), dtype=np.int64)
        order = np.random.default_rng(seed).permutation(len(numbers))
        split_of_source[order] = _of_borders(len(numbers), validation, test)
        return split_of_source[member]

    return by_source, f"drawn with seed {seed}, equal sources in one split"


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
