"""What a number depends on besides the configuration: versions, commit, machine."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from rnnbench.core.version import __version__

_PACKAGES = (
    *("torch", "pytorch-lightning", "optuna", "mlflow", "numpy", "scipy", "pandas"),
    *("scikit-learn", "statsforecast", "tokenizers"),
)


def describe() -> dict[str, str]:
    """Names and values, all text: package versions, Python, machine, git commit."""
    found = {"rnnbench": __version__, "python": platform.python_version()}
    found |= {"platform": platform.platform(), "processor": _processor()}
    found["cores"] = str(os.cpu_count())
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    found["git_commit"] = git_commit()
    found["command"] = " ".join(sys.argv)
    return found


def git_commit() -> str:
    """The commit of the checkout that this package runs from, `-dirty` when files differ, or 'unknown'."""
    folder = Path(__file__).parent
    try:
        commit = _git(folder, "rev-parse", "HEAD")
        changed = _git(folder, "status", "--porcelain", "--untracked-files=no")
    except (OSError, subprocess.SubprocessError):
        return "unknown"
    return f"{commit}-dirty" if changed else commit


def _git(folder: Path, *words: str) -> str:
    done = subprocess.run(["git", "-C", str(folder), *words], capture_output=True, text=True, check=True, timeout=10)
    return done.stdout.strip()


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or "unknown"
