"""The commands that use a trained model."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rnnbench.cli.app import app
from rnnbench.cli.options import (
    Json,
    Run,
    SettingValues,
    StoredData,
    tell_errors,
    with_data_options,
)


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
    """Classify texts with a trained model and print class probabilities, or the text it answers."""
    from rnnbench.cli.inference import predicted

    predicted(run, data, text or [], file, text_column, as_json=as_json)


@app.command()
@tell_errors
@with_data_options
def forecast(
    options: SettingValues,
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
