"""Small synthetic data files, and configurations that train in about a second."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from rnnbench.core import registry
from rnnbench.data.kinds import Kind
from rnnbench.experiment.classes import task_class
from rnnbench.experiment.config import ExperimentConfig
from rnnbench.experiment.resolve import resolve

ORIGIN = "selftest"
WORDS = [f"{first}{last}" for first in ("ba", "de", "fi", "go", "hu") for last in ("k", "l", "m", "n", "r", "s")]
CLASS_WORDS = (("bad", "dull", "cold"), ("good", "fine", "warm"))
REPLY_WORDS: tuple[tuple[str, ...], ...] = (("no", "never", "not", "nothing"), ("yes", "always", "sure", "all"))
REPLY_LENGTH = 4
"""Words of a synthetic reply."""
EVERY = {
    "encoder.hidden_size": 8,
    "encoder.num_layers": 1,
    "encoder.dropout": 0.0,
    "encoder.bidirectional": False,
    "training.learning_rate": 0.01,
    "training.patience": 0,
    "training.averaging": "none",
    "budget.updates": 40,
    "budget.validations": 2,
    "search.settings": ["none"],
}
OF_TASKS: dict[str, Any] = {
    "embedding_size": 8, "minimum_count": 1, "window": 16, "lookback": 12, "horizon": 3, "linear_path": False,
    "segment": 1,
}  # fmt: skip
"""Settings of tasks; a task uses those that it has."""
OF_KINDS: dict[Kind, dict[str, Any]] = {
    "text": {"tokenizer": "characters"},
    "labelled_text": {},
    "series": {},
    "text_pairs": {"tokenizer": "words"},
    "dialogue": {"tokenizer": "words"},
}
"""Settings of the tasks of a kind of data."""


def options(task: str, data: Path, values: Mapping[str, Any] | None = None) -> dict[str, tuple[Any, str]]:
    """Settings of a small training on a file, as command-line options with their origin."""
    cls = task_class(task)
    small = {**OF_TASKS, **OF_KINDS[cls.data_kind]}
    own = {f"task.{name}": value for name, value in small.items() if name in cls.Settings.model_fields}
    plain = {"data.path": str(data), "data.name": data.name, **EVERY, **own, **(values or {})}
    return {name: (value, ORIGIN) for name, value in plain.items()}


def small_config(
    task: str, model: str, data: Path, values: Mapping[str, Any] | None = None, *, seed: int = 0
) -> ExperimentConfig:
    """Configuration of a small training on a file."""
    return resolve(task, model, options=options(task, data, values), seed=seed)


def write_data(folder: Path) -> dict[str, Path]:
    """Write a small data file of each kind; returns the path for each task."""
    paths: dict[Kind, Path] = {
        "labelled_text": write_labelled(folder / "labelled.csv"),
        "text": write_text(folder / "text.txt", words=4500),
        "series": write_series(folder / "series.csv", waves(500)),
        "text_pairs": write_pairs(folder / "pairs.tsv"),
        "dialogue": write_dialogue(folder / "dialogue.tsv"),
    }
    return {task: paths[task_class(task).data_kind] for task in registry.names("tasks")}


def write_labelled(path: Path, *, rows: int = 400, informative: bool = True, seed: int = 0) -> Path:
    """Write texts of nine words in two balanced classes; one word depends on the class.

    informative: False gives random labels that no word depends on.
    """
    generator = np.random.default_rng(seed)
    labels = np.arange(rows) % 2 if informative else generator.integers(0, 2, rows)
    lines = ["text,label"]
    for row, label in enumerate(labels):
        words = [*generator.choice(WORDS, 7), f"n{row}"]
        word_class = label if informative and generator.random() < 0.8 else generator.integers(2)
        words.insert(int(generator.integers(len(words))), str(generator.choice(CLASS_WORDS[word_class])))
        lines.append(f"{' '.join(map(str, words))},{('low', 'high')[label]}")
    return _write(path, lines)


def write_pairs(path: Path, *, rows: int = 300, seed: int = 0) -> Path:
    """Write sentences of four words, and each in capitals from the last word to the first."""
    generator = np.random.default_rng(seed)
    sentences = [[*map(str, generator.choice(WORDS, 3)), f"n{row}"] for row in range(rows)]
    lines = [f"{' '.join(words)}\t{' '.join(words[::-1]).upper()}" for words in sentences]
    return _write(path, ["en\tde", *lines])


def write_dialogue(path: Path, *, rows: int = 300, informative: bool = True, seed: int = 0) -> Path:
    """Write a statement of five words, and a reply of four independent words, in each row.

    The statement has a word of one of two classes. The words of the reply are drawn from `REPLY_WORDS` of that class;
    with `informative` False from both, so that the statement says nothing about the reply.
    """
    generator = np.random.default_rng(seed)
    lines = ["statement\treply"]
    for row in range(rows):
        side = int(generator.integers(2))
        words = [*generator.choice(WORDS, 3), str(generator.choice(CLASS_WORDS[side])), f"n{row}"]
        possible = REPLY_WORDS[side] if informative else sum(REPLY_WORDS, ())
        lines.append(f"{' '.join(map(str, words))}\t{' '.join(map(str, generator.choice(possible, REPLY_LENGTH)))}")
    return _write(path, lines)


def write_text(path: Path, *, words: int = 4000, seed: int = 0) -> Path:
    """Write a text of six words in random order."""
    generator = np.random.default_rng(seed)
    chosen = generator.choice(["the cat ", "a dog ", "sat. ", "ran, ", "on ", "it.\n"], words)
    path.write_text("".join(map(str, chosen)), encoding="utf-8")
    return path


def write_characters(path: Path, probabilities: Mapping[str, float], *, count: int, seed: int = 0) -> str:
    """Write independent random characters; returns the text."""
    generator = np.random.default_rng(seed)
    text = "".join(map(str, generator.choice([*probabilities], count, p=[*probabilities.values()])))
    path.write_text(text, encoding="utf-8")
    return text


def write_series(path: Path, values: Iterable[float]) -> Path:
    """Write an hourly series."""
    start, hour = np.datetime64("2024-01-01T00", "s"), np.timedelta64(3600, "s")
    return _write(path, ["time,load", *(f"{start + row * hour},{value:.6f}" for row, value in enumerate(values))])


def waves(rows: int, *, noise: float = 0.5, seed: int = 0) -> np.ndarray:
    """A sine wave with a period of 24 rows, plus noise."""
    generator = np.random.default_rng(seed)
    return 5 + np.sin(2 * np.pi * np.arange(rows) / 24) + noise * generator.standard_normal(rows)


def _write(path: Path, lines: Iterable[str]) -> Path:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
