"""What a sweep shows while it goes: counted from what earlier calls have done."""

from __future__ import annotations

import io

import pytest

from rnnbench.cli.console import PlainConsole
from rnnbench.cli.progress import SweepProgress
from rnnbench.sweeps.model import Event


def shown(*models: str, **planned: int) -> tuple[SweepProgress, io.StringIO]:
    out = io.StringIO()
    console = PlainConsole(file=out, width=100, force_terminal=False)
    named = {model: model for model in models}
    return SweepProgress(console, named, trials=planned["trials"], seeds=planned["seeds"], higher_is_better=True), out


def test_what_is_there_counts_and_is_not_told_again() -> None:
    progress, out = shown("gru", trials=3, seeds=2)
    with progress:
        for number, score in enumerate((0.7, 0.8)):
            progress.handle(Event("earlier", 0, "trial", "gru", f"00{number}-gru", 1.0, score, "completed"))
        assert out.getvalue() == ""
        assert progress.best("gru") == 0.8
        progress.handle(Event("start", 0, "trial", "gru", "003-gru"))
        progress.handle(Event("end", 0, "trial", "gru", "003-gru", 1.0, 0.75, "completed"))
    assert progress.best("gru") == 0.8
    line = out.getvalue()
    assert line.startswith("trial 003-gru: completed  validation 0.7500")
    # three trials of three are done: only two confirmations are left, each taken for as long as the trial took
    assert "left" in line
    assert progress.trials == len(progress.ended["gru", "trial"]) == 3


def test_what_one_encoder_has_done_is_not_taken_off_what_another_has_to_do() -> None:
    progress, out = shown("gru", "rnn", trials=2, seeds=0)
    with progress:
        for number in range(9):
            progress.handle(Event("earlier", 0, "trial", "gru", f"00{number}-gru", 1.0, 0.7, "completed"))
        progress.handle(Event("start", 0, "trial", "rnn", "001-rnn"))
        progress._since[0] -= 600  # begun ten minutes ago
        progress.handle(Event("end", 0, "trial", "rnn", "001-rnn", 1.0, 0.75, "completed"))
    assert "(about 10 min left)" in out.getvalue()


def test_a_seed_that_a_changed_choice_trains_again_counts_once() -> None:
    progress, out = shown("gru", trials=0, seeds=2)
    with progress:
        for number in (1, 2):
            progress.handle(Event("earlier", 0, "confirm", "gru", f"gru-seed{number}", 1.0, 0.7, "completed"))
        progress.handle(Event("start", 0, "confirm", "gru", "gru-seed1"))
        progress.handle(Event("end", 0, "confirm", "gru", "gru-seed1", 1.0, 0.8, "completed"))
    assert "2/2" in render(progress)
    assert "about 1 s left" in out.getvalue()


def test_whom_the_workers_wait_for_is_a_line_once_and_again_after_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr("rnnbench.cli.progress.time.monotonic", lambda: now)
    progress, out = shown("gru", trials=3, seeds=2)
    message = "waiting for 003-gru (process 12 on node7)"
    with progress:
        for _ in range(3):
            for worker in range(4):
                progress.handle(Event("waiting", worker, name="003-gru", message=message))
            now += 25
        assert out.getvalue() == f"{message}\n"
        assert message in render(progress)
        progress.handle(Event("waiting", 0, name="003-gru", message=message))
        assert out.getvalue() == f"{message}\n" * 2
        for worker in range(4):
            progress.handle(Event("start", worker, "trial", "gru", f"00{worker}-gru"))
    assert message not in render(progress)


def test_waiting_for_a_worker_of_the_same_call_is_not_told() -> None:
    progress, out = shown("gru", trials=3, seeds=2)
    with progress:
        progress.handle(Event("start", 1, "trial", "gru", "003-gru"))
        progress.handle(Event("waiting", 0, name="003-gru", message="waiting for 003-gru"))
    assert out.getvalue() == ""
    assert "waiting" not in render(progress)


def test_work_that_was_taken_over_is_told_and_is_no_failed_trial() -> None:
    progress, out = shown("gru", trials=3, seeds=2)
    with progress:
        progress.handle(Event("start", 1, "trial", "gru", "003-gru"))
        progress.handle(Event("lost", 1, "trial", "gru", "003-gru", message="003-gru: taken over"))
    assert out.getvalue() == "003-gru: taken over\n"
    assert progress.running == {}
    assert progress.ended == {}


def test_a_note_on_an_encoder_is_shown_once_whichever_trial_and_worker_it_comes_from() -> None:
    progress, out = shown("gru", "rnn", trials=2, seeds=0)
    with progress:
        for worker in (0, 1):
            for model in ("gru", "rnn"):
                progress.handle(
                    Event("note", worker, "trial", model, f"00{worker}-{model}", message="no [fused] kernel")
                )
    assert out.getvalue() == "gru: no [fused] kernel\nrnn: no [fused] kernel\n"


def render(progress: SweepProgress) -> str:
    """The panel as a terminal would show it."""
    console = PlainConsole(file=io.StringIO(), width=100, record=True)
    console.print(progress._panel())
    return console.export_text()
