"""The command line: parses, prints, exits. What it shows comes from elsewhere, imported only when a command runs."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Annotated

import typer

from rnnbench.cli.options import (
    Folder,
    Force,
    Json,
    Match,
    Metric,
    Models,
    OneModel,
    Options,
    Quick,
    Reach,
    Refit,
    Reselect,
    Run,
    Search,
    Seeds,
    Sets,
    StoredData,
    Sweep,
    Task,
    Workers,
    fairness,
    named_data,
    searched,
    tell_errors,
    with_data_options,
)
from rnnbench.core.version import __version__

app = typer.Typer(
    help="Which sequence encoder to use on your data, how sure that answer is, and what it costs.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"rnnbench {__version__}")
        raise typer.Exit


@app.callback()
def program(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Options of the program itself, before a command."""


@app.command()
@tell_errors
def models(
    matrix: Annotated[bool, typer.Option("--matrix", help="What regularizes, and which encoder refuses it.")] = False,
    as_json: Json = False,
) -> None:
    """Lists the encoders, or which switches of training each of them works with."""
    from rnnbench.cli.lists import registered, switch_matrix

    if matrix:
        switch_matrix(as_json)
    else:
        registered("encoders", as_json)


@app.command()
@tell_errors
def tasks(as_json: Json = False) -> None:
    """Lists the tasks, and the studies of `experiments/`."""
    from rnnbench.cli.lists import tasks_and_studies

    tasks_and_studies(as_json)


@app.command()
@tell_errors
def init(
    folder: Annotated[Path, typer.Argument(metavar="[FOLDER]", help="Where `experiments/` goes.")] = Path(),
) -> None:
    """Copies the experiment files into a folder for editing; files that are there are left as they are."""
    from rnnbench.cli.lists import copied_experiments

    copied_experiments(folder)


@app.command()
@tell_errors
@with_data_options
def data(
    options: Options,
    name: Annotated[str | None, typer.Argument(help="A data set or a file; without it, all that are known.")] = None,
    task: Annotated[str | None, typer.Option("--task", help="What a file of your own is for.")] = None,
    as_json: Json = False,
) -> None:
    """Lists the data sets, or shows one in words: rows, classes, lengths, splits, examples."""
    from rnnbench.cli.lists import data_catalogue, data_description

    settings = {**options, **named_data(name)}
    if "data.name" in settings:
        data_description(settings, task, as_json)
    else:
        data_catalogue(settings, as_json)


@app.command()
@tell_errors
@with_data_options
def show(
    task: Task,
    options: Options,
    model: OneModel = "lstm",
    search: Search = None,
    sets: Sets = None,
    quick: Quick = False,
    as_json: Json = False,
) -> None:
    """Shows the resolved configuration, where each value came from, and what is searched."""
    from rnnbench.cli.lists import configuration
    from rnnbench.experiment.files import load
    from rnnbench.experiment.resolve import resolve

    experiment, options = load(task), options | searched(search)
    configuration(experiment, resolve(experiment, model, sets=sets or (), options=options, quick=quick), as_json)


@app.command()
@tell_errors
@with_data_options
def baselines(task: Task, options: Options, sets: Sets = None, as_json: Json = False) -> None:
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
    options: Options,
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
    options: Options,
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


@app.command()
@tell_errors
def compare(
    task: Task,
    data: StoredData = None,
    sweep: Sweep = None,
    format: Annotated[str, typer.Option("--format", "-f", help="table, csv, md, latex, html or json.")] = "table",
    output: Annotated[Path | None, typer.Option("--output", "-o", help="A file to write instead of printing.")] = None,
    reach: Reach = None,
    metric: Metric = None,
    notes: Annotated[bool, typer.Option("--notes", help="Every footnote; by default the most important.")] = False,
    force: Force = False,
) -> None:
    """Prints the comparison of the newest sweep, from the store alone."""
    from rnnbench.cli.compare import compared

    compared(task, data, sweep, format, output, reach=reach, metric=metric, force=force, all_notes=notes)


@app.command()
@tell_errors
def export(
    task: Task,
    data: StoredData = None,
    sweep: Sweep = None,
    output: Folder = None,
    reach: Reach = None,
    metric: Metric = None,
    force: Force = False,
) -> None:
    """Writes the comparison in every format, with its figures, into one folder."""
    from rnnbench.cli.compare import exported

    exported(task, data, sweep, output, reach=reach, metric=metric, force=force)


@app.command()
@tell_errors
def report(
    task: Task,
    data: StoredData = None,
    sweep: Sweep = None,
    output: Folder = None,
    reach: Reach = None,
    force: Force = False,
) -> None:
    """Writes one HTML page that tells all of the newest sweep, and the same as Markdown, from the store alone."""
    from rnnbench.cli.report import reported

    reported(task, data, sweep, output, reach=reach, force=force)


@app.command()
@tell_errors
def across(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[TASK|STUDY[:DATA]]...", help="Which; without it, every task on every data set."),
    ] = None,
    model: Models = None,
    format: Annotated[str, typer.Option("--format", "-f", help="table, csv, md, latex, html or json.")] = "table",
    output: Annotated[Path | None, typer.Option("--output", "-o", help="A file; with --export a folder.")] = None,
    export: Annotated[bool, typer.Option("--export", help="Write every format and the figures as well.")] = False,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Sums up the newest tables of several data sets: which encoder is best over all of them, and how sure that is."""
    from rnnbench.cli.across import summed_up

    summed_up(names or (), model or (), "json" if as_json else format, output, write_all=export, force=force)


@app.command()
@tell_errors
def importance(
    task: Task,
    data: StoredData = None,
    sweep: Sweep = None,
    model: Models = None,
    evaluator: Annotated[str, typer.Option("--evaluator", help="ped_anova, fanova or both.")] = "both",
    output: Annotated[Path | None, typer.Option("--output", "-o", help="A PNG to write the figure to.")] = None,
    as_json: Json = False,
) -> None:
    """Shows which settings mattered for which encoder, with intervals, from the newest sweep's trials."""
    from rnnbench.cli.importance import mattered

    mattered(task, data, sweep, model or [], evaluator, output, as_json=as_json)


@app.command()
@tell_errors
def expected(
    task: Task,
    data: StoredData = None,
    sweep: Sweep = None,
    model: Models = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="A PNG to write the figure to.")] = None,
    as_json: Json = False,
) -> None:
    """Shows the best validation score to expect of a random search of so many trials or seconds, and who is ahead."""
    from rnnbench.cli.expected import expected_of_search

    expected_of_search(task, data, sweep, model or [], output, as_json=as_json)


@app.command()
@tell_errors
def generate(
    run: Run = "best",
    prompt: Annotated[str, typer.Option("--prompt", "-p", help="The first characters of the text.")] = "",
    length: Annotated[int, typer.Option("--length", "-n", min=1, help="Characters to make.")] = 500,
    temperature: Annotated[float, typer.Option("--temperature", help="0: always the most probable.")] = 1.0,
    top_k: Annotated[int | None, typer.Option("--top-k", help="Draw among so many of the most probable.")] = None,
    top_p: Annotated[
        float | None, typer.Option("--top-p", help="Draw among the fewest that together have this probability.")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="The same seed gives the same text.")] = 0,
    data: StoredData = None,
    as_json: Json = False,
) -> None:
    """Writes a text that goes on from a prompt, as a trained run would."""
    from rnnbench.cli.inference import generated

    how = {"temperature": temperature, "top_k": top_k, "top_p": top_p, "seed": seed}
    generated(run, data, prompt, length, how, as_json=as_json)


@app.command()
@tell_errors
def predict(
    run: Run = "best",
    text: Annotated[list[str] | None, typer.Option("--text", "-t", help="A text. Repeatable.")] = None,
    file: Annotated[
        Path | None, typer.Option("--file", "-f", help="A .txt with a text per line, or a CSV, TSV, JSONL or Parquet.")
    ] = None,
    text_column: Annotated[str | None, typer.Option("--text-column", help="The column with the texts.")] = None,
    data: StoredData = None,
    as_json: Json = False,
) -> None:
    """Tells the class of texts, with the probability of every class, as a trained run would."""
    from rnnbench.cli.inference import predicted

    predicted(run, data, text or [], file, text_column, as_json=as_json)


@app.command()
@tell_errors
@with_data_options
def forecast(
    options: Options,
    run: Run = "best",
    horizon: Annotated[int | None, typer.Option("--horizon", min=1, help="Samples ahead.")] = None,
    plot: Annotated[Path | None, typer.Option("--plot", help="A picture to write: .png, .svg or .pdf.")] = None,
    as_json: Json = False,
) -> None:
    """Tells the next values of a series with a band of past errors, as a trained run would.

    Without --data it goes on from the end of the data set that the run was trained on.
    """
    from rnnbench.cli.inference import forecasted

    forecasted(run, options, horizon, plot, as_json=as_json)


@app.command()
@tell_errors
def ui(
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="Where to serve.")] = 5000,
    host: Annotated[str, typer.Option("--host", help="Which address to serve on.")] = "127.0.0.1",
) -> None:
    """Serves the MLflow pages of the store and prints the addresses that show who wins."""
    from rnnbench.cli.ui import serve

    serve(host, port)


@app.command()
@tell_errors
def bench(
    names: Annotated[list[str] | None, typer.Argument(metavar="[NAME]...", help="Which; without it, all.")] = None,
    as_json: Json = False,
) -> None:
    """Times parts of the program against what they replace, in interleaved rounds."""
    from rnnbench.cli.bench import benchmarks

    benchmarks(names or (), as_json)


@app.command()
@tell_errors
def selftest(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[NAME]...", help="baselines, leaks, chance, encoders, same_twice; without a name, all."
        ),
    ] = None,
    model: Models = None,
    pairs: Annotated[
        int | None, typer.Option("--pairs", min=1, help="How often an encoder meets itself; 12, quick 4.")
    ] = None,
    workers: Workers = None,
    quick: Annotated[bool, typer.Option("--quick", help="About one minute instead of two.")] = False,
    as_json: Json = False,
) -> None:
    """Checks this installation on made-up data: whether its answers can be believed. Exit code 1 where one fails."""
    from rnnbench.cli.selftest import selftest as tested

    if not tested(names or (), model or (), pairs=pairs, workers=workers, quick=quick, as_json=as_json):
        raise typer.Exit(1)


def main() -> None:
    """Runs the program. A scheduler's SIGTERM stops it as Ctrl-C does: in good order, with what is done kept."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    app(prog_name="rnnbench")
