"""Software versions, git commit and machine, recorded with every run."""

from __future__ import annotations

import hashlib
import importlib
import os
import platform
import subprocess
import sys
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import threadpoolctl

from rnnbench.core.version import __version__

_PACKAGES = (
    *("torch", "pytorch-lightning", "optuna", "mlflow", "numpy", "scipy", "pandas"),
    *("scikit-learn", "statsforecast", "tokenizers"),
)
_CHOOSES_KERNELS = ("avx", "amx", "fma", "f16c", "sse4", "asimd", "sve", "bf16", "neon")
"""Starts of the processor features by which numerical libraries choose their kernels."""
_VARIABLES = ("ATEN_", "BLIS_", "DNNL_", "GOTO_", "MKL_", "NPY_", "OMP_", "ONEDNN_", "OPENBLAS_")
"""Starts of the environment variables by which numerical libraries choose kernels and numbers of threads; without those
that libraries set themselves while they are loaded (KMP_, CUBLAS_)."""


def describe() -> dict[str, str]:
    """Package versions, Python, machine, git commit and command, as text by name."""
    facts = {"rnnbench": __version__, "python": platform.python_version()}
    facts |= {"platform": platform.platform(), "processor": _processor()}
    facts |= {"processor_features": processor_features(), "c_library": " ".join(platform.libc_ver()).strip()}
    facts["cores"] = str(os.cpu_count())
    for package in _PACKAGES:
        try:
            facts[package] = version(package)
        except PackageNotFoundError:
            continue
    facts |= {"blas": _blas(), "numeric_variables": _numeric_variables()}
    facts |= {"git_commit": git_commit(), "code_sha256": code_sha256()}
    facts["command"] = " ".join(sys.argv)
    return facts


@lru_cache(maxsize=1)
def git_commit() -> str:
    """The commit of the checkout that contains this package, with `-dirty` where files differ, or 'unknown'."""
    folder = Path(__file__).parent
    try:
        commit = _git(folder, "rev-parse", "HEAD")
        changed = _git(folder, "status", "--porcelain", "--untracked-files=no")
    except (OSError, subprocess.SubprocessError):
        return "unknown"
    return f"{commit}-dirty" if changed else commit


@lru_cache(maxsize=1)
def code_sha256() -> str:
    """The SHA-256 of every Python file of this package: equal for equal code, also where there is no checkout."""
    folder, digest = Path(__file__).parents[1], hashlib.sha256()
    for path in sorted(folder.rglob("*.py")):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(folder).as_posix()} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()


def processor_features() -> str:
    """The processor's features by which kernels are chosen, such as 'avx avx2 avx512f fma'; empty if unknown."""
    listed = _of_processor("flags") or _of_processor("Features")
    return " ".join(sorted({name for name in listed.split() if name.startswith(_CHOOSES_KERNELS)}))


def _blas() -> str:
    """The BLAS libraries of this process, as 'openblas 0.3.31 SkylakeX, 2 threads': baselines compute with them."""
    importlib.import_module("scipy.linalg")  # NumPy's and SciPy's are listed once they are loaded
    found = [library for library in threadpoolctl.threadpool_info() if library["user_api"] == "blas"]
    return "; ".join(
        sorted(
            f"{library['internal_api']} {library['version']} {library.get('architecture', '')}".strip()
            + f", {library['num_threads']} threads"
            for library in found
        )
    )


def _numeric_variables() -> str:
    """The variables that choose kernels and threads, as 'MKL_CBWR=AVX2 OMP_NUM_THREADS=4'."""
    return " ".join(sorted(f"{name}={value}" for name, value in os.environ.items() if name.startswith(_VARIABLES)))


def _git(folder: Path, *arguments: str) -> str:
    completed = subprocess.run(
        ["git", "-C", str(folder), *arguments], capture_output=True, text=True, check=True, timeout=10
    )
    return completed.stdout.strip()


def _processor() -> str:
    return _of_processor("model name") or platform.processor() or "unknown"


def _of_processor(name: str) -> str:
    """The first value under a name in Linux's description of the processors; empty where there is none."""
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            key, _, value = line.partition(":")
            if key.strip() == name:
                return value.strip()
    except OSError:
        pass
    return ""
