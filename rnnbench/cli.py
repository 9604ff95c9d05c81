"""The command line: parses, prints, exits. What it shows comes from elsewhere, imported only when a command runs."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Annotated

import typer

from rnnbench import options as given
from rnnbench.options import tell_errors, with_data_options

app = typer.Typer(
    help="Which sequence encoder to use on your data, how sure that answer is, and what it costs.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.command()
@tell_errors
def models(
    matrix: Annotated[bool, typer.Option("--matrix", help="What regularizes, and which encoder refuses it.")] = False,
    as_json: given.Json = False,
) -> None:
    """Lists the encoders, or which switches of training each of them works with."""
    from rnnbench.shown.lists import registered, switch_matrix

    if matrix:
        switch_matrix(as_json)
    else:
        registered("encoders", as_json)


@app.command()
@tell_errors
def tasks(as_json: given.Json = False) -> None:
    """Lists the tasks, and the studies of `experiments/`."""
    from rnnbench.shown.lists import registered

    registered("tasks", as_json)


@app.command()
@tell_errors
@with_data_options
def data(
    options: given.Options,
    name: Annotated[str | None, typer.Argument(help="A data set or a file; without it, all that are known.")] = None,
    task: Annotated[str | None, typer.Option("--task", help="What a file of your own is for.")] = None,
    as_json: given.Json = False,
) -> None:
    """Lists the data sets, or shows one in words: rows, classes, lengths, splits, examples."""
    from rnnbench.shown.lists import data_catalogue, data_description

    settings = {**options, **given.named_data(name)}
    if "data.name" in settings:
        data_description(settings, task, as_json)
    else:
        data_catalogue(settings, as_json)


@app.command()
@tell_errors
@with_data_options
def show(
    task: given.Task,
    options: given.Options,
    model: given.OneModel = "lstm",
    search: given.Search = None,
    sets: given.Sets = None,
    quick: given.Quick = False,
    as_json: given.Json = False,
) -> None:
    """Shows the resolved configuration, where each value came from, and what is searched."""
    from rnnbench.resolving import resolve
    from rnnbench.shown.lists import configuration

    options = options | given.searched(search)
    configuration(resolve(task, model, sets=sets or (), options=options, quick=quick), as_json)


@app.command()
@tell_errors
@with_data_options
def baselines(task: given.Task, options: given.Options, sets: given.Sets = None, as_json: given.Json = False) -> None:
    """Shows what there is to beat: trivial and classical methods on the same splits."""
    from rnnbench.experiment_files import models_of
    from rnnbench.resolving import resolve
    from rnnbench.shown.work import baseline_scores

    baseline_scores(resolve(task, models_of(task)[0], sets=sets or (), options=options), as_json)


@app.command()
@tell_errors
@with_data_options
def train(
    task: given.Task,
    options: given.Options,
    model: given.OneModel = "lstm",
    sets: given.Sets = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Decides weights, batch order and noise.")] = 0,
    quick: given.Quick = False,
    as_json: given.Json = False,
) -> None:
    """Trains one encoder once and records the run; the test split stays sealed."""
    from rnnbench.resolving import resolve
    from rnnbench.shown.work import training

    training(resolve(task, model, sets=sets or (), options=options, quick=quick, seed=seed), as_json)


@app.command()
@tell_errors
@with_data_options
def sweep(
    task: given.Task,
    options: given.Options,
    model: given.Models = None,
    search: given.Search = None,
    trials: Annotated[int | None, typer.Option("--trials", min=1, help="Per encoder, in all.")] = None,
    seeds: given.Seeds = None,
    workers: given.Workers = None,
    timeout: Annotated[float | None, typer.Option("--timeout", min=1, help="Seconds for the search.")] = None,
    match_parameters: given.Match = None,
    reselect: given.Reselect = None,
    refit: given.Refit = False,
    sets: given.Sets = None,
    quick: given.Quick = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="Begin anew instead of going on.")] = False,
    as_json: given.Json = False,
) -> None:
    """Searches every encoder under one budget, confirms on fresh seeds, prints and exports the table.

    The same command again goes on where the last one stopped.
    """
    from rnnbench.shown.work import run_sweep
    from rnnbench.sweeps import SweepOptions

    wanted = SweepOptions(
        models=tuple(model or ()),
        sets=tuple(sets or ()),
        options=options | given.searched(search) | given.fairness(match_parameters, reselect, refit),
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
    task: given.Task,
    data: given.StoredData = None,
    sweep: given.Sweep = None,
    model: given.Models = None,
    seeds: given.Seeds = None,
    workers: given.Workers = None,
    as_json: given.Json = False,
) -> None:
    """Trains what the newest sweep chose on more fresh seeds, and opens the test split."""
    from rnnbench.shown.work import run_confirmation
    from rnnbench.sweeps import ConfirmOptions

    run_confirmation(task, ConfirmOptions(data, sweep, tuple(model or ()), seeds, workers), as_json)


@app.command()
@tell_errors
def compare(
    task: given.Task,
    data: given.StoredData = None,
    sweep: given.Sweep = None,
    format: Annotated[str, typer.Option("--format", "-f", help="table, csv, md, latex, html or json.")] = "table",
    output: Annotated[Path | None, typer.Option("--output", "-o", help="A file to write instead of printing.")] = None,
    reach: given.Reach = None,
    metric: given.Metric = None,
    force: given.Force = False,
) -> None:
    """Prints the comparison of the newest sweep, from the store alone."""
    from rnnbench.shown.tables import compared

    compared(task, data, sweep, format, output, reach=reach, metric=metric, force=force)


@app.command()
@tell_errors
def export(
    task: given.Task,
    data: given.StoredData = None,
    sweep: given.Sweep = None,
    output: given.Folder = None,
    reach: given.Reach = None,
    metric: given.Metric = None,
    force: given.Force = False,
) -> None:
    """Writes the comparison in every format, with its figures, into one folder."""
    from rnnbench.shown.tables import exported

    exported(task, data, sweep, output, reach=reach, metric=metric, force=force)


@app.command()
@tell_errors
def report(
    task: given.Task,
    data: given.StoredData = None,
    sweep: given.Sweep = None,
    output: given.Folder = None,
    reach: given.Reach = None,
    force: given.Force = False,
) -> None:
    """Writes one HTML page that tells all of the newest sweep, and the same as Markdown, from the store alone."""
    from rnnbench.shown.report import reported

    reported(task, data, sweep, output, reach=reach, force=force)


@app.command()
@tell_errors
def across(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[TASK|STUDY[:DATA]]...", help="Which; without it, every task on every data set."),
    ] = None,
    model: given.Models = None,
    format: Annotated[str, typer.Option("--format", "-f", help="table, csv, md, latex, html or json.")] = "table",
    output: Annotated[Path | None, typer.Option("--output", "-o", help="A file; with --export a folder.")] = None,
    export: Annotated[bool, typer.Option("--export", help="Write every format and the figures as well.")] = False,
    force: given.Force = False,
    as_json: given.Json = False,
) -> None:
    """Sums up the newest tables of several data sets: which encoder is best over all of them, and how sure that is."""
    from rnnbench.shown.across import summed_up

    summed_up(names or (), model or (), "json" if as_json else format, output, write_all=export, force=force)


@app.command()
@tell_errors
def importance(
    task: given.Task,
    data: given.StoredData = None,
    sweep: given.Sweep = None,
    model: given.Models = None,
    evaluator: Annotated[str, typer.Option("--evaluator", help="ped_anova, fanova or both.")] = "both",
    output: Annotated[Path | None, typer.Option("--output", "-o", help="A PNG to write the figure to.")] = None,
    as_json: given.Json = False,
) -> None:
    """Shows which settings mattered for which encoder, with intervals, from the newest sweep's trials."""
    from rnnbench.shown.importance import mattered

    mattered(task, data, sweep, model or [], evaluator, output, as_json=as_json)


@app.command()
@tell_errors
def expected(
    task: given.Task,
    data: given.StoredData = None,
    sweep: given.Sweep = None,
    model: given.Models = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="A PNG to write the figure to.")] = None,
    as_json: given.Json = False,
) -> None:
    """Shows the best validation score to expect of a random search of so many trials or seconds, and who is ahead."""
    from rnnbench.shown.expected import expected_of_search

    expected_of_search(task, data, sweep, model or [], output, as_json=as_json)


@app.command()
@tell_errors
def generate(
    run: given.Run = "best",
    prompt: Annotated[str, typer.Option("--prompt", "-p", help="The first characters of the text.")] = "",
    length: Annotated[int, typer.Option("--length", "-n", min=1, help="Characters to make.")] = 500,
    temperature: Annotated[float, typer.Option("--temperature", help="0: always the most probable.")] = 1.0,
    top_k: Annotated[int | None, typer.Option("--top-k", help="Draw among so many of the most probable.")] = None,
    top_p: Annotated[
        float | None, typer.Option("--top-p", help="Draw among the fewest that together have this probability.")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="The same seed gives the same text.")] = 0,
    data: given.StoredData = None,
    as_json: given.Json = False,
) -> None:
    """Writes a text that goes on from a prompt, as a trained run would."""
    from rnnbench.shown.using import generated

    how = {"temperature": temperature, "top_k": top_k, "top_p": top_p, "seed": seed}
    generated(run, data, prompt, length, how, as_json=as_json)


@app.command()
@tell_errors
def predict(
    run: given.Run = "best",
    text: Annotated[list[str] | None, typer.Option("--text", "-t", help="A text. Repeatable.")] = None,
    file: Annotated[
        Path | None, typer.Option("--file", "-f", help="A .txt with a text per line, or a CSV, TSV, JSONL or Parquet.")
    ] = None,
    text_column: Annotated[str | None, typer.Option("--text-column", help="The column with the texts.")] = None,
    data: given.StoredData = None,
    as_json: given.Json = False,
) -> None:
    """Answers for each text with a trained run: its class and the probability of every class, or a text."""
    from rnnbench.shown.using import predicted

    predicted(run, data, text or [], file, text_column, as_json=as_json)


@app.command()
@tell_errors
@with_data_options
def forecast(
    options: given.Options,
    run: given.Run = "best",
    horizon: Annotated[int | None, typer.Option("--horizon", min=1, help="Samples ahead.")] = None,
    plot: Annotated[Path | None, typer.Option("--plot", help="A picture to write: .png, .svg or .pdf.")] = None,
    as_json: given.Json = False,
) -> None:
    """Tells the next values of a series with a band of past errors, as a trained run would.

    Without --data it goes on from the end of the data set that the run was trained on.
    """
    from rnnbench.shown.using import forecasted

    forecasted(run, options, horizon, plot, as_json=as_json)


@app.command()
@tell_errors
def ui(
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="Where to serve.")] = 5000,
    host: Annotated[str, typer.Option("--host", help="Which address to serve on.")] = "127.0.0.1",
) -> None:
    """Serves the MLflow pages of the store and prints the addresses that show who wins."""
    from rnnbench.shown.pages import serve

    serve(host, port)


@app.command()
@tell_errors
def bench(
    names: Annotated[list[str] | None, typer.Argument(metavar="[NAME]...", help="Which; without it, all.")] = None,
    as_json: given.Json = False,
) -> None:
    """Times parts of the program against what they replace, in interleaved rounds."""
    from rnnbench.shown.benchmarks import benchmarks

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
    model: given.Models = None,
    pairs: Annotated[
        int | None, typer.Option("--pairs", min=1, help="How often an encoder meets itself; 12, quick 4.")
    ] = None,
    workers: given.Workers = None,
    quick: Annotated[bool, typer.Option("--quick", help="About one minute instead of two.")] = False,
    as_json: given.Json = False,
) -> None:
    """Checks this installation on made-up data: whether its answers can be believed. Exit code 1 where one fails."""
    from rnnbench.shown.selftests import selftest as tested

    if not tested(names or (), model or (), pairs=pairs, workers=workers, quick=quick, as_json=as_json):
        raise typer.Exit(1)


def main() -> None:
    """Runs the program. A scheduler's SIGTERM stops it as Ctrl-C does: in good order, with what is done kept."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    app(prog_name="rnnbench")
