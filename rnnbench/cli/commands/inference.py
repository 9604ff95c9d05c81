"""Commands that use a trained model."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rnnbench.cli.app import app
from rnnbench.cli.options import (
    LARGEST_SEED,
    Json,
    Run,
    SettingValues,
    StoredData,
    report_errors,
    with_data_options,
    with_trust_option,
)

Texts = Annotated[list[str] | None, typer.Option("--text", "-t", help="A text. Repeatable.")]
TextFile = Annotated[
    Path | None, typer.Option("--file", "-f", help="A .txt file with a text per line, or CSV, TSV, JSONL or Parquet.")
]
TextColumn = Annotated[str | None, typer.Option("--text-column", help="The column of texts.")]
Encoding = Annotated[str | None, typer.Option("--encoding", help="The encoding of the file, such as cp949.")]
Header = Annotated[
    bool | None, typer.Option("--header/--no-header", help="Whether the first line of the file names the columns.")
]


@app.command()
@report_errors
@with_trust_option
def generate(
    run: Run = "best",
    prompt: Annotated[str, typer.Option("--prompt", "-p", help="The first characters of the text.")] = "",
    length: Annotated[int, typer.Option("--length", "-n", min=1, help="Number of characters to generate.")] = 500,
    temperature: Annotated[
        float, typer.Option("--temperature", help="Sampling temperature; 0 takes the most probable.")
    ] = 1.0,
    top_k: Annotated[int | None, typer.Option("--top-k", help="Sample from the K most probable characters.")] = None,
    top_p: Annotated[
        float | None, typer.Option("--top-p", help="Sample from the fewest characters with this total probability.")
    ] = None,
    seed: Annotated[
        int, typer.Option("--seed", min=0, max=LARGEST_SEED, help="Random seed: the same seed gives the same text.")
    ] = 0,
    data: StoredData = None,
    as_json: Json = False,
) -> None:
    """Generate text that continues a prompt."""
    from rnnbench.cli.inference import print_generated_text

    sampling = {"temperature": temperature, "top_k": top_k, "top_p": top_p, "seed": seed}
    print_generated_text(run, data, prompt, length, sampling, as_json=as_json)


@app.command()
@report_errors
@with_trust_option
def predict(
    run: Run = "best",
    text: Texts = None,
    file: TextFile = None,
    text_column: TextColumn = None,
    encoding: Encoding = None,
    header: Header = None,
    data: StoredData = None,
    as_json: Json = False,
) -> None:
    """Classify texts with a trained model and print class probabilities."""
    from rnnbench.cli.inference import print_predictions

    options = {"text_column": text_column, "encoding": encoding, "header": header}
    typed = {name: value for name, value in options.items() if value is not None}
    print_predictions(run, data, text or [], file, typed, as_json=as_json)


@app.command()
@report_errors
@with_trust_option
def translate(
    run: Run = "best",
    text: Texts = None,
    file: TextFile = None,
    text_column: TextColumn = None,
    encoding: Encoding = None,
    header: Header = None,
    beam: Annotated[
        int, typer.Option("--beam", min=1, help="Hypotheses kept in the search; 1 takes the most probable token.")
    ] = 5,
    best: Annotated[
        int, typer.Option("--best", min=1, help="Translations per text, numbered, with their log probabilities.")
    ] = 1,
    attention: Annotated[
        Path | None,
        typer.Option("--attention", help="A .png, .svg or .pdf file for a picture of the first text's attention."),
    ] = None,
    data: StoredData = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print JSON; of the standard input, an object per line.")
    ] = False,
) -> None:
    """Translate texts with a trained model.

    Without --text and --file, each line of the standard input is translated as it comes.
    """
    from rnnbench.cli.translate import Search, print_translations

    reading = {"text_column": text_column, "encoding": encoding, "header": header}
    typed = {name: value for name, value in reading.items() if value is not None}
    print_translations(run, data, text or [], file, typed, Search(beam, best, attention), as_json=as_json)


@app.command()
@report_errors
@with_trust_option
def chat(
    run: Run = "best",
    temperature: Annotated[
        float, typer.Option("--temperature", help="Sampling temperature; 0 takes the most probable.")
    ] = 0.8,
    top_p: Annotated[
        float, typer.Option("--top-p", help="Sample from the fewest tokens with this total probability.")
    ] = 0.9,
    top_k: Annotated[int | None, typer.Option("--top-k", help="Sample from the K most probable tokens.")] = None,
    beam: Annotated[
        int | None, typer.Option("--beam", min=1, help="Reply by beam search with N hypotheses in place of sampling.")
    ] = None,
    seed: Annotated[
        int,
        typer.Option("--seed", min=0, max=LARGEST_SEED, help="Random seed: the same seed and turns, the same replies."),
    ] = 0,
    data: StoredData = None,
) -> None:
    """Talk with a model that was trained on a dialogue.

    In a pipe, each line of the standard input is a turn, and each reply is one line.
    """
    from rnnbench.cli.chat import chat_with
    from rnnbench.cli.conversation import Decoding

    chat_with(run, data, Decoding(temperature, top_k, top_p, beam, seed))


@app.command()
@report_errors
@with_trust_option
@with_data_options
def forecast(
    options: SettingValues,
    run: Run = "best",
    horizon: Annotated[int | None, typer.Option("--horizon", min=1, help="Number of time steps to forecast.")] = None,
    plot: Annotated[Path | None, typer.Option("--plot", help="A .png, .svg or .pdf file to write a plot to.")] = None,
    as_json: Json = False,
) -> None:
    """Forecast the next values of a series, with bands from past errors.

    Without --data, the forecast starts at the end of the data set that the run was trained on.
    """
    from rnnbench.cli.inference import print_forecast

    print_forecast(run, options, horizon, plot, as_json=as_json)
