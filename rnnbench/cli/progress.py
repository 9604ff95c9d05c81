"""Progress of a sweep: a live panel on a terminal, plain lines when piped."""

from __future__ import annotations

import time
from collections.abc import Mapping
from types import TracebackType
from typing import Self

from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from rnnbench.storage.record import STOPPED
from rnnbench.sweeps.model import Event

_REPEAT_SECONDS = 60.0
"""Where there is no live panel, the line about the same wait is repeated after this time."""


class SweepProgress:
    """Shows the events of a sweep. Use it as a context manager and pass `handle` to the sweep."""

    def __init__(
        self,
        console: Console,
        models: Mapping[str, str],
        *,
        trials: int,
        seeds: int,
        higher_is_better: bool,
        reselected: int = 0,
    ) -> None:
        self.console = console
        self.models = models
        self.trials, self.seeds, self.reselected = trials, seeds, reselected
        self.sign = 1.0 if higher_is_better else -1.0
        self.began = time.monotonic()
        self.noted: set[tuple[str, str]] = set()
        self.running: dict[int, Event] = {}
        self.ended: dict[tuple[str, str], list[Event]] = {}
        self.seconds: dict[str, list[float]] = {}
        self.waiting: dict[int, Event] = {}
        self._since: dict[int, float] = {}
        self._wait_lines: dict[str, float] = {}
        self.live = Live(console=console, auto_refresh=False, transient=True) if console.is_terminal else None

    def __enter__(self) -> Self:
        if self.live:
            self.live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.live:
            self.live.stop()

    def handle(self, event: Event) -> None:
        """Record one event and show what it changes."""
        self.waiting.pop(event.worker, None)
        match event.what:
            case "earlier":
                self.ended.setdefault((event.model, event.kind), []).append(event)
            case "start":
                self.running[event.worker] = event
                self._since[event.worker] = time.monotonic()
            case "progress":
                self.running[event.worker] = event
            case "end" if event.outcome in STOPPED:
                self.running.pop(event.worker, None)
                self._line(event)
            case "end" | "error":
                self.running.pop(event.worker, None)
                self.ended.setdefault((event.model, event.kind), []).append(event)
                self.seconds.setdefault(event.kind, []).append(
                    time.monotonic() - self._since.get(event.worker, self.began)
                )
                self._line(event)
            case "note":
                self._note(event)
            case "stopping":
                self.console.print(event.message, markup=False, soft_wrap=True)
            case "lost":
                self.running.pop(event.worker, None)
                self._line(event)
            case "waiting":
                self._wait(event)
            case "done":
                self.running.pop(event.worker, None)
        if self.live:
            self.live.update(self._panel(), refresh=True)

    def best(self, model: str) -> float | None:
        """The best validation score of a model's completed trials so far."""
        scores = [
            event.score * self.sign
            for event in self.ended.get((model, "trial"), [])
            if event.score is not None and event.outcome == "completed"
        ]
        return max(scores) * self.sign if scores else None

    def _done(self, model: str, kind: str) -> int:
        """Number of ended runs; a seed that is trained again counts once."""
        return len({event.name for event in self.ended.get((model, kind), [])})

    def _note(self, event: Event) -> None:
        """Print a note on an encoder once, not for each of its trials."""
        if (event.model, event.message) not in self.noted:
            self.noted.add((event.model, event.message))
            about = f"{self.models.get(event.model, event.model)}: " if event.model else ""
            self.console.print(f"{about}{event.message}", markup=False, soft_wrap=True)

    def _wait(self, event: Event) -> None:
        """Show a wait for another process; a run of this process is shown anyway."""
        if any(event.name == running.name for running in self.running.values()):
            return
        self.waiting[event.worker] = event
        now = time.monotonic()
        printed_at = self._wait_lines.get(event.message)
        if self.live is None and (printed_at is None or now - printed_at >= _REPEAT_SECONDS):
            self._wait_lines[event.message] = now  # several workers may wait for the same run
            self.console.print(event.message, markup=False, soft_wrap=True)

    def _line(self, event: Event) -> None:
        if event.what in ("error", "lost"):
            self.console.print(f"[red]{event.message}[/red]")
        elif self.live is None:
            score = "" if event.score is None else f"  validation {event.score:.4f}"
            remaining = self._remaining()
            name = event.name if event.kind == "baseline" else f"{event.kind} {event.name}"
            self.console.print(f"{name}: {event.outcome}{score}{f'  ({remaining} left)' if remaining else ''}")

    def _remaining(self) -> str:
        """The estimated remaining time, from the durations of the runs that this call has finished."""
        planned = {"trial": self.trials, "reselect": self.reselected, "confirm": self.seeds}
        seconds = 0.0
        for kind, count in planned.items():
            if not count:
                continue
            durations = self.seconds.get(kind) or self.seconds.get("trial")
            if not durations:
                return ""
            runs = sum(max(0, count - self._done(model, kind)) for model in self.models)
            seconds += runs * sum(durations) / len(durations)
        seconds /= max(1, len(self._since))  # workers
        return f"about {seconds / 60:.0f} min" if seconds > 90 else f"about {max(1, round(seconds / 5) * 5)} s"

    def _panel(self) -> Group:
        encoders = Table(box=None, pad_edge=False)
        for title in ("encoder", "trials", "pruned", "failed", "confirmed", "best validation"):
            encoders.add_column(title, justify="left" if title == "encoder" else "right")
        for model, name in self.models.items():
            trials = self.ended.get((model, "trial"), [])
            pruned = sum(event.outcome == "pruned" for event in trials)
            failed = sum(event.outcome not in ("pruned", "completed") for event in trials)
            best = self.best(model)
            encoders.add_row(
                name,
                f"{len(trials)}/{self.trials}",
                str(pruned),
                str(failed),
                f"{self._done(model, 'confirm')}/{self.seeds}",
                "–" if best is None else f"{best:.4f}",
            )
        now = Table(box=None, pad_edge=False, show_header=False)
        for event in self.running.values():
            score = "" if event.score is None else f"validation {event.score:.4f}"
            now.add_row(event.kind, event.name, ProgressBar(total=1.0, completed=event.share, width=24), score)
        waits = [Text(message) for message in dict.fromkeys(event.message for event in self.waiting.values())]
        remaining = self._remaining()
        elapsed = time.monotonic() - self.began
        head = Text(f"{int(elapsed // 60)}:{int(elapsed % 60):02d}" + (f", {remaining} left" if remaining else ""))
        return Group(head, Text(), encoders, Text(), now, *waits)
