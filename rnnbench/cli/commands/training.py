"""The commands that train."""

from __future__ import annotations

from typing import Annotated

import typer

from rnnbench.cli.app import app
from rnnbench.cli.options import (
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
    searched,
    tell_errors,
    with_data_options,
)


@app.command()
@tell_errors
@with_data_options
def baselines(task: Task, options: SettingValues, sets: Sets = None, as_json: Json = False) -> None:
    """Shows what there is to beat: trivial and classical methods on the same splits."""
    from rnnbench.cli.train_and_sweep import baseline_scores
    from rnnbench.experiment.files import load
    from rnnbench.experiment.resolve import resolve

    experiment = load(task)
    config = resolve(experiment, experiment.models[0], sets=sets or (), options=options)
    baseline_scores(experiment, config, as_json)


@app.command()
@tell_errors
@with_data_options
def train(
    task: Task,
    options: SettingValues,
    model: OneModel = "lstm",
    sets: Sets = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Decides weights, batch order and noise.")] = 0,
    quick: Quick = False,
    as_json: Json = False,
) -> None:
    """Trains one encoder once and records the run; the test split stays sealed."""
    from rnnbench.cli.train_and_sweep import training
    from rnnbench.experiment.files import load
    from rnnbench.experiment.resolve import resolve

    experiment = load(task)
    config = resolve(experiment, model, sets=sets or (), options=options, quick=quick, seed=seed)
    training(experiment, config, as_json)


@app.command()
@tell_errors
@with_data_options
def sweep(
    task: Task,
    options: SettingValues,
    model: Models = None,
    search: Search = None,
    trials: Annotated[int | None, typer.Option("--trials", min=1, help="Per encoder, in all.")] = None,
    seeds: Seeds = None,
    workers: Workers = None,
    timeout: Annotated[float | None, typer.Option("--timeout", min=1, help="Seconds for the search.")] = None,
    match_parameters: Match = None,
    reselect: Reselect = None,
    refit: Refit = False,
    sets: Sets = None,
    quick: Quick = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="Begin anew instead of going on.")] = False,
    as_json: Json = False,
) -> None:
    """Searches every encoder under one budget, confirms on fresh seeds, prints and exports the table.

    The same command again goes on where the last one stopped.
    """
    from rnnbench.cli.train_and_sweep import run_sweep
    from rnnbench.sweeps import SweepOptions

    wanted = SweepOptions(
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
    run_sweep(task, wanted, as_json)


@app.command()
@tell_errors
def confirm(
    task: Task,
    data: StoredData = None,
    sweep: Sweep = None,
    model: Models = None,
    seeds: Seeds = None,
    workers: Workers = None,
    as_json: Json = False,
) -> None:
    """Trains what the newest sweep chose on more fresh seeds, and opens the test split."""
    from rnnbench.cli.train_and_sweep import run_confirmation
    from rnnbench.sweeps import ConfirmOptions

    run_confirmation(task, ConfirmOptions(data, sweep, tuple(model or ()), seeds, workers), as_json)
