"""Signals that ask the program to stop: Ctrl-C, and those of schedulers and closed terminals."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Literal

StopOutcome = Literal["interrupted", "terminated"]
"""`interrupted` by Ctrl-C; `terminated` by SIGTERM or SIGHUP."""

_OUTCOMES: dict[int, StopOutcome] = {signal.SIGINT: "interrupted", signal.SIGTERM: "terminated"}
if hasattr(signal, "SIGHUP"):
    _OUTCOMES[signal.SIGHUP] = "terminated"


class StopRequest:
    """What a signal asked for: `outcome` is None until the first signal."""

    def __init__(self) -> None:
        self.outcome: StopOutcome | None = None


@contextmanager
def stop_requests(tell: Callable[[StopOutcome], None] = lambda outcome: None) -> Iterator[StopRequest]:
    """Record the first signal as a request, and call `tell`; the second raises KeyboardInterrupt.

    Outside of the main thread, where Python handles no signals, nothing is recorded. A signal that the process was
    started to ignore, as `nohup` does with SIGHUP, stays ignored.
    """
    request = StopRequest()

    def handle(number: int, frame: FrameType | None) -> None:
        if request.outcome is not None:
            raise KeyboardInterrupt
        request.outcome = _OUTCOMES[number]
        tell(request.outcome)

    if threading.current_thread() is not threading.main_thread():
        yield request
        return
    before = {number: signal.getsignal(number) for number in _OUTCOMES}
    for number, handler in before.items():
        if handler is not signal.SIG_IGN:
            signal.signal(number, handle)
    try:
        yield request
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
