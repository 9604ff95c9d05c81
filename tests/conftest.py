"""Fixtures that tests of several folders share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def research_folder() -> str:
    """The folder of standard research data: RNNBENCH_DATA, or shared/data beside the project; else the test skips."""
    beside = Path(__file__).parents[2] / "shared" / "data"
    folder = Path(os.environ.get("RNNBENCH_DATA") or beside)
    if not folder.is_dir():
        pytest.skip(f"the research data are not here: set RNNBENCH_DATA (looked in {folder})")
    return str(folder)
