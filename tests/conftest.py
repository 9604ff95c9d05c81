"""Fixtures that tests of several folders share."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import jaxtyping
import pytest
from hypothesis import settings

from rnnbench.core import registry, trust
from rnnbench.core.garbage import keep_imported

# before anything imports them: in tests, and only there, every shape in a signature is checked
jaxtyping.install_import_hook(["rnnbench.encoders", "rnnbench.encoders.layers"], "beartype.beartype")
# the same examples in every run; `pytest --hypothesis-profile random` looks for others
settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("random", deadline=None)
settings.load_profile("same")
pytest.register_assert_rewrite("rnnbench.testing.contracts", "small_data", "small_runs")


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--model path/to/my_cell.py` runs the encoder contracts on your own cell too."""
    parser.addoption("--model", action="append", default=[], help="a file with an encoder of your own (repeatable)")


def pytest_collection_finish() -> None:
    """Leaves modules and tests out of every later search for garbage: each training starts with one."""
    keep_imported()


@pytest.fixture(autouse=True, scope="session")
def _one_thread() -> None:
    """The same arithmetic on every machine, and no quarrel over cores between test processes."""
    import threadpoolctl
    import torch

    torch.set_num_threads(1)
    threadpoolctl.threadpool_limits(1, user_api="blas")  # NumPy's


@pytest.fixture(scope="session")
def _configurations(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Iterator[int]]:
    return tmp_path_factory.mktemp("configurations"), count()


@pytest.fixture(autouse=True)
def _own_configuration(
    _configurations: tuple[Path, Iterator[int]], monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    """No test trusts code that another has named, and none writes into the configuration of this account."""
    folder, numbers = _configurations
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder / str(next(numbers))))
    monkeypatch.setenv(trust.ENVIRONMENT, "")
    registry.trust_named(request.config.getoption("--model"))


@pytest.fixture(scope="session")
def research_folder() -> str:
    """The folder of standard research data: RNNBENCH_DATA, or shared/data beside the project; else the test skips."""
    beside = Path(__file__).parents[2] / "shared" / "data"
    folder = Path(os.environ.get("RNNBENCH_DATA") or beside)
    if not folder.is_dir():
        pytest.skip(f"the research data are not here: set RNNBENCH_DATA (looked in {folder})")
    return str(folder)


@pytest.fixture(scope="session")
def _empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store without a run: its tables take a second to make, and a moment to copy."""
    from rnnbench.storage.tracker import Tracker

    folder = tmp_path_factory.mktemp("empty_store")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RNNBENCH_STORE", str(folder))
        Tracker()
    return folder


@pytest.fixture
def store(_empty_store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty store of the test's own, where RNNBENCH_STORE points."""
    folder = tmp_path / "store"
    shutil.copytree(_empty_store, folder)
    monkeypatch.setenv("RNNBENCH_STORE", str(folder))
    return folder


@pytest.fixture
def heard_signals() -> Iterator[None]:
    """Signals that the tests may have been started to ignore, as in the background, are heard."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    for number in before:
        signal.signal(number, signal.default_int_handler)
    yield
    for number, handler in before.items():
        signal.signal(number, handler)
