"""Signals: the first is a request to stop, the second stops at once."""

from __future__ import annotations

import os
import signal
import threading

import pytest

from rnnbench.core.signals import stop_requests

pytestmark = pytest.mark.usefixtures("heard_signals")


@pytest.mark.parametrize(
    ("number", "outcome"),
    [(signal.SIGINT, "interrupted"), (signal.SIGTERM, "terminated"), (signal.SIGHUP, "terminated")],
)
def test_the_first_signal_is_a_request_and_the_second_an_interruption(number: signal.Signals, outcome: str) -> None:
    heard: list[str] = []
    before = signal.getsignal(number)
    with stop_requests(heard.append) as request:
        assert request.outcome is None
        os.kill(os.getpid(), number)
        assert (request.outcome, heard) == (outcome, [outcome])
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), number)
    assert signal.getsignal(number) is before


def test_the_first_signal_names_the_outcome() -> None:
    with stop_requests() as request:
        os.kill(os.getpid(), signal.SIGTERM)
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
    assert request.outcome == "terminated"


def test_an_ignored_signal_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with stop_requests() as request:
            os.kill(os.getpid(), signal.SIGHUP)
            assert request.outcome is None
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


def test_another_thread_changes_no_handler() -> None:
    before = signal.getsignal(signal.SIGINT)
    inside: list[object] = []

    def work() -> None:
        with stop_requests() as request:
            inside.extend([signal.getsignal(signal.SIGINT), request.outcome])

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert inside == [before, None]
