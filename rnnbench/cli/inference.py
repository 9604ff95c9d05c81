"""What trained models generate, predict and forecast, printed."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.table import Table

from rnnbench.cli.console import notes, out
from rnnbench.cli.description import print_lines
from rnnbench.core.errors import RnnbenchError
from rnnbench.core.paths import expanded
from rnnbench.core.text import nfc, rounded, shown

if TYPE_CHECKING:
    from rnnbench.tasks.inference import ForecastTable, Inference, Prediction


def load_model(run: str, capability: type[Inference], data: str | None) -> Any:
    """The trained model of a run, which is named on the standard error."""
    from rnnbench.runs.load import load

    with notes.status("loading"):
        model = load(run, data=data, capability=capability)
    record = model.record
    notes.print(f"{record.name} on {record.data}, run {record.run_id[:8]}", style="dim")
    return model


def print_generated_text(
    run: str, data: str | None, prompt: str, length: int, sampling: dict[str, Any], *, as_json: bool
) -> None:
    """Write the prompt and its continuation, character by character."""
    from rnnbench.tasks.inference import CanGenerate

    model: CanGenerate = load_model(run, CanGenerate, data)
    pieces = model.stream(prompt, length, **sampling)
    if as_json:
        out.print_json(json.dumps({"run_id": model.run_id, "prompt": prompt, "text": "".join(pieces), **sampling}))
        return
    # a terminal obeys control characters, and a model may generate some; a file gets the text as it is
    as_printed = shown if sys.stdout.isatty() else str
    sys.stdout.write(as_printed(prompt))
    for piece in pieces:
        sys.stdout.write(as_printed(piece))
        sys.stdout.flush()
    sys.stdout.write("\n")


def print_predictions(
    run: str,
    data: str | None,
    texts: list[str],
    file: Path | None,
    options: Mapping[str, str | bool],
    *,
    as_json: bool,
) -> None:
    """Print the answer for each text; of a classifier, the probability of every class.

    options: the settings of how the file is read that are typed.
    """
    from rnnbench.tasks.inference import CanPredict

    check_reading_options(options, file)
    if not texts and file is None:
        raise RnnbenchError('no text to classify: type --text "..." or --file FILE')
    model: CanPredict = load_model(run, CanPredict, data)
    texts = [*map(nfc, texts)]
    understood: dict[str, list[str]] = {}
    warnings: tuple[str, ...] = ()
    if file is not None:
        from rnnbench.data.description import by_label

        of_file, lines, warnings = texts_of_file(expanded(file), options, model.text_column)
        print_lines(lines, warnings, notes)
        texts += of_file
        understood = by_label(lines)
    predictions = model.predictions(texts)
    warning = model.warning(texts)
    if as_json:
        rows = [_prediction(text, prediction) for text, prediction in zip(texts, predictions, strict=True)]
        all_warnings = [*warnings, *([warning] if warning else [])]
        plain = {"run_id": model.run_id, "predictions": rows, "understood": understood, "warnings": all_warnings}
        out.print_json(json.dumps(plain))
        return
    classes = [*predictions[0].probabilities]
    table = Table(box=None, pad_edge=False)
    table.add_column("class" if classes else "answer", style="bold")
    for name in classes:
        table.add_column(name, justify="right")
    table.add_column("text", overflow="ellipsis", no_wrap=True)
    for text, prediction in zip(texts, predictions, strict=True):
        shares = [f"{prediction.probabilities[name]:.3f}" for name in classes]
        table.add_row(_on_one_line(prediction.answer), *shares, _on_one_line(text))
    out.print(table)
    if warning:
        notes.print(warning)


def check_reading_options(options: Mapping[str, str | bool], file: Path | None) -> None:
    """Raises: RnnbenchError for options of how a file is read, without a file."""
    if options and file is None:
        raise RnnbenchError(f"--{next(iter(options)).replace('_', '-')} describes a file: add --file FILE")


def texts_of_file(
    file: Path, options: Mapping[str, str | bool], trained_on: str, *, keep_empty: bool = False
) -> tuple[list[str], list[tuple[str, str]], tuple[str, ...]]:
    """The texts of a file, from the column that was typed, else that of training; how it was read, and warnings."""
    from rnnbench.data.readers.unlabelled import read_texts
    from rnnbench.data.settings import DataSettings

    read = read_texts(file, DataSettings.model_validate(dict(options)), trained_on, keep_empty=keep_empty)
    is_other = trained_on and "text_column" not in options and read.is_column and repr(trained_on) not in read.origin
    reason = f", for it has no column {trained_on!r}, which the run was trained on" if is_other else ""
    sentence = f"{len(read.texts):,} text{'' if len(read.texts) == 1 else 's'} from {read.origin}{reason}"
    return read.texts, [*read.understood, ("texts", sentence)], read.warnings


def _prediction(text: str, prediction: Prediction) -> dict[str, Any]:
    """A prediction as plain data, the most probable class first."""
    if not prediction.probabilities:
        return {"text": text, "answer": prediction.answer}
    ordered = sorted(prediction.probabilities.items(), key=lambda pair: -pair[1])
    return {"text": text, "label": prediction.answer, "probabilities": dict(ordered)}


def _on_one_line(text: str) -> str:
    return " ".join(text.split())


def print_forecast(
    run: str, options: dict[str, tuple[Any, str]], horizon: int | None, plot: Path | None, *, as_json: bool
) -> None:
    """Print the forecast as a table with bands of past errors, and plot it where a file is named."""
    from rnnbench.tasks.inference import CanForecast

    settings = {name.removeprefix("data."): value for name, (value, _) in options.items()}
    series = settings.pop("path", None) or settings.get("name")
    names = (
        "target", "time_column", "covariates", "frequency", "fill", "decimal", "missing", "date_order", "time_format",
        "encoding", "header", "series_column", "series",
    )  # fmt: skip
    columns = {name: settings[name] for name in names if name in settings}
    if columns and series is None:
        typed = ", ".join(f"--{name.replace('_', '-')}" for name in columns)
        raise RnnbenchError(f"{typed} describes a file: add --data FILE")
    model: CanForecast = load_model(run, CanForecast, None)
    with notes.status("computing the forecast"):
        forecast = model.forecast(series, horizon, **columns)
        if plot is not None:
            forecast.plot(expanded(plot))
    if as_json:
        out.print_json(json.dumps({"run_id": model.run_id, **forecast.to_plain()}, ensure_ascii=False))
    else:
        print_lines(forecast.understood, forecast.warnings, notes)
        _print_table(forecast)
    if plot is not None:
        notes.print(f"wrote {plot}")


def _print_table(forecast: ForecastTable) -> None:
    table = Table(box=None, pad_edge=False)
    table.add_column("time")
    rows = forecast.to_plain()["forecast"]
    for column in [name for name in rows[0] if name != "time"]:
        table.add_column(column, justify="right")
    uncertainties = {
        f"{target}{end}": _uncertainty(rows, target) for target in forecast.targets for end in ("", "/low", "/high")
    }
    for row in rows:
        table.add_row(
            row["time"], *(rounded(value, uncertainties[name]) for name, value in row.items() if name != "time")
        )
    out.print(f"{forecast.name}, {', '.join(forecast.targets)} [{forecast.unit}]", style="bold")
    out.print(table)
    for note in forecast.notes:
        out.print(note, style="dim")


def _uncertainty(rows: Sequence[Mapping[str, Any]], target: str) -> float:
    """A tenth of half the width of the narrowest band of a target, or of the spread of its values without a band."""
    widths = [row[f"{target}/high"] - row[f"{target}/low"] for row in rows if f"{target}/high" in row]
    values = [row[target] for row in rows]
    narrow = sorted(width / 2 for width in widths if width > 0)
    # a single step whose errors happened to be tiny must not give every value its digits
    return (max(narrow[0], narrow[len(narrow) // 2] / 100) if narrow else max(values) - min(values)) / 10
