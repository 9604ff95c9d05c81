"""A Python file is imported where the user has named it or confirms it, and never because a text names it."""

from __future__ import annotations

import os
import py_compile
from pathlib import Path

import pytest

from rnnbench.core import registry, trust
from rnnbench.core.trust import UntrustedCodeError, checksum_file, confirming

CODE = "from pathlib import Path\n\nPath(__file__).with_name('ran').touch()\n"


@pytest.fixture
def cell(tmp_path: Path) -> Path:
    """A file that leaves a mark where it is imported."""
    path = tmp_path / "evil.py"
    path.write_text(CODE, encoding="utf-8")
    return path


def has_run(cell: Path) -> bool:
    mark = cell.with_name("ran")
    ran = mark.exists()
    mark.unlink(missing_ok=True)
    return ran


@pytest.mark.parametrize("folder", ["encoders", "tasks", "testing/benchmarks"])
def test_a_file_that_the_user_has_not_named_is_refused_in_one_line(folder: str, cell: Path) -> None:
    with pytest.raises(UntrustedCodeError, match=r"evil\.py is not imported, .*--trust-code") as refused:
        registry.module(folder, str(cell))
    assert "\n" not in str(refused.value)
    assert not has_run(cell)


def test_what_was_named_once_is_imported_in_later_calls_also_as_a_copy(cell: Path, monkeypatch) -> None:
    registry.trust_named([str(cell)])
    monkeypatch.setenv(trust.ENVIRONMENT, "")  # another call of the program
    copy = cell.with_name("copy.py")
    copy.write_bytes(cell.read_bytes())
    registry.module("encoders", str(copy))
    assert has_run(cell)


def test_a_changed_file_is_another_file(cell: Path) -> None:
    registry.trust_named([str(cell)])
    cell.write_text(f"{CODE}# changed\n", encoding="utf-8")
    with pytest.raises(UntrustedCodeError):
        registry.module("encoders", str(cell))
    assert not has_run(cell)


def test_what_is_confirmed_is_imported_and_remembered(cell: Path) -> None:
    with confirming(False), pytest.raises(UntrustedCodeError):
        registry.module("encoders", str(cell))
    with confirming(True):
        registry.module("encoders", str(cell))
    assert has_run(cell)
    copy = cell.with_name("copy.py")
    copy.write_bytes(cell.read_bytes())
    registry.module("encoders", str(copy))
    assert has_run(cell)


def test_without_a_writable_configuration_a_named_file_is_trusted_in_child_processes(cell: Path, monkeypatch) -> None:
    blocked = cell.with_name("file")
    blocked.touch()
    monkeypatch.setenv("XDG_CONFIG_HOME", str(blocked))
    registry.trust_named([str(cell)])
    assert not checksum_file().exists()
    assert os.environ[trust.ENVIRONMENT].split()
    registry.module("encoders", str(cell))
    assert has_run(cell)


def test_a_compiled_file_beside_a_trusted_one_does_not_run(cell: Path) -> None:
    trusted = cell.with_name("harmless.py")
    trusted.write_text("x = 1\n".ljust(len(CODE)), encoding="utf-8")
    state = trusted.stat()
    os.utime(cell, ns=(state.st_atime_ns, state.st_mtime_ns))  # Python takes what has the time and size of the source
    (cell.parent / "__pycache__").mkdir()
    compiled = Path(py_compile.compile(str(cell), doraise=True))
    compiled.rename(compiled.with_name(compiled.name.replace("evil", "harmless")))
    registry.trust_named([str(trusted)])
    assert registry.module("encoders", str(trusted)).x == 1
    assert not has_run(cell)


@pytest.mark.parametrize("content", [b"\xff\xfe", b"deadbeef\n", b"", b"\x00" * 100])
def test_a_damaged_file_of_checksums_trusts_nothing(content: bytes, cell: Path) -> None:
    checksum_file().parent.mkdir(parents=True)
    checksum_file().write_bytes(content)
    with pytest.raises(UntrustedCodeError):
        registry.module("encoders", str(cell))
