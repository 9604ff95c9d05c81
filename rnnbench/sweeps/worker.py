"""A worker process of a sweep: reserve the next work, do it, and repeat until nothing is left.

Any number of workers on any number of machines that share the store may run at the same time. Work is reserved under a
lock on the sweep, so that no two workers do the same, and done without the lock.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

from rnnbench.core.errors import DataError
from rnnbench.runs.baselines import REUSED, record_in_sweep
from rnnbench.runs.prepare import load_data
from rnnbench.runs.record_run import train_and_record
from rnnbench.runs.train import Hooks
from rnnbench.storage.leases import LeaseLostError
from rnnbench.storage.location import require_store, store_error_of
from rnnbench.storage.lock import StoreLock
from rnnbench.storage.record import QUICK, STOPPED, Outcome, RunRecord
from rnnbench.storage.tracker import Crashed, Tracker
from rnnbench.sweeps.continuation import ended_run
from rnnbench.sweeps.model import Event, SweepPlan, Tell
from rnnbench.sweeps.queue import Waiting, Work, WorkQueue
from rnnbench.sweeps.study import score_of

_WAIT_SECONDS = 0.5
_REPEAT_SECONDS = 60.0
"""Seconds after which a waiting worker reports again what it is waiting for."""


class Worker:
    """One worker of a sweep.

    stop: returns the outcome with which to stop, such as `interrupted`, or None.
    """

    def __init__(
        self,
        plan: SweepPlan,
        number: int = 0,
        tell: Tell | None = None,
        stop: Callable[[], Outcome | None] | None = None,
    ) -> None:
        self.plan, self.number = plan, number
        self.tell = tell or (lambda event: None)
        self.stop = stop or (lambda: None)
        require_store()  # a worker that starts after the store has gone makes no new one
        self.tracker = Tracker()
        self.queue = WorkQueue(plan, self.tracker)
        self.studies = self.queue.studies
        self.lock = StoreLock(Path(f"{plan.journal}.work.lock"))
        self._waiting_for, self._reported_at = "", 0.0

    def work(self) -> None:
        """Work until nothing is left or `stop` asks to stop. Raises: DataError where the data have changed."""
        while self.stop() is None:
            self._require_same_data()
            with self.lock:
                step = self.queue.next()
            if step is None:
                break
            if isinstance(step, Waiting):
                self._wait(step)
            else:
                self._waiting_for = ""
                self._do(step)
        self.tell(Event("done", self.number))

    def _require_same_data(self) -> None:
        """Return if the data are still those of the sweep, as all its runs are compared. Raises: DataError."""
        loaded = load_data(self.plan.config(next(iter(self.plan.configs))))
        if self.plan.fingerprint and loaded.fingerprint != self.plan.fingerprint:
            raise DataError(
                f"{loaded.facts.name} has changed while the sweep ran, so new runs cannot be compared with its others. "
                "Restore the data and type the same command again, or start a new sweep with --fresh"
            )

    def end_lost(self, crashed: Crashed | None = None) -> None:
        """End runs and trials whose process is gone; those that can be continued are continued by the next worker.

        crashed: see `Tracker.repair`.
        """
        self.tracker.repair(self.plan.experiment_id, crashed)
        with self.lock:  # a trial that another worker is just drawing has no lease yet
            self.studies.end_lost(partial(ended_run, self.tracker, self.plan))

    def _wait(self, waiting: Waiting) -> None:
        """Wait until work of another process has ended, with a message every minute; end it if it is lost."""
        leases = self.tracker.leases
        while self.stop() is None:
            now, name = time.monotonic(), waiting.claims[0].name if waiting.claims else ""
            if name and (name != self._waiting_for or now - self._reported_at >= _REPEAT_SECONDS):
                self._waiting_for, self._reported_at = name, now
                self.tell(Event("waiting", self.number, name=name, message=self._message(waiting)))
            time.sleep(_WAIT_SECONDS)
            leases.expire()  # checks files only, to leave the processor to the processes that train
            if not waiting.claims or not all(leases.is_held(claim.lease_id) for claim in waiting.claims):
                break
        self.end_lost()

    def _message(self, waiting: Waiting) -> str:
        leases, first = self.tracker.leases, waiting.claims[0]
        owner = leases.owner(first.lease_id) or "an unknown process"
        more = f" and {len(waiting.claims) - 1} more" if len(waiting.claims) > 1 else ""
        return (
            f"waiting for {first.name} ({owner}){more}; continued here if that process has no heartbeat for "
            f"{leases.grace_seconds:.0f} s"
        )

    def _do(self, work: Work) -> None:
        self.tell(Event("start", self.number, work.kind, work.model, work.name))
        if work.kind == "baseline":
            self._baselines(work)
        else:
            self._train(work)

    def _baselines(self, work: Work) -> None:
        names: list[str] = []

        def tell(name: str) -> None:
            names.append(name)
            self.tell(Event("progress", self.number, "baseline", "baselines", name))

        try:
            record_in_sweep(
                work.config,
                tracker=self.tracker,
                experiment_id=self.plan.experiment_id,
                parent=self.plan.parent,
                claim=work.run_id or "",
                tell=tell,
            )
        except LeaseLostError as error:
            self._report_lost(work, error)
            return
        except Exception as error:
            if unwritable := store_error_of(error):
                raise unwritable from error
            message = f"the baselines failed: {type(error).__name__}: {error}"
            self.tell(Event("error", self.number, "baseline", "baselines", "baselines", 1.0, message=message))
            return
        outcome = REUSED if names and all(name.endswith(REUSED) for name in names) else "completed"
        self.tell(Event("end", self.number, "baseline", "baselines", "baselines", 1.0, outcome=outcome))

    def _train(self, work: Work) -> None:
        try:
            record = self._run(work)
            if work.trial is not None and record.outcome in STOPPED:
                self.studies.release(work.trial)
            elif work.trial is not None:
                self.studies.tell(work.model, work.trial, record.outcome, score_of(record), record.run_id)
        except LeaseLostError as error:
            self._report_lost(work, error)
            return
        except Exception as error:
            if unwritable := store_error_of(error):
                raise unwritable from error
            if work.trial is not None:
                with suppress(LeaseLostError):
                    self.studies.tell(work.model, work.trial, "failed", None)
            message = f"{work.name} failed: {type(error).__name__}: {error}"
            self.tell(Event("error", self.number, work.kind, work.model, work.name, 1.0, message=message))
            return
        self.tell(Event("end", self.number, work.kind, work.model, work.name, 1.0, score_of(record), record.outcome))

    def _run(self, work: Work) -> RunRecord:
        return train_and_record(
            work.config,
            tracker=self.tracker,
            experiment_id=self.plan.experiment_id,
            name=work.name,
            kind=work.kind,  # type: ignore[arg-type]
            open_test=work.kind == "confirm",
            refit=work.refit,
            parent=self.plan.parent,
            run_id=work.run_id,
            lease=self.studies.lease(work.trial) if work.trial is not None else None,
            tags=self._tags(work),
            params=self._params(work),
            hooks=self._hooks(work),
        )

    def _report_lost(self, work: Work, error: LeaseLostError) -> None:
        self.tell(Event("lost", self.number, work.kind, work.model, work.name, message=str(error)))

    def _tags(self, work: Work) -> dict[str, str]:
        quick = {QUICK: str(True)} if self.plan.is_quick else {}
        if work.trial is None:
            return {"planned_seed": str(work.config.seed), **quick}
        return {"trial": str(work.trial.user_attrs["index"]), "draw": work.trial.user_attrs["draw"], **quick}

    def _params(self, work: Work) -> dict[str, object]:
        """The values of the searched settings."""
        plain = work.config.to_plain()
        return {name: plain[name.split(".")[0]][name.split(".", 1)[1]] for name in work.config.ranges()}

    def _hooks(self, work: Work) -> Hooks:
        updates = 1

        def begin(planned: int) -> None:
            nonlocal updates
            updates = planned

        def log(update: int, values: dict[str, float]) -> None:
            score = next((value for key, value in values.items() if key.startswith("validation/")), None)
            self.tell(Event("progress", self.number, work.kind, work.model, work.name, update / updates, score))

        def report(step: int, score: float) -> bool:
            assert work.trial is not None
            self.studies.report(work.model, work.trial, step, score)
            return work.config.search.pruning and work.trial.should_prune()

        def note(message: str) -> None:
            self.tell(Event("note", self.number, work.kind, work.model, work.name, message=message))

        return Hooks(
            report=report if work.trial is not None else None,
            begin=begin,
            log=log,
            stop=self.stop,
            note=note,
        )
