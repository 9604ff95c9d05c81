"""The package as it is installed and published: version, license, dependencies, types, contents."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from collections.abc import Iterator
from functools import cache
from importlib.metadata import EntryPoint, packages_distributions
from pathlib import Path
from shutil import copytree, ignore_patterns
from typing import Any, get_type_hints

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

import rnnbench
import rnnbench.__main__

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "rnnbench"
TESTS = ROOT / "tests"
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
RESULTS = {"train": "RunRecord", "sweep": "Comparison", "compare": "Comparison", "load": "Any"}
"""What each verb returns; the methods of a loaded model depend on the task of its run."""


def requirements(lines: list[str]) -> dict[str, Requirement]:
    """Requirements by their canonical name."""
    parsed = [Requirement(line) for line in lines]
    return {canonicalize_name(requirement.name): requirement for requirement in parsed}


RUNTIME = requirements(PROJECT["dependencies"])
DEV = requirements(PROJECT["optional-dependencies"]["dev"])


@cache
def imported_modules(folder: Path) -> dict[str, str]:
    """Third-party top-level modules that the files of a folder import anywhere, each with one such file."""
    own = {path.stem for path in TESTS.rglob("*.py")} | {"rnnbench"} | sys.stdlib_module_names
    modules: dict[str, str] = {}
    for path in sorted(folder.rglob("*.py")):
        for name in imports(path):
            modules.setdefault(name.partition(".")[0], str(path.relative_to(ROOT)))
    return {name: path for name, path in modules.items() if name not in own}


def imports(path: Path) -> Iterator[str]:
    """The modules of the import statements in a file, those inside functions too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


@cache
def distributions(module: str) -> frozenset[str]:
    """The canonical names of the installed distributions that provide a top-level module."""
    return frozenset(canonicalize_name(name) for name in _providers().get(module, ()))


@cache
def _providers() -> Any:
    return packages_distributions()


def undeclared(folder: Path, declared: set[str]) -> dict[str, str]:
    """Imported third-party modules that no declared distribution provides, each with a file that imports it."""
    return {name: path for name, path in imported_modules(folder).items() if not distributions(name) & declared}


def test_every_module_that_the_package_imports_is_a_dependency() -> None:
    assert undeclared(PACKAGE, set(RUNTIME)) == {}


def test_every_dependency_is_imported_by_the_package() -> None:
    used = frozenset[str]().union(*(distributions(name) for name in imported_modules(PACKAGE)))
    assert sorted(set(RUNTIME) - used) == []


def test_every_module_that_the_tests_import_is_a_dependency_or_a_dev_dependency() -> None:
    assert undeclared(TESTS, set(RUNTIME) | set(DEV)) == {}


def test_no_dependency_is_declared_twice() -> None:
    assert not set(RUNTIME) & set(DEV)
    assert len(RUNTIME) == len(PROJECT["dependencies"])
    assert len(DEV) == len(PROJECT["optional-dependencies"]["dev"])


def test_the_lock_pins_every_declared_dependency_within_its_bounds() -> None:
    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    pins: dict[str, list[str]] = {}
    for line in lines:
        if line and not line.startswith("#"):
            requirement = Requirement(line)
            (pin,) = requirement.specifier
            assert pin.operator == "=="
            pins.setdefault(canonicalize_name(requirement.name), []).append(pin.version)
    for name, requirement in {**RUNTIME, **DEV}.items():
        assert name in pins, f"{name} is not in requirements.lock"
        assert all(requirement.specifier.contains(version) for version in pins[name]), (requirement, pins[name])


def test_the_citation_names_this_version_and_license() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert {"cff-version", "message", "title", "authors"} <= citation.keys()  # what CFF 1.2.0 requires
    assert citation["cff-version"] == "1.2.0"
    assert citation["version"] == rnnbench.__version__
    assert citation["license"] == PROJECT["license"]
    assert [author["name"] for author in citation["authors"]] == [author["name"] for author in PROJECT["authors"]]


def test_the_newest_version_of_the_changelog_is_this_one() -> None:
    headings = re.findall(r"^## \[(.+?)\]", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
    versions = [heading for heading in headings if heading != "Unreleased"]
    assert versions[0] == rnnbench.__version__
    assert versions == sorted(versions, key=Version, reverse=True)


def test_the_workflow_runs_the_script_on_every_python_of_the_classifiers() -> None:
    workflow = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8"))
    (job,) = workflow["jobs"].values()
    assert [step["run"] for step in job["steps"] if "run" in step] == [".ci/run"]
    classifiers = re.findall(r"Python :: (3\.\d+)", "\n".join(PROJECT["classifiers"]))
    assert job["strategy"]["matrix"]["python-version"] == classifiers


def test_the_command_and_the_module_run_the_same_function() -> None:
    command = EntryPoint("rnnbench", PROJECT["scripts"]["rnnbench"], "console_scripts").load()
    assert command is rnnbench.__main__.main


@pytest.mark.parametrize("verb", RESULTS)
def test_every_verb_has_types(verb: str) -> None:
    function = getattr(rnnbench, verb)
    assert get_type_hints(function)["return"].__name__ == RESULTS[verb]
    names = {*function.__code__.co_varnames[: function.__code__.co_argcount + function.__code__.co_kwonlyargcount]}
    assert names | {"return"} == get_type_hints(function).keys()


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel and the source distribution of these files, built with the installed setuptools."""
    source = tmp_path_factory.mktemp("build") / "source"
    made = ("build", "dist", "*.egg-info", "__pycache__", ".*_cache", ".hypothesis", ".venv", ".git", "mlruns")
    copytree(ROOT, source, ignore=ignore_patterns(*made, "shared"))
    build = "from setuptools import build_meta as b; b.build_wheel('dist'); b.build_sdist('dist')"
    done = subprocess.run([sys.executable, "-c", build], cwd=source, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return source / "dist"


def test_the_wheel_has_the_types_the_license_and_this_version(built: Path) -> None:
    (path,) = built.glob("*.whl")
    with zipfile.ZipFile(path) as wheel:
        info = f"rnnbench-{rnnbench.__version__}.dist-info"
        assert "rnnbench/py.typed" in wheel.namelist()
        assert wheel.read(f"{info}/licenses/LICENSE") == (ROOT / "LICENSE").read_bytes()
        metadata = wheel.read(f"{info}/METADATA").decode().splitlines()
    assert f"Version: {rnnbench.__version__}" in metadata
    assert "License-Expression: Apache-2.0" in metadata
    assert "Requires-Dist: beartype>=0.18" not in metadata  # an extra's requirement ends in its marker


def test_the_source_distribution_has_what_building_and_testing_need(built: Path) -> None:
    (path,) = built.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    files = ["LICENSE", "CHANGELOG.md", "CITATION.cff", "CONTRIBUTING.md", "Makefile", "requirements.lock", ".ci/run"]
    assert {*files, "experiments/sentiment.yaml", "tests/conftest.py", "rnnbench/py.typed"} <= names
