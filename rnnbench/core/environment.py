"""Software versions, git commit and machine, recorded with every run."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from rnnbench.core.version import __version__

_PACKAGES = (
    *("torch", "pytorch-lightning", "optuna", "mlflow", "numpy", "scipy", "pandas"),
    *("scikit-learn", "statsforecast", "tokenizers"),
)


def describe() -> dict[str, str]:
    """Package versions, Python, machine, git commit and command, as text by name."""
    facts = {"rnnbench": __version__, "python": platform.python_version()}
    facts |= {"platform": platform.platform(), "processor": _processor()}
    facts["cores"] = str(os.cpu_count())
    for package in _PACKAGES:
        try:
            facts[package] = version(package)
        except PackageNotFoundError:
            continue
    facts["git_commit"] = git_commit()
    facts["command"] = _command(sys.argv)
    return facts


def _command(words: Sequence[str]) -> str:
    """'rnnbench sweep': other words may hold secrets, and what matters of them is in the configuration."""
    is_program = Path(words[0]).name in ("rnnbench", "__main__.py") if words else False
    return f"rnnbench {words[1]}" if is_program and len(words) > 1 and words[1].isidentifier() else ""


def git_commit() -> str:
    """The commit of the checkout that contains this package, with `-dirty` where files differ, or 'unknown'."""
    folder = Path(__file__).parent
    try:
        commit = _git(folder, "rev-parse", "HEAD")
        changed = _git(folder, "status", "--porcelain", "--untracked-files=no")
    except (OSError, subprocess.SubprocessError):
        return "unknown"
    return f"{commit}-dirty" if changed else commit


def _git(folder: Path, *arguments: str) -> str:
    completed = subprocess.run(
        ["git", "-C", str(folder), *arguments], capture_output=True, text=True, check=True, timeout=10
    )
    return completed.stdout.strip()


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or "unknown"
