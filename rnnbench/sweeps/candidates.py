"""What each search has chosen, and the best configurations trained again on search seeds before that.

A best validation score is partly the luck of its seed. With `search.reselect` the choice is by a mean over three.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from rnnbench.comparison.selection import REPETITIONS, candidates, chosen
from rnnbench.experiment.config import ExperimentConfig, from_plain
from rnnbench.storage.record import RunRecord, model_name
from rnnbench.storage.tracker import PARENT, Tracker
from rnnbench.sweeps.study import Studies


class Reselection:
    """What is to be trained again in a sweep, and what is chosen after it."""

    def __init__(self, tracker: Tracker, studies: Studies) -> None:
        self.tracker, self.studies, self.plan = tracker, studies, studies.plan
        self.most = max((self.plan.config(model).search.reselect for model in self.plan.configs), default=0)

    def most_runs(self) -> int:
        """How many runs there are at most."""
        return self.most * REPETITIONS * len(self.plan.configs)

    def missing(self) -> list[tuple[str, ExperimentConfig]]:
        """The runs that nobody has begun, by model: the best candidates of all encoders first."""
        return [] if not self._is_due() else [*self._missing(self._records())]

    def is_running(self) -> bool:
        """True while somebody trains one, so that the choice cannot be made yet."""
        return self._is_due() and any(
            record.kind == "reselect" and record.outcome == "running" for record in self._records()
        )

    def choices(self) -> dict[str, ExperimentConfig]:
        """The configuration of each encoder that is confirmed.

        From the records, as the table chooses: two rules would differ where trials are level, or a file has changed.
        """
        if not self._have_all_begun():
            return {}
        named = self._named()
        return {named[name]: self._again(named[name], trial) for name, trial in chosen(self._records()).items()}

    def begin(self, model: str, config: ExperimentConfig) -> tuple[str, str]:
        """Claims a run: its name and its id in the store."""
        name = f"{model_name(model)}-again-{config.choice()[:4]}-{config.seed}"
        tags = {"kind": "reselect", "choice": config.choice(), "planned_seed": str(config.seed)}
        tags |= {"model": model_name(model)}
        return name, self.tracker.start(self.plan.experiment_id, name, tags, self.plan.parent).run_id

    def _is_due(self) -> bool:
        return bool(self.most) and self._have_all_begun()

    def _have_all_begun(self) -> bool:
        """No encoder is chosen from before every other has begun."""
        return all(self.studies.counted(model) for model in self.plan.configs)

    def _missing(self, records: list[RunRecord]) -> Iterator[tuple[str, ExperimentConfig]]:
        found = self.tracker.find(self.plan.experiment_id, **{PARENT: self.plan.parent, "kind": "reselect"})
        taken = {
            (run.data.tags.get("model"), run.data.tags.get("choice"), run.data.tags.get("planned_seed"))
            for run in found
            if run.data.tags.get("outcome") != "interrupted"
        }
        named, best = self._named(), candidates(records, self.most)
        for place in range(self.most):
            for name, trials in best.items():
                for repetition in range(REPETITIONS if place < len(trials) and name in named else 0):
                    seed = self.studies.reselect_seed(named[name], int(trials[place].tags["trial"]), repetition)
                    config = self._again(named[name], trials[place], seed)
                    if (name, config.choice(), str(seed)) not in taken:
                        yield named[name], config

    def _again(self, model: str, trial: RunRecord, seed: int = 0) -> ExperimentConfig:
        """A trial's configuration, to be trained on another seed, on the machine that is asked for now."""
        again = from_plain(trial.config).with_values({}, seed=seed)
        return replace(again, hardware=self.plan.config(model).hardware)

    def _records(self) -> list[RunRecord]:
        """Those of the plan's encoders as their files are now; others may search in the same sweep at the same time."""
        named = self._named()
        codes = {name: self.plan.configs[model]["encoder"].get("code") for name, model in named.items()}
        return [
            record
            for record in self.tracker.records(self.plan.experiment_id, self.plan.parent)
            if record.model in codes
            and (not record.config or record.config["encoder"].get("code") == codes[record.model])
        ]

    def _named(self) -> dict[str, str]:
        """The models of the plan by the short name that records have."""
        return {model_name(model): model for model in self.plan.configs}
