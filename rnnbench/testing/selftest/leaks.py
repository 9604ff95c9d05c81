"""Planted leaks are caught by what guards real data: each guard is shown a clean case and a faulty one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from rnnbench import data
from rnnbench.core.errors import SealedSplitError
from rnnbench.data.duplicates import overlap_of
from rnnbench.data.kinds import AnyData, Kind, Labelled, LabelledTexts, SeriesSplit
from rnnbench.data.splits import Splits
from rnnbench.encoders.base import Encoded, State
from rnnbench.encoders.gru import GRU
from rnnbench.experiment.classes import task_class
from rnnbench.experiment.config import ExperimentConfig
from rnnbench.runs.prepare import load_data, prepare
from rnnbench.tasks.prepared import Prepared
from rnnbench.testing.contracts import does_not_look_ahead
from rnnbench.testing.selftest import made
from rnnbench.testing.selftest.base import Bench, Check

Learn = Callable[[AnyData], dict[str, Any]]
"""From a data set to what is learned of it before training: vocabulary or scale, as plain data."""


class PeeksAhead(GRU):
    """A gated recurrent layer that is shown a little of the next step: the fault that is planted."""

    def forward(self, x: Tensor, lengths: Tensor | None = None, state: State | None = None) -> Encoded:
        ahead = torch.cat([x[:, 1:], torch.zeros_like(x[:, :1])], dim=1)
        return super().forward(x + 0.1 * ahead, lengths, state)


def check(bench: Bench) -> Iterator[Check]:
    """Four guards, each with its fault planted."""
    bench.say("leaks planted on purpose")
    files = made.write_data(bench.folder)
    configs = [made.small_config(task, "gru", path) for task, path in files.items()]
    yield scale_of_all_data(configs)
    yield rows_in_two_splits(bench.folder)
    yield sealed_test_split(configs)
    yield encoder_that_looks_ahead()


def scale_of_all_data(configs: Sequence[ExperimentConfig]) -> Check:
    """A vocabulary or scale that saw the test split is told from one that did not, for every task."""
    missed, accused = [], []
    for config in configs:
        learn, loaded = _learner(config), load_data(config)
        if sees_the_test_split(learn, loaded):
            accused.append(config.task)
        if not sees_the_test_split(_with_test_in_training(learn), loaded):
            missed.append(config.task)
    told = f"{len(configs)} tasks: none learns from the test split, and one made to do so is seen each time"
    if accused:
        told = f"learned from the test split: {', '.join(accused)}"
    elif missed:
        told = f"the planted leak was not seen: {', '.join(missed)}"
    return Check("a scale or vocabulary of all data is caught", not missed and not accused, told)


def sees_the_test_split(learn: Learn, loaded: AnyData) -> bool:
    """Whether what is learned before training changes with the content of the test split."""
    return learn(loaded) != learn(_with_other_test(loaded))


def _learner(config: ExperimentConfig) -> Learn:
    """What the program itself learns before training."""

    def learn(loaded: AnyData) -> dict[str, Any]:
        prepared: Prepared = task_class(config.task).prepare(loaded, config.task_settings)
        return prepared.to_plain()

    return learn


def _with_test_in_training(learn: Learn) -> Learn:
    """The fault that is planted."""
    return lambda loaded: learn(_joined(loaded))


def _with_other_test(loaded: AnyData) -> AnyData:
    splits = loaded.splits.opened()
    test: Any = splits.test
    if isinstance(test, Labelled):
        test = Labelled(tuple(f"other {text} words" for text in test.texts), test.labels)
    elif isinstance(test, SeriesSplit):
        test = replace(test, values=3 * test.values + 5)
    else:
        test = np.concatenate([test, test + 1])
    return _changed(loaded, Splits(splits.train, splits.validation, test), "another test")


def _joined(loaded: AnyData) -> AnyData:
    """The data set with the test split in training."""
    splits = loaded.splits.opened()
    train: Any = splits.train
    test: Any = splits.test
    if isinstance(train, Labelled):
        both: Any = Labelled(train.texts + test.texts, np.concatenate([train.labels, test.labels]))
    elif isinstance(train, SeriesSplit):
        both = replace(test, history=0)  # its history is everything before it
    else:
        both = np.concatenate([train, test])
    return _changed(loaded, Splits(both, splits.validation, splits.test), "test in training")


def _changed(loaded: AnyData, splits: Splits[Any], how: str) -> AnyData:
    return replace(loaded, splits=splits, fingerprint=f"{loaded.fingerprint}, {how}")  # type: ignore[arg-type]


def rows_in_two_splits(folder: Path) -> Check:
    """Texts, passages and rows that stand in training and in test are counted; clean data have none."""
    clean = made.write_labelled(folder / "clean.csv")
    lines = clean.read_text(encoding="utf-8").splitlines()
    copies = [f"{text.upper()},{label}" for text, label in (line.rsplit(",", 1) for line in lines[1:101])]
    (folder / "copied.csv").write_text("\n".join([*lines, *copies]) + "\n", encoding="utf-8")
    first = "".join(map(str, np.random.default_rng(0).choice([*"etaoin shrdlu"], 9000)))
    (folder / "copied.txt").write_text(first + first[:1000], encoding="utf-8")
    values = np.random.default_rng(0).standard_normal(900)
    made.write_series(folder / "copied_rows.csv", [*values, *values[:100]])
    kinds: dict[str, Kind] = {
        "clean.csv": "labelled_text",
        "copied.csv": "labelled_text",
        "copied.txt": "text",
        "copied_rows.csv": "series",
    }
    found = {}
    for name, kind in kinds.items():
        loaded = data.load(data.DataSettings(path=str(folder / name)), kind)
        overlap = overlap_of(loaded)
        found[name] = (overlap, _copies(loaded) if isinstance(loaded, LabelledTexts) else overlap.test_items)
    passed = all(overlap.test == expected for overlap, expected in found.values())
    told = "; ".join(f"{name} {overlap.test_in_words}" for name, (overlap, _) in found.items())
    return Check("test rows in training are counted", passed, told)


def _copies(loaded: LabelledTexts) -> int:
    """Copies by the number that every made-up text holds."""
    splits = loaded.splits.opened()
    numbers = [
        {word.lower() for text in part.texts for word in text.split() if word[1:].isdigit()}
        for part in (splits.train, splits.test)
    ]
    return len(numbers[0] & numbers[1])


def sealed_test_split(configs: Sequence[ExperimentConfig]) -> Check:
    """A search that reaches for the test split is refused."""
    open_ones = []
    for config in configs:
        try:
            next(iter(prepare(config).evaluation_batches("test")))
        except SealedSplitError:
            continue
        open_ones.append(config.task)
    told = f"read without leave: {', '.join(open_ones)}" if open_ones else f"{len(configs)} tasks refuse it"
    return Check("a search that reads the test split is refused", not open_ones, told)


def encoder_that_looks_ahead() -> Check:
    """The law of causality finds an encoder that sees the next step, and nothing against the sound one."""
    tried = GRU.Settings(hidden_size=6, dropout=0.0)
    does_not_look_ahead(GRU, tried)
    try:
        does_not_look_ahead(PeeksAhead, tried)
    except AssertionError as found:
        return Check("an encoder that looks ahead is caught", True, str(found))
    return Check("an encoder that looks ahead is caught", False, "the law of causality found nothing")
