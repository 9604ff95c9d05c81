"""Experiment files of one's own: copied, edited, given by a path; and those of an installed wheel."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from journey import ALONE, Place, write_reviews

from rnnbench.core import registry

REPOSITORY = registry.PACKAGE.parent
STUDY = """\
study_of: sentiment
question: Is a wider network better?
models: [gru, wide]
search: {settings: [none], seeds: 2}
encoder: {hidden_size: 4}
budget: {updates: 10, validations: 2}
variants:
  wide: {model: gru, encoder: {hidden_size: 8}}
"""


def test_copied_files_are_edited_and_read_from_there(place: Place) -> None:
    before = json.loads(place.typed("show", "sentiment", "--json").out)
    place.typed("init")
    copied = place.typed("show", "sentiment", "--json")
    assert json.loads(copied.out) == before
    assert f"settings from  {os.path.join('experiments', 'sentiment.yaml')}" in copied.told
    path = place.folder / "experiments" / "sentiment.yaml"
    path.write_text(path.read_text().replace("hidden_size: 64", "hidden_size: 48"))
    assert json.loads(place.typed("show", "sentiment", "--json").out)["config"]["encoder"]["hidden_size"] == 48


def test_show_says_why_a_setting_is_not_searched(place: Place) -> None:
    shown = json.loads(
        place.typed("show", "text_generation", "--search", "all", "--set", "encoder.dropout=0.1", "--json").out
    )
    assert shown["not_searched"]["encoder.dropout"] == "its value is typed"
    assert shown["not_searched"]["encoder.bidirectional"].endswith("needs a causal encoder")
    assert set(shown["not_searched"]) & set(shown["searched"]) == set()
    fixed = json.loads(place.typed("show", "sentiment", "--set", "training.optimizer=adam", "--json").out)
    assert fixed["no_effect"]["training.momentum"] == "only used with training.optimizer = sgd or muon"


@pytest.mark.slow
def test_a_study_by_its_path_is_compared_by_its_name(place: Place) -> None:
    write_reviews(place.folder / "reviews.csv")
    (place.folder / "mine").mkdir()
    path = place.folder / "mine" / "width.yaml"
    path.write_text(STUDY)
    done = place.typed("sweep", "mine/width.yaml", "--data", "reviews.csv", *ALONE)
    assert f"settings from  sentiment.yaml (package), {os.path.join('mine', 'width.yaml')}" in done.told
    (sweep,) = place.runs(kind="sweep")
    assert sweep.data.tags["study"] == "width"
    assert sweep.data.tags["command"].startswith("rnnbench sweep mine/width.yaml --data ")
    by_path = place.typed("compare", "mine/width.yaml", "--format", "json").out
    path.unlink()
    by_name = place.typed("compare", "width", "--format", "json").out
    assert json.loads(by_name) == json.loads(by_path)
    assert {"gru", "wide"} <= {row["model"] for row in json.loads(by_name)["rows"]}
    assert json.loads(place.typed("predict", "--text", "a lovely warm film", "--json").out)


@pytest.mark.slow
def test_a_wheel_resolves_as_the_repository_does(place: Place) -> None:
    pytest.importorskip("setuptools")
    source, wheels, site = place.folder / "source", place.folder / "wheels", place.folder / "site"
    ignored = shutil.ignore_patterns("__pycache__", "*.pyc")
    for name in ("rnnbench", "experiments"):
        shutil.copytree(REPOSITORY / name, source / name, ignore=ignored)
    for pattern in ("pyproject.toml", "setup.py", "*.md", "LICENSE*"):
        for path in REPOSITORY.glob(pattern):
            shutil.copy(path, source / path.name)
    build = ("wheel", ".", "--no-deps", "--no-build-isolation", "--quiet", "--wheel-dir", str(wheels))
    built = subprocess.run([sys.executable, "-m", "pip", *build], cwd=source, capture_output=True, text=True)
    assert built.returncode == 0, built.stderr
    (wheel,) = wheels.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    shipped = {path.name: path.read_bytes() for path in (site / "rnnbench" / "experiments").iterdir()}
    assert shipped == {path.name: path.read_bytes() for path in (REPOSITORY / "experiments").glob("*.yaml")}
    assert [path.name for path in site.iterdir() if not path.name.endswith(".dist-info")] == ["rnnbench"]
    empty = place.folder / "empty"
    empty.mkdir()
    installed = _show(empty, site)
    assert installed.stdout == _show(REPOSITORY, REPOSITORY).stdout
    assert "settings from  sentiment.yaml (package)" in installed.stderr


def _show(folder: Path, package: Path) -> subprocess.CompletedProcess[str]:
    """`rnnbench show sentiment --json` in a folder, of the package that lies in another."""
    command = [sys.executable, "-m", "rnnbench", "show", "sentiment", "--json"]
    environment = {**os.environ, "PYTHONPATH": str(package)}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=True)
