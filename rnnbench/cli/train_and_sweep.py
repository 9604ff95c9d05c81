"""The commands that train: progress while they go, results at the end."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from rich.markup import escape
from rich.table import Table

from rnnbench.cli.console import notes, out
from rnnbench.storage.record import model_name

if TYPE_CHECKING:
    from rnnbench.experiment.config import ExperimentConfig
    from rnnbench.experiment.files import Experiment
    from rnnbench.sweeps import ConfirmOptions, SweepOptions, SweepPlan


def say_data(config: ExperimentConfig) -> None:
    """What was understood of the data that is about to be used, before anything is trained."""
    from rnnbench.data.description import describe_data
    from rnnbench.runs.prepare import load_data

    with notes.status("reading data"):
        described = describe_data(load_data(config))
    notes.print(f"[bold]{described.facts.name}[/bold]  {described.facts.title}")
    for label, value in described.lines:
        notes.print(f"  [cyan]{label}[/cyan]  {value}")


def say_files(experiment: Experiment) -> None:
    """Which experiment files were read."""
    notes.print(f"[cyan]settings from[/cyan]  {escape(experiment.locations)}", soft_wrap=True)


def say_idle(configs: Iterable[ExperimentConfig]) -> None:
    """What was typed and changes nothing, with the encoders it is so for: told before anything is trained."""
    found: dict[str, list[str]] = {}
    for config in configs:
        for name, why in config.search_space.typed_without_effect().items():
            section, _, setting = name.partition(".")
            value = getattr(config.section(section), setting)
            found.setdefault(f"{name} = {value} changes nothing: {why}", []).append(Path(config.model).stem)
    for told, models in found.items():
        notes.print(f"{', '.join(models)}: {told}", markup=False, soft_wrap=True)


def baseline_scores(experiment: Experiment, config: ExperimentConfig, as_json: bool) -> None:
    """Runs the baselines alone and prints them, the best first."""
    from rnnbench.experiment.classes import task_class
    from rnnbench.runs.baselines import record_without_sweep
    from rnnbench.storage.tracker import Tracker

    if not as_json:
        say_files(experiment)
        say_data(config)
    metric = task_class(config.task).metric
    found = []
    with notes.status("computing baselines"):
        for result in record_without_sweep(config, tracker=Tracker()):
            found.append(result)
    if not found and not as_json:
        out.print(f"{config.task} has no baselines (`baselines` in the task's file)", markup=False)
        return
    if as_json:
        plain = [
            {"model": item.model, "metrics": item.metrics, "wall_seconds": item.wall_seconds, "note": item.note}
            | ({"skipped": item.skipped} if item.skipped else {})
            for item in found
        ]
        out.print_json(json.dumps(plain))
        return
    sign = -metric.sign
    found.sort(
        key=lambda item: sign * item.metrics.get(f"test/{metric.key}", -sign * float("inf")) if item.metrics else 0
    )
    table = Table(box=None, pad_edge=False)
    for title in ("baseline", f"test {metric.key}", f"validation {metric.key}", "seconds", "note"):
        table.add_column(title, justify="left" if title in ("baseline", "note") else "right", overflow="fold")
    for item in found:
        if item.skipped:
            continue
        test, validation = item.metrics[f"test/{metric.key}"], item.metrics[f"validation/{metric.key}"]
        table.add_row(item.model, f"{test:.4f}", f"{validation:.4f}", f"{item.wall_seconds:.1f}", item.note)
    out.print(table)
    for item in found:
        if item.skipped:
            out.print(f"[dim]{item.model} left out: {item.skipped}[/dim]")


def training(experiment: Experiment, config: ExperimentConfig, as_json: bool) -> None:
    """Trains one configuration, with its validation scores as they come."""
    from rnnbench.runs.match_parameters import matched
    from rnnbench.runs.prepare import load_data
    from rnnbench.runs.record_run import train_and_record
    from rnnbench.runs.train import Hooks
    from rnnbench.storage.tracker import Tracker

    say_files(experiment)
    say_data(config)
    say_idle([config])
    config = matched(config)
    loaded = load_data(config)
    tracker = Tracker()
    experiment_id = tracker.experiment(config.task, loaded.facts.name)

    def log(update: int, values: dict[str, float]) -> None:
        shown = "  ".join(f"{key} {value:.4g}" for key, value in values.items())
        notes.print(f"update {update:>6}  {shown}", markup=False)

    name = f"{model_name(config.model)}-seed{config.seed}"

    def note(words: str) -> None:
        notes.print(words, markup=False, soft_wrap=True)

    hooks = Hooks(log=log, note=note)
    try:
        record = train_and_record(config, tracker=tracker, experiment_id=experiment_id, name=name, hooks=hooks)
    except (KeyboardInterrupt, SystemExit):
        notes.print("stopped; the run is kept as interrupted")
        raise SystemExit(130) from None
    if as_json:
        out.print_json(json.dumps({"run_id": record.run_id, "outcome": record.outcome, "metrics": record.metrics}))
        return
    out.print(f"{record.name} {record.outcome}, run {record.run_id}")
    for key, value in record.metrics.items():
        out.print(f"  {key:<34} {value:,.4f}", markup=False)
    for key, value in record.costs.items():  # counts, bytes and seconds: no decimals where there are none to read
        out.print(f"  {key:<34} {value:,.{0 if value >= 1000 or value == int(value) else 4}f}", markup=False)


def run_sweep(task: str, options: SweepOptions, as_json: bool) -> None:
    """A whole sweep with live progress; the table and the paths of its exports at the end."""
    from rnnbench.experiment.files import load
    from rnnbench.sweeps import configurations, fewest_trials, sweep_plan

    experiment = load(task)
    configs = configurations(experiment, options)
    say_files(experiment)
    say_data(next(iter(configs.values())))
    say_idle(configs.values())
    plan = sweep_plan(experiment, options, configs)
    _say_sizes(plan)
    there = fewest_trials(plan)
    if options.trials is not None and options.trials < there:
        said = f"--trials is the total: every encoder has had {there} already, so {options.trials} adds none"
        notes.print(said, soft_wrap=True, highlight=False)
    _carry_out(plan, options.workers, as_json)


def _say_sizes(plan: SweepPlan) -> None:
    """The width that was solved for each encoder, where sizes are matched."""
    from rnnbench.runs.build import parameters_of
    from rnnbench.runs.prepare import prepare

    configs = [plan.config(model) for model in plan.searched]
    target = configs[0].budget.match_parameters if configs else None
    if target is None:
        return
    notes.print(f"  [cyan]parameters[/cyan]  matched to {target:,} +- 2 %: hidden_size is solved for, not searched")
    longest = max(len(model_name(config.model)) for config in configs)
    for config in configs:
        parameters = parameters_of(config, prepare(config))
        name = f"{model_name(config.model):<{longest}}"
        notes.print(f"  {name}  hidden_size {config.encoder.hidden_size}, {parameters:,} parameters", highlight=False)
    if any(config.ranges() for config in configs):
        notes.print("  [dim]as configured; every draw is solved for itself[/dim]")


def run_confirmation(task: str, options: ConfirmOptions, as_json: bool) -> None:
    """More fresh seeds for what the newest sweep chose; the table and the paths of its exports at the end."""
    from rnnbench.sweeps import confirmation_plan

    plan = confirmation_plan(task, options)
    say_data(next(plan.config(model) for model in plan.configs))
    _carry_out(plan, options.workers, as_json)


def _carry_out(plan: SweepPlan, workers: int | None, as_json: bool) -> None:
    from rnnbench.cli.compare import print_paths, print_result
    from rnnbench.cli.progress import SweepProgress
    from rnnbench.comparison.selection import REPETITIONS
    from rnnbench.experiment.classes import task_class
    from rnnbench.reports.export import export_result
    from rnnbench.reports.tables.formats import render
    from rnnbench.sweeps import SweepInterrupted, carry_out

    progress = SweepProgress(
        notes,
        {model: model_name(model) for model in plan.trained},
        trials=plan.trials,
        seeds=plan.seeds,
        reselected=REPETITIONS * plan.config(next(iter(plan.configs))).search.reselect,
        higher_is_better=task_class(plan.task).metric.higher_is_better,
    )
    try:
        with progress:
            result = carry_out(plan, workers, progress.tell)
    except (SweepInterrupted, KeyboardInterrupt):
        notes.print("stopped; everything that was finished is kept. To go on, type the same command again:")
        notes.print(f"  {_this_command()}", markup=False, soft_wrap=True)
        raise SystemExit(130) from None
    if as_json:
        out.print_json(render(result.comparison, "json"))
        return
    print_result(result)
    out.print()
    print_paths(export_result(result))
    out.print("rnnbench ui shows every run behind these numbers")


def _this_command() -> str:
    import shlex
    import sys

    return shlex.join(["rnnbench", *(word for word in sys.argv[1:] if word != "--fresh")])
