"""MLflow's pages on the store."""

from __future__ import annotations

import os
import re
import signal
import socket
import urllib.error
import urllib.request

import pytest
from journey import Finished, Place, wait_until


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def test_a_taken_port_is_told_with_another_one(place: Place) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        said = place.run("ui", "--port", str(taken.getsockname()[1]), code=2).told
    assert "cannot be used (Address already in use)" in said
    assert re.search(r"Try: rnnbench ui --port \d+", said)


@pytest.mark.slow
def test_the_pages_are_served_and_end_on_ctrl_c(finished: tuple[Place, tuple[str, ...], Finished]) -> None:
    place, _, _ = finished
    port = free_port()
    pages = place.start("ui", "--port", str(port))
    try:
        wait_until(lambda: answers(f"http://127.0.0.1:{port}/health") or pages.process.poll() is not None)
        assert pages.process.poll() is None, pages.told
        address = rf"http://127\.0\.0\.1:{port}/#/experiments/\d+/runs\?viewStateShareKey=rnnbench&workflowType="
        assert re.search(address, pages.told)
        assert "has the best mean" in pages.told
    finally:
        os.killpg(pages.process.pid, signal.SIGINT)
    assert pages.end() == 0
    assert "Traceback" not in pages.told
    assert not answers(f"http://127.0.0.1:{port}/health")
