"""Checks that leaks between splits are detected: each guard gets a correct case and a planted fault."""

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
from rnnbench.data.kinds import AnyData, Kind, Labelled, LabelledTexts, Pairs, SeriesSplit, TextPairs
from rnnbench.data.splits import Splits
from rnnbench.encoders.base import Encoded, State
from rnnbench.encoders.gru import GRU
from rnnbench.experiment.classes import task_class
from rnnbench.experiment.config import ExperimentConfig
from rnnbench.runs.prepare import load_data, prepare
from rnnbench.tasks.prepared import Prepared
from rnnbench.testing.contracts import Contract, does_not_look_ahead, writes_without_looking_ahead
from rnnbench.testing.selftest import made
from rnnbench.testing.selftest.base import Check, Context

Learn = Callable[[AnyData], dict[str, Any]]
"""From a data set to what is fitted to it before training (vocabulary or scaler), as plain data."""


class PeeksAhead(GRU):
    """A GRU that also receives a part of the next step's input: the planted fault."""

    def forward(self, x: Tensor, lengths: Tensor | None = None, state: State | None = None) -> Encoded:
        ahead = torch.cat([x[:, 1:], torch.zeros_like(x[:, :1])], dim=1)
        return super().forward(x + 0.1 * ahead, lengths, state)


def check(context: Context) -> Iterator[Check]:
    """Check six guards, each with a planted fault."""
    context.progress("planted leaks")
    files = made.write_data(context.folder)
    configs = [made.small_config(task, "gru", path) for task, path in files.items()]
    yield fitted_to_training_only(configs)
    yield duplicates_counted(context.folder)
    yield sealed_test_split(configs)
    yield copied_pairs_left_out(context.folder)
    yield non_causal_encoder_detected()
    yield non_causal_writer_detected()


def fitted_to_training_only(configs: Sequence[ExperimentConfig]) -> Check:
    """Check for every task that vocabulary and scaler are fitted to the training split only."""
    undetected, leaking = [], []
    for config in configs:
        learn, loaded = _learner(config), load_data(config)
        if sees_the_test_split(learn, loaded):
            leaking.append(config.task)
        if not sees_the_test_split(_with_test_in_training(learn), loaded):
            undetected.append(config.task)
    details = f"{len(configs)} tasks: the test split has no effect, and a planted leak is detected"
    if leaking:
        details = f"fitted to the test split: {', '.join(leaking)}"
    elif undetected:
        details = f"planted leak not detected: {', '.join(undetected)}"
    return Check("scaler and vocabulary: fitted to the training split only", not undetected and not leaking, details)


def sees_the_test_split(learn: Learn, loaded: AnyData) -> bool:
    """Whether what is fitted before training depends on the content of the test split."""
    return learn(loaded) != learn(_with_other_test(loaded))


def _learner(config: ExperimentConfig) -> Learn:
    """The program's own vocabulary or scaler."""

    def learn(loaded: AnyData) -> dict[str, Any]:
        prepared: Prepared = task_class(config.task).prepare(loaded, config.task_settings)
        return prepared.to_plain()

    return learn


def _with_test_in_training(learn: Learn) -> Learn:
    """The planted fault: the test split is part of training."""
    return lambda loaded: learn(_joined(loaded))


def _with_other_test(loaded: AnyData) -> AnyData:
    splits = loaded.splits.opened()
    test: Any = splits.test
    if isinstance(test, Labelled):
        test = Labelled(tuple(f"other {text} words" for text in test.texts), test.labels)
    elif isinstance(test, SeriesSplit):
        test = replace(test, values=3 * test.values + 5)
    elif isinstance(test, Pairs):
        test = Pairs(*(tuple(f"other {text} words" for text in side) for side in (test.sources, test.targets)))
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
    elif isinstance(train, Pairs):
        both = Pairs(train.sources + test.sources, train.targets + test.targets)
    else:
        both = np.concatenate([train, test])
    return _changed(loaded, Splits(both, splits.validation, splits.test), "test in training")


def _changed(loaded: AnyData, splits: Splits[Any], change: str) -> AnyData:
    return replace(loaded, splits=splits, fingerprint=f"{loaded.fingerprint}, {change}")  # type: ignore[arg-type]


def duplicates_counted(folder: Path) -> Check:
    """Check that texts, passages, rows and pairs that occur in training and in test are counted; clean data have none.

    The loader leaves out the user's own pairs of training whose source is in test: the pairs are joined after it.
    """
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
        "pairs.tsv": "text_pairs",
    }
    made.write_pairs(folder / "pairs.tsv")
    counts = {}
    for name, kind in kinds.items():
        loaded = data.load(data.DataSettings(path=str(folder / name)), kind)
        overlap = overlap_of(loaded)
        if isinstance(loaded, TextPairs):
            counts[name] = (overlap, 0)
            overlap = overlap_of(_joined(loaded))
            name = f"{name} with its test pairs in training"
        counts[name] = (overlap, _copies(loaded) if isinstance(loaded, LabelledTexts) else overlap.test_items)
    passed = all(overlap.test == expected for overlap, expected in counts.values())
    details = "; ".join(f"{name} {overlap.test_in_words}" for name, (overlap, _) in counts.items())
    return Check("test examples in training: counted", passed, details)


def copied_pairs_left_out(folder: Path) -> Check:
    """Check that pairs of training whose source is in the user's own test split are left out, and counted in words."""
    path = made.write_pairs(folder / "given.tsv")
    header, *rows = path.read_text(encoding="utf-8").splitlines()
    names = ["train"] * 10
    names[0], names[5] = "test", "validation"
    lines = [f"{row}\t{names[number % 10]}" for number, row in enumerate(rows)]
    copied = [row.split("\t") for row in rows[:150:10]]
    copies = [f"{source.upper()}\t{target} and more\ttrain" for source, target in copied]
    path.write_text("\n".join([f"{header}\tsplit", *lines, *copies]) + "\n", encoding="utf-8")
    loaded = data.load(data.DataSettings(path=str(path), split_column="split"), "text_pairs")
    assert isinstance(loaded, TextPairs)
    splits = loaded.splits.opened()
    trained = {source.casefold() for source in splits.train.sources}
    shared = sum(source.casefold() in trained for source in splits.test.sources)
    sentences = [sentence for label, sentence in loaded.facts.understood if label == "rows"]
    passed = not shared and any(f"{len(copies)} of training" in sentence for sentence in sentences)
    name = "test sources in training: left out of one's own pairs"
    return Check(name, passed, "; ".join([f"{shared} of {len(splits.test)} in training", *sentences]))


def _copies(loaded: LabelledTexts) -> int:
    """Number of copies, from the unique number in each synthetic text."""
    splits = loaded.splits.opened()
    numbers = [
        {word.lower() for text in part.texts for word in text.split() if word[1:].isdigit()}
        for part in (splits.train, splits.test)
    ]
    return len(numbers[0] & numbers[1])


def sealed_test_split(configs: Sequence[ExperimentConfig]) -> Check:
    """Check that a search cannot read the test split."""
    readable = []
    for config in configs:
        try:
            next(iter(prepare(config).evaluation_batches("test")))
        except SealedSplitError:
            continue
        readable.append(config.task)
    details = f"readable: {', '.join(readable)}" if readable else f"refused in {len(configs)} tasks"
    return Check("test split: not readable during a search", not readable, details)


def non_causal_writer_detected() -> Check:
    """Check that the contract of the writer rejects a layer that sees later steps of the target, and accepts a GRU."""
    return _detected("writer that sees later steps of the target: detected", writes_without_looking_ahead)


def non_causal_encoder_detected() -> Check:
    """Check that the contract of causality rejects an encoder that receives later inputs, and accepts a correct one."""
    return _detected("encoder that depends on later inputs: detected", does_not_look_ahead)


def _detected(name: str, contract: Contract) -> Check:
    settings = GRU.Settings(hidden_size=6, dropout=0.0)
    contract(GRU, settings)
    try:
        contract(PeeksAhead, settings)
    except AssertionError as error:
        return Check(name, True, str(error))
    return Check(name, False, f"not detected by the contract: {contract.__name__.replace('_', ' ')}")
