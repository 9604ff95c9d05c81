"""Commands that train: progress while they run, results at the end."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.markup import escape
from rich.table import Table

from rnnbench.cli.console import notes, out
from rnnbench.cli.description import print_description
from rnnbench.core.signals import stop_requests
from rnnbench.core.text import MISSING, score_text
from rnnbench.storage.record import STOPPED, model_name

if TYPE_CHECKING:
    from rnnbench.data.description import Description
    from rnnbench.experiment.config import ExperimentConfig
    from rnnbench.experiment.files import Experiment
    from rnnbench.metrics import Metric
    from rnnbench.runs.train import Hooks
    from rnnbench.storage.record import RunRecord
    from rnnbench.sweeps import ConfirmOptions, SweepOptions, SweepPlan
    from rnnbench.tasks.baseline import BaselineResult


def print_data(config: ExperimentConfig) -> Description:
    """Print how the data are understood, before anything is trained."""
    from rnnbench.runs.prepare import described

    with notes.status("reading data"):
        description = described(config)
    print_description(description, notes)
    return description


def print_files(experiment: Experiment) -> None:
    """Print which experiment files were read."""
    notes.print(f"[cyan]settings from[/cyan]  {escape(experiment.locations)}", soft_wrap=True)


def print_settings_without_effect(configs: Iterable[ExperimentConfig]) -> None:
    """Warn about typed settings that have no effect, with the encoders for which that holds."""
    models_by_warning: dict[str, list[str]] = {}
    for config in configs:
        for name, reason in config.search_space.typed_without_effect().items():
            section, _, setting = name.partition(".")
            value = getattr(config.section(section), setting)
            warning = f"{name} = {value} has no effect: {reason}"
            models_by_warning.setdefault(warning, []).append(Path(config.model).stem)
    for warning, models in models_by_warning.items():
        notes.print(f"{', '.join(models)}: {warning}", markup=False, soft_wrap=True)


def print_baselines(experiment: Experiment, config: ExperimentConfig, as_json: bool) -> None:
    """Score the baselines and print them, the best first."""
    from rnnbench.runs.baselines import record_without_sweep
    from rnnbench.runs.prepare import selecting_metric
    from rnnbench.storage.tracker import Tracker

    print_files(experiment)
    data = print_data(config)
    with notes.status("computing baselines"):
        results = list(record_without_sweep(config, tracker=Tracker()))
    if as_json:
        plain = [
            {"model": item.model, "metrics": item.metrics, "wall_seconds": item.wall_seconds, "note": item.note}
            | ({"skipped": item.skipped} if item.skipped else {})
            for item in results
        ]
        out.print_json(json.dumps({"data_set": data.plain, "baselines": plain}, ensure_ascii=False))
    elif results:
        _print_baseline_table(results, selecting_metric(config))
    else:
        out.print(f"{config.task} has no baselines (`baselines` in the task's file)", markup=False)


def _print_baseline_table(results: Sequence[BaselineResult], metric: Metric) -> None:
    test, validation = f"test/{metric.key}", f"validation/{metric.key}"
    table = Table(box=None, pad_edge=False)
    for title in ("baseline", f"test {metric.key}", f"validation {metric.key}", "seconds", "note"):
        table.add_column(title, justify="left" if title in ("baseline", "note") else "right", overflow="fold")
    computed = [item for item in results if not item.skipped]
    without = [item for item in computed if test not in item.metrics]
    ordered = sorted(
        (item for item in computed if test in item.metrics), key=lambda item: -metric.sign * item.metrics[test]
    )
    for item in [*ordered, *without]:
        scores = [_score(item, key) for key in (test, validation)]
        table.add_row(item.model, *scores, f"{item.wall_seconds:.1f}", item.note)
    out.print(table)
    if without:
        out.print()
        out.print(_other_metrics_table([*ordered, *without], without))
    for item in results:
        if item.skipped:
            out.print(f"[dim]{item.model} left out: {item.skipped}[/dim]")


def _other_metrics_table(results: Sequence[BaselineResult], without: Sequence[BaselineResult]) -> Table:
    """The test scores by the metrics of those baselines that are without the selecting one."""
    keys = [*dict.fromkeys(key for item in without for key in item.metrics if key.startswith("test/"))]
    table = Table(box=None, pad_edge=False)
    table.add_column("baseline", overflow="fold")
    for key in keys:
        table.add_column(key.replace("/", " "), justify="right", overflow="fold")
    for item in results:
        if any(key in item.metrics for key in keys):
            table.add_row(item.model, *(_score(item, key) for key in keys))
    return table


def _score(result: BaselineResult, key: str) -> str:
    return score_text(result.metrics[key]) if key in result.metrics else MISSING


def run_training(experiment: Experiment, config: ExperimentConfig, as_json: bool) -> None:
    """Train one configuration and print its validation scores and final metrics."""
    from rnnbench.runs.match_parameters import matched
    from rnnbench.runs.prepare import load_data
    from rnnbench.runs.record_run import train_and_record
    from rnnbench.storage.tracker import Tracker

    print_files(experiment)
    data = print_data(config)
    print_settings_without_effect([config])
    config = matched(config)
    loaded = load_data(config)
    tracker = Tracker()
    experiment_id = tracker.experiment(config.task, loaded.facts.name)
    name = f"{model_name(config.model)}-seed{config.seed}"
    with _stoppable_hooks() as hooks:
        record = train_and_record(config, tracker=tracker, experiment_id=experiment_id, name=name, hooks=hooks)
    _print_trained(record, as_json, {"data_set": data.plain})


def resume_training(run: str, as_json: bool) -> None:
    """Continue a stopped run of `rnnbench train` from its checkpoint, and print its final metrics."""
    from rnnbench.runs.resume import resume
    from rnnbench.storage.tracker import Tracker

    with _stoppable_hooks() as hooks:
        record = resume(Tracker(), run, hooks=hooks)
    _print_trained(record, as_json, {})


@contextmanager
def _stoppable_hooks() -> Iterator[Hooks]:
    """Hooks of a training that prints its scores and stops at Ctrl-C, after writing a checkpoint."""
    from rnnbench.runs.train import Hooks

    def tell_stop(outcome: str) -> None:
        notes.print("stopping after this update or validation; Ctrl-C again stops at once")

    try:
        with stop_requests(tell_stop) as request:
            yield Hooks(
                log=_print_scores,
                stop=lambda: request.outcome,
                note=lambda note: notes.print(note, markup=False, soft_wrap=True),
            )
    except (KeyboardInterrupt, SystemExit):
        notes.print("stopped at once; rnnbench resume RUN continues from the newest checkpoint")
        raise SystemExit(130) from None


def _print_trained(record: RunRecord, as_json: bool, more: Mapping[str, Any]) -> None:
    if record.outcome in STOPPED:
        notes.print(f"stopped after {record.costs['updates']:.0f} updates. To continue this run, type:")
        notes.print(f"  rnnbench resume {record.run_id[:8]}")
        raise SystemExit(130)
    if as_json:
        plain = {"run_id": record.run_id, "outcome": record.outcome, "metrics": record.metrics, **more}
        out.print_json(json.dumps(plain, ensure_ascii=False))
    else:
        _print_record(record)


def _print_scores(update: int, scores: dict[str, float]) -> None:
    text = "  ".join(f"{key} {score_text(value)}" for key, value in scores.items())
    notes.print(f"update {update:>6}  {text}", markup=False)


def _print_record(record: RunRecord) -> None:
    out.print(f"{record.name} {record.outcome}, run {record.run_id}")
    for key, value in record.metrics.items():
        out.print(f"  {key:<34} {score_text(value)}", markup=False)
    for key, value in record.costs.items():  # counts and bytes without decimals
        out.print(f"  {key:<34} {value:,.{0 if value >= 1000 or value == int(value) else 4}f}", markup=False)


def run_sweep(task: str, options: SweepOptions, as_json: bool) -> None:
    """Run a sweep with live progress; print and export the comparison at the end."""
    from rnnbench.experiment.files import load
    from rnnbench.sweeps import configurations, fewest_trials, sweep_plan

    experiment = load(task)
    configs = configurations(experiment, options)
    print_files(experiment)
    data = print_data(next(iter(configs.values())))
    print_settings_without_effect(configs.values())
    plan = sweep_plan(experiment, options, configs)
    _print_matched_sizes(plan)
    trials = fewest_trials(plan)
    if options.trials is not None and options.trials < trials:
        text = f"--trials is a total: every encoder already has {trials} trials, so {options.trials} adds none"
        notes.print(text, soft_wrap=True)
    _run_plan(plan, options.workers, data, as_json)


def _print_matched_sizes(plan: SweepPlan) -> None:
    """Print each encoder's width, where parameters are matched."""
    from rnnbench.runs.build import parameters_of
    from rnnbench.runs.prepare import prepare

    configs = [plan.config(model) for model in plan.searched]
    target = configs[0].budget.match_parameters if configs else None
    if target is None:
        return
    notes.print(f"  [cyan]parameters[/cyan]  matched to {target:,} +- 2 %: hidden_size is computed, not searched")
    longest = max(len(model_name(config.model)) for config in configs)
    for config in configs:
        parameters = parameters_of(config, prepare(config))
        name = f"{model_name(config.model):<{longest}}"
        notes.print(f"  {name}  hidden_size {config.encoder.hidden_size}, {parameters:,} parameters")
    if any(config.ranges() for config in configs):
        notes.print("  [dim]with the configured settings; computed again for every trial[/dim]")


def run_confirmation(task: str, options: ConfirmOptions, as_json: bool) -> None:
    """Train the chosen configurations on more seeds; print and export the comparison at the end."""
    from rnnbench.sweeps import confirmation_plan

    plan = confirmation_plan(task, options)
    data = print_data(next(plan.config(model) for model in plan.configs))
    _run_plan(plan, options.workers, data, as_json)


def _run_plan(plan: SweepPlan, workers: int | None, data: Description, as_json: bool) -> None:
    from rnnbench.cli.compare import print_folder, print_result
    from rnnbench.cli.progress import SweepProgress
    from rnnbench.comparison.selection import REPETITIONS
    from rnnbench.reports.export import export_result
    from rnnbench.reports.tables.formats import render
    from rnnbench.runs.prepare import selecting_metric
    from rnnbench.sweeps import SweepInterrupted, carry_out

    config = plan.config(next(iter(plan.configs)))
    progress = SweepProgress(
        notes,
        {model: model_name(model) for model in plan.trained},
        trials=plan.trials,
        seeds=plan.seeds,
        reselected=REPETITIONS * config.search.reselect,
        higher_is_better=selecting_metric(config).higher_is_better,
    )
    try:
        with progress:
            result = carry_out(plan, workers, progress.handle)
    except (SweepInterrupted, KeyboardInterrupt):
        command = shlex.join(["rnnbench", *(word for word in sys.argv[1:] if word != "--fresh")])
        notes.print("stopped; nothing is lost. To continue, type the same command again:")
        notes.print(f"  {command}", markup=False, soft_wrap=True)
        raise SystemExit(130) from None
    if as_json:
        plain = {**json.loads(render(result.comparison, "json")), "data_set": data.plain}
        out.print_json(json.dumps(plain, ensure_ascii=False))
        return
    print_result(result)
    out.print()
    print_folder(export_result(result))
    out.print(f"HTML report: rnnbench report {result.name}    every run in MLflow: rnnbench ui", soft_wrap=True)
