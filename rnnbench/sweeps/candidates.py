"""Choose the configuration of each encoder that is confirmed, after training the best candidates on more seeds.

The best validation score of many trials is optimistic: it is partly the chance of its seed. With `search.reselect` the
best candidates are trained again, and the choice is by their mean score.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from rnnbench.comparison.selection import REPETITIONS, candidates, chosen
from rnnbench.experiment.config import ExperimentConfig, from_plain
from rnnbench.storage.record import STOPPED, RunRecord, model_name
from rnnbench.storage.tracker import PARENT, Tracker
from rnnbench.sweeps.continuation import begin_or_resume
from rnnbench.sweeps.study import Studies


class Reselection:
    """The candidates of a sweep that are trained again, and the choice among them."""

    def __init__(self, tracker: Tracker, studies: Studies) -> None:
        self.tracker, self.studies, self.plan = tracker, studies, studies.plan
        self.candidate_count = max((self.plan.config(model).search.reselect for model in self.plan.configs), default=0)

    def most_runs(self) -> int:
        """The largest possible number of runs."""
        return self.candidate_count * REPETITIONS * len(self.plan.configs)

    def missing(self) -> list[tuple[str, ExperimentConfig]]:
        """Model and configuration of runs not started yet: the best candidates of all encoders first."""
        return [*self._missing(self._records())] if self._is_due() else []

    def is_running(self) -> bool:
        """Whether such a run is in progress, so that the choice has to wait."""
        return self._is_due() and any(
            record.kind == "reselect" and record.outcome == "running" for record in self._records()
        )

    def choices(self) -> dict[str, ExperimentConfig]:
        """The chosen configuration of each encoder, by model; by the same rule as in the comparison."""
        if not self._has_trials_of_all():
            return {}
        models = self._models_by_name()
        return {models[name]: self._with_seed(models[name], trial) for name, trial in chosen(self._records()).items()}

    def begin(self, model: str, config: ExperimentConfig) -> tuple[str, str]:
        """Start a run in the store, or resume a stopped one. Returns its name and id."""
        name = f"{model_name(model)}-again-{config.choice()[:4]}-{config.seed}"
        tags = {"kind": "reselect", "choice": config.choice(), "planned_seed": str(config.seed)}
        tags |= {"model": model_name(model)}
        return name, begin_or_resume(self.tracker, self.plan, name, tags)

    def _is_due(self) -> bool:
        return bool(self.candidate_count) and self._has_trials_of_all()

    def _has_trials_of_all(self) -> bool:
        """Whether every encoder has a trial: no configuration is chosen before that."""
        return all(self.studies.counted(model) for model in self.plan.configs)

    def _missing(self, records: list[RunRecord]) -> Iterator[tuple[str, ExperimentConfig]]:
        runs = self.tracker.find(self.plan.experiment_id, **{PARENT: self.plan.parent, "kind": "reselect"})
        started = {
            (run.data.tags.get("model"), run.data.tags.get("choice"), run.data.tags.get("planned_seed"))
            for run in runs
            if run.data.tags.get("outcome") not in STOPPED
        }
        models, best = self._models_by_name(), candidates(records, self.candidate_count)
        for rank in range(self.candidate_count):
            for name, trials in best.items():
                for repetition in range(REPETITIONS if rank < len(trials) and name in models else 0):
                    seed = self.studies.reselect_seed(models[name], int(trials[rank].tags["trial"]), repetition)
                    config = self._with_seed(models[name], trials[rank], seed)
                    if (name, config.choice(), str(seed)) not in started:
                        yield models[name], config

    def _with_seed(self, model: str, trial: RunRecord, seed: int = 0) -> ExperimentConfig:
        """The configuration of a trial with another seed and the hardware settings of this call."""
        config = from_plain(trial.config).with_values({}, seed=seed)
        return replace(config, hardware=self.plan.config(model).hardware)

    def _records(self) -> list[RunRecord]:
        """Records of the plan's encoders with their current code; other calls may add other encoders to the sweep."""
        models = self._models_by_name()
        codes = {name: self.plan.configs[model]["encoder"].get("code") for name, model in models.items()}
        return [
            record
            for record in self.tracker.records(self.plan.experiment_id, self.plan.parent)
            if record.model in codes
            and (not record.config or record.config["encoder"].get("code") == codes[record.model])
        ]

    def _models_by_name(self) -> dict[str, str]:
        """The models of the plan by their short names, which records have."""
        return {model_name(model): model for model in self.plan.configs}
