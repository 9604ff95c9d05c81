"""Every command of the README, typed as it stands there, in a folder whose experiment files make it short."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest
from journey import Place, demand_lines, write_book, write_lines, write_reviews

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
SERVES = "rnnbench ui"
"""Runs until it is stopped: `test_pages.py` starts it."""

SMALL = """
models: [rnn, gru]
encoder: {{hidden_size: 8}}
budget: {{updates: 10, validations: 1}}
search: {{trials: 1, random_trials: 1, seeds: 2, settings: [training.learning_rate]}}
data: {data}
task: {task}
"""

pytestmark = pytest.mark.slow


def blocks(language: str) -> list[str]:
    """The code blocks of one language, in order."""
    return re.findall(rf"^```{language}\n(.*?)^```", README.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)


def commands(program: str) -> list[str]:
    """The commands of one program, without their comments."""
    lines = [line.partition("  #")[0].strip() for block in blocks("sh") for line in block.splitlines()]
    return [line for line in lines if line.startswith(f"{program} ")]


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """The folder of somebody who reads the README: files of their own, experiment files with a tiny budget."""
    place = Place(tmp_path_factory.mktemp("readme"))
    write_reviews(place.folder / "reviews.csv", rows=120)
    write_lines(place.folder / "demand.csv", [line.replace("temp", "temperature") for line in demand_lines(600)])
    write_book(place.folder / "book.txt", characters=6_000)
    pairs = [f"open window number {row}\töffne Fenster Nummer {row}" for row in range(120)]
    write_lines(place.folder / "sentences.tsv", ["english\tgerman", *pairs])
    cell = next(block for block in blocks("python") if "MinimalGatedUnit" in block)
    (place.folder / "minimal_gated_unit.py").write_text(cell, encoding="utf-8")
    experiments = place.folder / "experiments"
    experiments.mkdir()
    reviews = "{name: reviews, path: reviews.csv, text_column: review, label_column: stars}"
    words, characters = (
        "{tokenizer: words, embedding_size: 8}",
        "{tokenizer: characters, embedding_size: 8, window: 16}",
    )
    (experiments / "sentiment.yaml").write_text(SMALL.format(data=reviews, task=words))
    pairs_task = "{vocabulary_size: 300, embedding_size: 8}"
    (experiments / "translation.yaml").write_text(SMALL.format(data="{name: sentences}", task=pairs_task))
    (experiments / "text_generation.yaml").write_text(SMALL.format(data="{name: book}", task=characters))
    (experiments / "forecasting.yaml").write_text(
        SMALL.format(data="{name: demand}", task="{lookback: 48, horizon: 6}")
    )
    return place


def test_the_tour_has_eight_commands() -> None:
    tour = next(block for block in blocks("sh") if ".venv/bin/activate" in block)
    assert len([line for line in tour.splitlines() if line.startswith("rnnbench ")]) == 8


def test_every_command_of_the_readme_works_as_written(reader: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 1)  # a second worker would import for longer than it trains
    assert len(commands("rnnbench")) > 10
    for line in commands("rnnbench"):
        if line != SERVES:
            done = reader.typed(*shlex.split(line)[1:])
            assert done.out.strip() or done.told.strip(), f"{line} prints nothing"


def test_every_make_target_of_the_readme_exists() -> None:
    assert commands("make")
    for line in commands("make"):
        subprocess.run(["make", "--dry-run", *shlex.split(line)[1:]], cwd=ROOT, check=True, capture_output=True)


def test_every_page_and_picture_that_the_documents_name_exists() -> None:
    for page in [README, *(ROOT / "docs").rglob("*.md")]:
        for link in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            if "://" not in link:
                assert (page.parent / link).exists(), f"{page.relative_to(ROOT)} names {link}"
