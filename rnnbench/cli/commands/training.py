"""Commands that train."""

from __future__ import annotations

from typing import Annotated

import typer

from rnnbench.cli.app import app
from rnnbench.cli.options import (
    AnyRun,
    Json,
    Match,
    Models,
    OneModel,
    Quick,
    Refit,
    Reselect,
    Search,
    Seeds,
    Sets,
    SettingValues,
    StoredData,
    Sweep,
    Task,
    Workers,
    fairness,
    report_errors,
    searched,
    with_data_options,
)
from rnnbench.core.errors import RnnbenchError


@app.command()
@report_errors
@with_data_options
def baselines(task: Task, options: SettingValues, sets: Sets = None, as_json: Json = False) -> None:
    """Score the baselines: trivial and classical methods on the same splits."""
    from rnnbench.cli.train_and_sweep import print_baselines
    from rnnbench.experiment.files import load
    from rnnbench.experiment.resolve import resolve

    experiment = load(task)
    config = resolve(experiment, experiment.models[0], sets=sets or (), options=options)
    print_baselines(experiment, config, as_json)


@app.command()
@report_errors
@with_data_options
def train(
    task: Task,
    options: SettingValues,
    model: OneModel = "lstm",
    sets: Sets = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Random seed of weights, batch order and noise.")] = 0,
    quick: Quick = False,
    as_json: Json = False,
) -> None:
    """Train one encoder once and record the run; the test split stays sealed."""
    from rnnbench.cli.train_and_sweep import run_training
    from rnnbench.experiment.files import load
    from rnnbench.experiment.resolve import resolve

    experiment = load(task)
    config = resolve(experiment, model, sets=sets or (), options=options, quick=quick, seed=seed)
    run_training(experiment, config, as_json)


@app.command()
@report_errors
def resume(run: AnyRun, as_json: Json = False) -> None:
    """Continue a stopped run of `rnnbench train`, with the numbers of an uninterrupted one."""
    from rnnbench.cli.train_and_sweep import resume_training

    resume_training(run, as_json)


@app.command()
@report_errors
@with_data_options
def sweep(
    task: Task,
    options: SettingValues,
    model: Models = None,
    search: Search = None,
    trials: Annotated[int | None, typer.Option("--trials", min=1, help="Total number of trials per encoder.")] = None,
    seeds: Seeds = None,
    workers: Workers = None,
    timeout: Annotated[
        float | None, typer.Option("--timeout", min=1, help="Seconds after which no new trial starts.")
    ] = None,
    match_parameters: Match = None,
    reselect: Reselect = None,
    refit: Refit = False,
    sets: Sets = None,
    quick: Quick = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="Start a new sweep instead of continuing.")] = False,
    as_json: Json = False,
) -> None:
    """Search every encoder under the same budget, confirm on fresh seeds, print and export the comparison.

    The same command continues where the last one stopped.
    """
    from rnnbench.cli.train_and_sweep import run_sweep
    from rnnbench.sweeps import SweepOptions

    sweep_options = SweepOptions(
        models=tuple(model or ()),
        sets=tuple(sets or ()),
        options=options | searched(search) | fairness(match_parameters, reselect, refit),
        quick=quick,
        trials=trials,
        seeds=seeds,
        workers=workers,
        timeout=timeout,
        fresh=fresh,
    )
    run_sweep(task, sweep_options, as_json)


@app.command()
@report_errors
def confirm(
    task: Task,
    data: StoredData = None,
    sweep: Sweep = None,
    model: Models = None,
    seeds: Seeds = None,
    workers: Workers = None,
    as_json: Json = False,
) -> None:
    """Train the configurations that the newest sweep chose on more fresh seeds, and open the test split."""
    from rnnbench.cli.train_and_sweep import run_confirmation
    from rnnbench.sweeps import ConfirmOptions

    run_confirmation(task, ConfirmOptions(data, sweep, tuple(model or ()), seeds, workers), as_json)


@app.command()
@report_errors
def rerun(
    name: Annotated[
        str,
        typer.Argument(
            metavar="RUN", help="A run id, its first 6 digits, a run's name, or best; with --table, a task or a study."
        ),
    ],
    table: Annotated[
        bool, typer.Option("--table", help="Repeat every baseline and confirmation of the newest sweep's table.")
    ] = False,
    every: Annotated[bool, typer.Option("--all", help="With --table, repeat the runs of the search too.")] = False,
    data: StoredData = None,
    sweep: Sweep = None,
    model: Annotated[
        list[str] | None,
        typer.Option("--model", "-m", help="The file of your own encoder, to run its code. Repeatable."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Repeat a stored run in a new one and compare the two bit for bit. Exit code 1 if they differ."""
    from rnnbench.cli.rerun import rerun_run, rerun_table

    if not table and (every or sweep is not None):
        raise RnnbenchError(f"--all and --sweep are for a whole table: type  rnnbench rerun {name} --table, with them")
    if table:
        is_identical = rerun_table(name, data, sweep, model or (), with_search=every, as_json=as_json)
    else:
        is_identical = rerun_run(name, data, model or (), as_json=as_json)
    if not is_identical:
        raise typer.Exit(1)
