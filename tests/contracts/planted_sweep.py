"""A whole sweep in the store without a training: draws, choices and seeds are real, scores are made up."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from rnnbench.experiment.config import ExperimentConfig
from rnnbench.experiment.files import load
from rnnbench.runs.train import describe
from rnnbench.storage.record import RunRecord
from rnnbench.storage.tracker import Tracker
from rnnbench.sweeps import SweepOptions, SweepPlan, sweep_plan
from rnnbench.sweeps.candidates import Reselection
from rnnbench.sweeps.study import Studies

STRENGTH = {"rnn": 0.70, "gru": 0.74, "lstm": 0.72}
"""What each encoder scores but for chance."""


def plant(task: str, options: SweepOptions) -> SweepPlan:
    """Leaves the sweep that these options ask for in the store, as if it had been trained."""
    plan = sweep_plan(load(task), options)
    tracker, studies = Tracker(), Studies(plan)
    chance = np.random.default_rng(0)
    for number in range(plan.trials):
        for model in plan.searched:
            trial, config = studies.draw(model, plan.config(model))
            score = STRENGTH[model] + 0.05 * chance.random()
            tags = {"trial": str(number), "draw": trial.user_attrs["draw"]}
            record = scored(config, "trial", {"validation": score}, tags)
            studies.tell(model, trial, "completed", score, write(tracker, plan, record, f"{number + 1:03d}-{model}"))
    chosen = Reselection(tracker, studies).choices()
    for seed in range(1, plan.seeds + 1):
        for model in plan.searched:
            config = chosen[model].with_values({}, seed=seed)
            score = STRENGTH[model] + 0.02 * chance.random()
            record = scored(config, "confirm", {"validation": score, "test": score - 0.01}, {"planned_seed": str(seed)})
            write(tracker, plan, record, f"{model}-seed{seed}")
    plant_baselines(tracker, plan)
    return plan


def scored(config: ExperimentConfig, kind: Any, scores: dict[str, float], tags: dict[str, str]) -> RunRecord:
    """The record of a run with these scores by split."""
    record = describe(config, kind)
    opened = {"test_opened": str("test" in scores)}
    metrics = {f"{split}/{record.metric}": score for split, score in scores.items()}
    costs = {"parameters": 1000.0, "updates": 20.0, "best_update": 11.0, "wall_seconds": 1.0, "peak_memory_bytes": 1e6}
    return replace(record, metrics=metrics, costs=costs, tags={**record.tags, **opened, **tags})


def write(tracker: Tracker, plan: SweepPlan, record: RunRecord, name: str) -> str:
    """Puts a record below the sweep's run. Returns its id."""
    writer = tracker.start(plan.experiment_id, name, {"kind": record.kind, "model": record.model}, plan.parent)
    writer.finish(record, {"model": record.model})
    return writer.run_id


def plant_baselines(tracker: Tracker, plan: SweepPlan) -> None:
    """Two baselines: a weak one, and one that stands between the encoders."""
    claim = tracker.start(plan.experiment_id, "baselines", {"kind": "claim", "claim": "baselines"}, plan.parent)
    config = plan.config(plan.searched[0])
    for model, score in (("majority_class", 0.5), ("naive_bayes", 0.735)):
        record = scored(config, "baseline", {"validation": score, "test": score}, {"baseline_key": "all-version2"})
        write(tracker, plan, replace(record, model=model, seed=None), model)
    claim.end("completed")
