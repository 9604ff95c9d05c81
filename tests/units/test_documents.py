"""Documents: every module, file, import and command option that they name exists."""

from __future__ import annotations

import ast
import importlib
import re
import shlex
from pathlib import Path

import pytest
import typer
from typer.core import TyperGroup

from rnnbench.cli.commands import app
from rnnbench.core import registry

ROOT = Path(__file__).parents[2]
PAGES = [
    page
    for page in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md")))
    if page.name != "report.md" and page.parent.name != "published"  # generated: as the program of that time wrote them
]
OLD_PATHS = re.compile(r"^\| [^|]*\|", flags=re.MULTILINE)
"""The first column of a table: in `migration.md`, modules that are gone."""

PLACEHOLDERS = ("TASK", "NAME", "capitals")
"""Names of files that a reader makes."""

IDS = [str(page.relative_to(ROOT)) for page in PAGES]


def text_of(page: Path) -> str:
    text = page.read_text(encoding="utf-8")
    return OLD_PATHS.sub("|", text) if page.name == "migration.md" else text


def blocks(page: Path, *languages: str) -> list[str]:
    """The code blocks of some languages."""
    fenced = re.findall(r"^```(\w*)\n(.*?)^```", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    return [body for language, body in fenced if language in languages]


def is_module(dotted: str) -> bool:
    path = ROOT / dotted.replace(".", "/")
    return path.is_dir() or path.with_suffix(".py").is_file()


def exists(dotted: str) -> bool:
    """Whether a dotted name is a module, or a name of one."""
    module, _, name = dotted.rpartition(".")
    return is_module(dotted) or (is_module(module) and hasattr(importlib.import_module(module), name))


def commands(page: Path) -> list[list[str]]:
    """The words of every `rnnbench` command of a page, without comments."""
    lines = [line for block in blocks(page, "sh", "console", "") for line in block.replace("\\\n", " ").splitlines()]
    typed = [line.removeprefix("$ ") for line in lines]
    return [shlex.split(line, comments=True)[1:] for line in typed if line.startswith("rnnbench ")]


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_modules_and_files_exist(page: Path) -> None:
    text = text_of(page)
    for dotted in re.findall(r"\brnnbench(?:\.[a-z_]+)+\b(?![(/])", text):
        assert exists(dotted), dotted
    for path in re.findall(r"`((?:rnnbench|tests|experiments|docs)/[\w/]+(?:\.\w+)?)/?`", text):
        assert (ROOT / path).exists() or Path(path).stem in PLACEHOLDERS, path


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_imports_of_programs_work(page: Path) -> None:
    for program in blocks(page, "python"):
        for node in ast.walk(ast.parse(program)):
            if isinstance(node, ast.ImportFrom) and str(node.module).startswith("rnnbench"):
                for alias in node.names:
                    assert exists(f"{node.module}.{alias.name}"), f"from {node.module} import {alias.name}"


def test_the_pages_have_programs_and_commands() -> None:
    assert sum(len(commands(page)) for page in PAGES) > 80
    assert sum(len(blocks(page, "python")) for page in PAGES) > 10


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_commands_and_their_options_exist(page: Path) -> None:
    group = typer.main.get_command(app)
    assert isinstance(group, TyperGroup)
    for words in commands(page):
        if words[0].isupper():  # `rnnbench COMMAND --help`
            continue
        is_command = not words[0].startswith("-")  # as in `rnnbench --version`
        assert not is_command or words[0] in group.commands, words[0]
        command = group.commands[words[0]] if is_command else group
        if isinstance(command, TyperGroup) and is_command:  # as in `rnnbench store check`
            assert words[1] in command.commands, words[1]
            command = command.commands[words[1]]
        known = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
        for word in words:
            option = word.partition("=")[0]
            if re.fullmatch(r"--[a-z-]+", option):
                assert option in known | {"--help"}, f"rnnbench {' '.join(words)}"


def test_the_selftest_page_names_the_checks_of_the_program() -> None:
    names = re.findall(r"^ok +(.+)$", (ROOT / "docs" / "selftest.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
    source = "".join(file.read_text(encoding="utf-8") for file in (ROOT / "rnnbench/testing/selftest").glob("*.py"))
    encoders = "|".join(registry.names("encoders"))
    assert len(names) > 20
    for name in names:
        assert f'"{name}"' in source or f'{re.sub(rf"^({encoders}):", "{model_name(model)}:", name)}"' in source, name


def test_the_tests_that_a_page_names_exist() -> None:
    defined = {
        name
        for file in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"^def (test_\w+)", file.read_text(encoding="utf-8"), flags=re.MULTILINE)
    }
    named = [
        (page.name, name) for page in PAGES for name in re.findall(r"`(test_\w+)`", page.read_text(encoding="utf-8"))
    ]
    assert len(named) > 20
    assert not [pair for pair in named if pair[1] not in defined]
