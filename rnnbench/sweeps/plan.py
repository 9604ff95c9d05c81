"""Plan a sweep or confirmation: continue the stored sweep with the same settings, or start a new one."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

from rnnbench.core.errors import BudgetError, DataError, RnnbenchError, UnknownNameError
from rnnbench.experiment.config import ExperimentConfig, from_plain, short_hash
from rnnbench.experiment.files import Experiment
from rnnbench.experiment.resolve import resolve
from rnnbench.experiment.search_names import check_search
from rnnbench.reports import results
from rnnbench.runs.build import parameters_of
from rnnbench.runs.match_parameters import match_all
from rnnbench.runs.prepare import described, load_data, prepare
from rnnbench.runs.training.hardware import check_hardware
from rnnbench.storage.data_files import file_tags
from rnnbench.storage.location import store_folder
from rnnbench.storage.lock import StoreLock
from rnnbench.storage.record import QUICK, model_name
from rnnbench.storage.tracker import Tracker
from rnnbench.sweeps.eligibility import require_comparable
from rnnbench.sweeps.journal import require_journal
from rnnbench.sweeps.model import ConfirmOptions, SweepOptions, SweepPlan
from rnnbench.sweeps.provenance import store_provenance


def configurations(experiment: Experiment, options: SweepOptions) -> dict[str, ExperimentConfig]:
    """The base configuration of every encoder of a sweep, by model.

    Raises: SettingsError, UnknownNameError; RnnbenchError where two encoders have the same short name.
    """
    configs = [_resolve(experiment, model, options) for model in options.models or experiment.models]
    by_model = {config.model: config for config in configs}
    rows: dict[str, str] = {}
    for model in by_model:
        name = model_name(model)
        if name in rows:
            raise RnnbenchError(f"two encoders are named {name!r}: {rows[name]} and {model}. Rename one of the files")
        rows[name] = model
    check_search(config.search_space for config in by_model.values())
    return by_model


def _resolve(experiment: Experiment, model: str, options: SweepOptions, *, for_model: bool = True) -> ExperimentConfig:
    return resolve(
        experiment, model, sets=options.sets, options=options.options, quick=options.quick, for_model=for_model
    )


def sweep_plan(
    experiment: Experiment, options: SweepOptions, configs: Mapping[str, ExperimentConfig] | None = None
) -> SweepPlan:
    """The plan of the stored sweep with the same settings, extended by this call, or of a new sweep.

    configs: result of `configurations` for the same experiment and options, if already known.
    Raises: SettingsError, UnknownNameError, DataError; ComparisonError where the encoders cannot be compared.
    """
    configs = configs or configurations(experiment, options)
    first = next(iter(configs.values()))
    check_hardware(first.hardware)
    loaded = load_data(first)
    configs = {model: config.with_ranges_of(loaded) for model, config in configs.items()}
    prepare(first)  # errors such as a series that is too short are raised here, not in every worker
    if first.budget.match_parameters is None:
        _check_ceiling(configs)
    else:
        configs = match_all(configs.values())
    tracker = Tracker()
    experiment_id = tracker.experiment(first.task, loaded.facts.name)
    with StoreLock(store_folder() / "plans.lock"):  # two simultaneous calls are one sweep with the encoders of both
        stored = _continue_or_start(tracker, experiment_id, experiment, options, configs)
    plan = SweepPlan(
        key=stored.key,
        task=first.task,
        data=loaded.facts.name,
        experiment_id=experiment_id,
        parent=stored.parent,
        configs={model: plain for model, plain in stored.configs.items() if model in configs or _can_be_built(plain)},
        # without searched settings, trials would differ by their seed only
        trials=(options.trials or first.search.trials) if any(config.ranges() for config in configs.values()) else 1,
        seeds=options.seeds or first.search.seeds,
        searched=tuple(configs),
        search_until=time.time() + options.timeout if options.timeout else 0.0,
        is_quick=results.is_quick(tracker.run(stored.parent)),
        fingerprint=loaded.fingerprint,
    )
    require_journal(plan, tracker)
    return plan


@dataclass(frozen=True)
class _StoredSweep:
    """A sweep in the store: key of its journal, id of its run, and the plain configurations of all calls by model."""

    key: str
    parent: str
    configs: dict[str, dict[str, Any]]


def _continue_or_start(
    tracker: Tracker,
    experiment_id: str,
    experiment: Experiment,
    options: SweepOptions,
    configs: Mapping[str, ExperimentConfig],
) -> _StoredSweep:
    """Add this call to the newest sweep with the same settings, or start a new one; store its plan and provenance."""
    first = next(iter(configs.values()))
    loaded = load_data(first)
    shared = _resolve(experiment, first.model, options, for_model=False).comparison_key()
    comparison_key = f"{loaded.fingerprint[:6]}{_of_study(experiment, configs)}{shared}"
    existing = [] if options.fresh else tracker.find(experiment_id, kind="sweep", comparison_key=comparison_key)
    earlier_plain = results.plan_of(tracker, existing[-1].info.run_id) if existing else {}
    earlier = {model: from_plain(plain) for model, plain in earlier_plain.items() if _can_be_built(plain)}
    drawn_from = _drawn_from(tracker, experiment_id, existing[-1].info.run_id, earlier) if existing else {}
    require_comparable(configs, earlier, drawn_from, experiment.typed)
    if existing:
        parent, key = existing[-1].info.run_id, existing[-1].data.tags["sweep_key"]
    else:
        # never the name of an earlier journal, even if that sweep was deleted from the store
        key = f"{comparison_key}-{uuid4().hex[:8]}"
        tags = {"fingerprint": loaded.fingerprint, "comparison_key": comparison_key, "sweep_key": key}
        tags |= file_tags(first.data.path)
        tags |= {"study": experiment.name} if experiment.name != first.task else {}
        parent = _start_sweep(tracker, experiment_id, first, tags)
    plain = {**earlier_plain, **{model: config.to_plain() for model, config in configs.items()}}
    tracker.writer(parent).text(json.dumps(plain, ensure_ascii=False, indent=1), results.PLAN_FILE)
    is_default = set(plain) == set(experiment.models)
    store_provenance(
        tracker, parent, experiment, replace(options, models=() if is_default else tuple(plain)), described(first)
    )
    return _StoredSweep(key, parent, plain)


def _of_study(experiment: Experiment, configs: Mapping[str, ExperimentConfig]) -> str:
    """Part of the sweep's key that identifies a study and its variants; empty for a task."""
    if experiment.name == experiment.task:
        return ""
    variants = {model: config.to_plain() for model, config in configs.items() if config.layer != model}
    return f"{experiment.name}{short_hash(variants)[:6]}"


def _check_ceiling(configs: Mapping[str, ExperimentConfig]) -> None:
    """Raise BudgetError where even the smallest configuration of an encoder is above the ceiling on parameters."""
    for config in configs.values():
        smallest = config.with_values(config.search_space.smallest())
        parameters, ceiling = parameters_of(smallest, prepare(smallest)), config.budget.parameters
        if parameters > ceiling:
            raise BudgetError(
                f"the smallest {model_name(config.model)} in this search space has {parameters:,} parameters, "
                f"above the ceiling of {ceiling:,} that all encoders share: raise budget.parameters"
            )


def confirmation_plan(task: str, options: ConfirmOptions) -> SweepPlan:
    """The plan that trains the chosen configurations of a stored sweep on more seeds, without a search.

    Raises: ComparisonError where there is no sweep; UnknownNameError for an encoder that is not in it; DataError where
        the data set has changed since.
    """
    tracker = Tracker()
    experiment_id, parent = results.latest_sweep(tracker, task, options.data, options.sweep)
    plain = results.plan_of(tracker, parent)
    by_name = {model_name(model): model for model in plain}
    wanted = [model_name(model) for model in options.models] or [*by_name]
    for name in wanted:
        if name not in by_name:
            raise UnknownNameError("model", name, by_name, hint="Only these are in the sweep.")
    configs = {model: from_plain(stored) for model, stored in plain.items()}
    first = next(iter(configs.values()))
    check_hardware(first.hardware)
    tags, loaded = tracker.run(parent).data.tags, load_data(first)
    if tags.get("fingerprint", loaded.fingerprint) != loaded.fingerprint:
        raise DataError(
            f"{loaded.facts.name} has changed since this sweep, so new runs cannot be compared with it. Restore "
            f"the data, or start a new sweep: rnnbench sweep {task}"
        )
    plan = SweepPlan(
        key=tags["sweep_key"],
        task=first.task,
        data=loaded.facts.name,
        experiment_id=experiment_id,
        parent=parent,
        configs=plain,
        trials=0,
        seeds=options.seeds or first.search.seeds,
        searched=(),
        confirmed=tuple(by_name[name] for name in wanted),
        is_quick=results.is_quick(tracker.run(parent)),
        fingerprint=loaded.fingerprint,
    )
    require_journal(plan, tracker)
    return plan


def _start_sweep(tracker: Tracker, experiment_id: str, config: ExperimentConfig, tags: Mapping[str, str]) -> str:
    number = len(tracker.find(experiment_id, kind="sweep")) + 1
    tags = {"kind": "sweep", "task": config.task, **tags, **({QUICK: str(True)} if config.is_quick else {})}
    writer = tracker.start(experiment_id, f"sweep-{number}{results.QUICK_NAME if config.is_quick else ''}", tags)
    return writer.run_id


def _drawn_from(
    tracker: Tracker, experiment_id: str, parent: str, models: Iterable[str]
) -> dict[str, Mapping[str, Any]]:
    """The stored ranges that earlier trials of a sweep were drawn from, by model."""
    records = results.of_newest_code(tracker.records(experiment_id, parent), results.codes_of(tracker, parent))
    by_name = {record.model: record.config.get("searched") for record in records if record.kind == "trial"}
    return {model: ranges for model in models if (ranges := by_name.get(model_name(model))) is not None}


def _can_be_built(plain: Mapping[str, Any]) -> bool:
    """Whether a stored configuration is still valid: the file of a user's encoder may be missing or changed."""
    try:
        from_plain(plain)
    except RnnbenchError:
        return False
    return True
