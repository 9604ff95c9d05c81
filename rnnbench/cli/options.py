"""Options that several commands share."""

from __future__ import annotations

import inspect
import os
import sys
from collections.abc import Callable, Mapping
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, get_type_hints

import typer

from rnnbench.core import registry
from rnnbench.core.errors import RnnbenchError
from rnnbench.core.paths import expanded
from rnnbench.core.text import shown
from rnnbench.core.trust import confirming
from rnnbench.experiment.files import SettingValues, named_data
from rnnbench.storage.location import store_error_of


def _trust_named(names: Any) -> Any:
    """Trust the files of encoders that are typed; those that a store or an experiment file names are not."""
    registry.trust_named([names] if isinstance(names, str) else names or ())
    return names


Task = Annotated[
    str, typer.Argument(help="A task or a study by name (see: rnnbench tasks), or the path of a study file.")
]
Models = Annotated[
    list[str] | None,
    typer.Option(
        "--model", "-m", callback=_trust_named, help="An encoder's name, or the path of its file. Repeatable."
    ),
]
OneModel = Annotated[
    str, typer.Option("--model", "-m", callback=_trust_named, help="An encoder's name, or the path of its file.")
]
TrustCode = Annotated[
    bool, typer.Option("--trust-code", help="Import Python files that the store or an experiment file names.")
]
Sets = Annotated[list[str] | None, typer.Option("--set", help="section.setting=value. Repeatable.")]
Search = Annotated[
    list[str] | None,
    typer.Option(
        "--search",
        help="The settings to search: basics, optimization, regularization, architecture, all, or settings by name. "
        "Repeatable, or separated by commas.",
    ),
]
LARGEST_SEED = 2**63 - 1
"""torch takes seeds of 64 bits."""
Seeds = Annotated[int | None, typer.Option("--seeds", min=1, help="Total number of confirmation seeds.")]
Workers = Annotated[int | None, typer.Option("--workers", min=1, help="Worker processes; one per core by default.")]
Match = Annotated[
    str | None,
    typer.Option("--match-parameters", metavar="N", help="Give every encoder the width with N parameters, as in 300k."),
]
Reselect = Annotated[
    int | None,
    typer.Option(
        "--reselect", metavar="K", min=0, help="Train each encoder's best K trials on two more seeds before choosing."
    ),
]
Refit = Annotated[
    bool, typer.Option("--refit", help="Confirm on training and validation data, for the chosen number of updates.")
]
Quick = Annotated[
    bool, typer.Option("--quick", help="Use the experiment file's small budget: minutes, not for conclusions.")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Sweep = Annotated[str | None, typer.Option("--sweep", help="A sweep's run id or name; the newest by default.")]
StoredData = Annotated[str | None, typer.Option("--data", help="The data set, if the task has runs on several.")]
Run = Annotated[str, typer.Argument(help="A run id, its first 6 digits, a run's name, or best.")]
AnyRun = Annotated[str, typer.Argument(metavar="RUN", help="A run id, its first 6 digits, or a run's name.")]
Folder = Annotated[Path | None, typer.Option("--output", "-o", help="The folder to write to.")]
Figure = Annotated[Path | None, typer.Option("--output", "-o", help="The PNG file to write the figure to.")]
Format = Annotated[str, typer.Option("--format", "-f", help="table, csv, md, latex, html or json.")]
Reach = Annotated[
    float | None,
    typer.Option(
        "--reach", help="Report seconds to this validation score, such as 0.75; by default the best baseline's."
    ),
]
Metric = Annotated[str | None, typer.Option("--metric", help="Compare by another logged metric.")]
Force = Annotated[bool, typer.Option("--force", help="Compare runs that are not comparable, with a footnote.")]


def searched(search: list[str] | None) -> SettingValues:
    """The setting of `--search`: it replaces the experiment file's list of settings, and keeps its ranges."""
    names = [name.strip() for item in search or () for name in item.split(",") if name.strip()]
    return {"search.settings": ([*dict.fromkeys(names)] or [""], "--search")} if search else {}


def fairness(match_parameters: str | None, reselect: int | None, refit: bool) -> SettingValues:
    """The settings of `--match-parameters`, `--reselect` and `--refit`."""
    values = {
        "budget.match_parameters": (match_parameters or None, "--match-parameters"),
        "search.reselect": (reselect, "--reselect"),
        "search.refit": (refit or None, "--refit"),
    }
    return {name: value for name, value in values.items() if value[0] is not None}


def report_errors(command: Callable[..., Any]) -> Callable[..., Any]:
    """Print an RnnbenchError without a traceback and exit with 2."""

    @wraps(command)
    def wrapped(*arguments: Any, **options: Any) -> Any:
        try:
            _check_encoding(options)
            return command(*arguments, **options)
        except RnnbenchError as error:
            typer.echo(shown(f"rnnbench: {error}"), err=True)
            raise typer.Exit(2) from None
        except UnicodeEncodeError as error:
            if error.encoding.startswith("utf"):  # every letter can be printed: the fault is the program's
                raise
            letter = error.object[error.start].encode("unicode_escape").decode()
            reason = f"the encoding of the output ({error.encoding}) has no '{letter}'"
            typer.echo(f"rnnbench: {reason}: set PYTHONIOENCODING=utf-8", err=True)
            raise typer.Exit(2) from None
        except KeyboardInterrupt:
            typer.echo("rnnbench: stopped", err=True)
            raise typer.Exit(130) from None
        except BrokenPipeError:
            # the reader closed the pipe (`| head`): not an error
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(0) from None
        except OSError as error:
            refused = store_error_of(error)
            if refused is None and not isinstance(error, PermissionError):
                raise
            said = str(refused or f"{error.filename} cannot be read or written: {error.strerror}")
            typer.echo(shown(f"rnnbench: {said}"), err=True)
            raise typer.Exit(2) from None

    return wrapped


def _check_encoding(options: Mapping[str, Any]) -> None:
    """Raises: RnnbenchError for a text that is not UTF-8, which neither the store nor a table can hold."""
    for value in options.values():
        for text in map(str, value if isinstance(value, list) else [value]):
            if any("\ud800" <= character <= "\udfff" for character in text):
                raise RnnbenchError(f"{text!r} is not valid UTF-8: rename the file, or type it in a UTF-8 terminal")


def _data_options(
    data: Annotated[str | None, typer.Option(help="A data set's name (see: rnnbench data) or a file.")] = None,
    data_dir: Annotated[str | None, typer.Option(help="The folder of the research data sets.")] = None,
    text_column: Annotated[
        str | None,
        typer.Option(
            help="The column of texts; of pairs of texts, that of the sources; of a dialogue, that of the turns."
        ),
    ] = None,
    label_column: Annotated[str | None, typer.Option(help="The column of classes.")] = None,
    target: Annotated[
        str | None,
        typer.Option(
            help="The column to forecast, or several separated by commas; of pairs of texts, that of the targets."
        ),
    ] = None,
    time_column: Annotated[str | None, typer.Option(help="The column of times.")] = None,
    covariates: Annotated[str | None, typer.Option(help="Further input columns, separated by commas.")] = None,
    frequency: Annotated[str | None, typer.Option(help="The time between rows, such as 1h or 1D.")] = None,
    fill: Annotated[str | None, typer.Option(help="How to fill missing rows: interpolate or forward.")] = None,
    series_column: Annotated[str | None, typer.Option(help="The column that names the series of each row.")] = None,
    series: Annotated[str | None, typer.Option(help="The series to use, where a file has several.")] = None,
    day_first: Annotated[
        bool, typer.Option("--day-first", help="Dates are written day first: 03/04 is 3 April.")
    ] = False,
    month_first: Annotated[
        bool, typer.Option("--month-first", help="Dates are written month first: 03/04 is 4 March.")
    ] = False,
    time_format: Annotated[str | None, typer.Option(help="The format of the times, such as '%d.%m.%y %H:%M'.")] = None,
    decimal: Annotated[str | None, typer.Option(help="The decimal mark of numbers: point or comma.")] = None,
    missing: Annotated[
        list[str] | None, typer.Option(help="A cell that means no value, such as -9999. Repeatable.")
    ] = None,
    encoding: Annotated[str | None, typer.Option(help="The encoding of the file, such as cp949.")] = None,
    header: Annotated[
        bool | None, typer.Option("--header/--no-header", help="Whether the first line of the file names the columns.")
    ] = None,
    validation_data: Annotated[str | None, typer.Option(help="A file with the validation split.")] = None,
    test_data: Annotated[str | None, typer.Option(help="A file with the test split.")] = None,
    target_data: Annotated[
        str | None, typer.Option(help="Of pairs of texts in two plain files: the file with the target of each line.")
    ] = None,
    split_column: Annotated[
        str | None, typer.Option(help="The column that names each row's split: train, validation or test.")
    ] = None,
    group_column: Annotated[
        str | None,
        typer.Option(help="The column of groups, such as users or conversations: no group is in two splits."),
    ] = None,
    test_from: Annotated[str | None, typer.Option(help="The date at which the test split begins.")] = None,
) -> SettingValues:
    """The data options as settings."""
    if day_first and month_first:
        raise RnnbenchError("--day-first and --month-first exclude each other: type one of them")
    date_order = "day_first" if day_first else "month_first" if month_first else None
    values = {
        "folder": (data_dir, "--data-dir"),
        "text_column": (text_column, "--text-column"),
        "label_column": (label_column, "--label-column"),
        "target": (target.split(",") if target else None, "--target"),
        "time_column": (time_column, "--time-column"),
        "covariates": (covariates.split(",") if covariates else None, "--covariates"),
        "frequency": (frequency, "--frequency"),
        "fill": (fill, "--fill"),
        "series_column": (series_column, "--series-column"),
        "series": (series, "--series"),
        "date_order": (date_order, "--day-first" if day_first else "--month-first"),
        "time_format": (time_format, "--time-format"),
        "decimal": (decimal, "--decimal"),
        "missing": (missing or None, "--missing"),
        "encoding": (encoding, "--encoding"),
        "header": (header, "--no-header" if header is False else "--header"),
        "validation_data": (_absolute(validation_data), "--validation-data"),
        "test_data": (_absolute(test_data), "--test-data"),
        "target_data": (_absolute(target_data), "--target-data"),
        "split_column": (split_column, "--split-column"),
        "group_column": (group_column, "--group-column"),
        "test_from": (test_from, "--test-from"),
    }
    typed = {f"data.{name}": value for name, value in values.items() if value[0] is not None}
    return {**named_data(data), **typed}


def _absolute(path: str | None) -> str | None:
    return None if path is None else os.path.abspath(expanded(path))


def with_data_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add every data option to a command, which receives them together as `options`."""
    shared = inspect.signature(_data_options).parameters
    hints = get_type_hints(_data_options, include_extras=True) | get_type_hints(command, include_extras=True)
    parameters = {
        name: parameter.replace(annotation=hints[name], kind=inspect.Parameter.KEYWORD_ONLY)
        for name, parameter in {**inspect.signature(command).parameters, **shared}.items()
        if name != "options"
    }

    @wraps(command)
    def wrapped(**options: Any) -> Any:
        data_options = _data_options(**{name: options.pop(name) for name in shared})
        return command(**options, options=data_options)

    wrapped.__signature__ = inspect.Signature([*parameters.values()])  # type: ignore[attr-defined]
    wrapped.__annotations__ = {name: parameter.annotation for name, parameter in parameters.items()}
    return wrapped


def with_trust_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--trust-code` to a command that may import a Python file which the user has not typed."""
    signature = inspect.signature(command)
    added = inspect.Parameter("trust_code", inspect.Parameter.KEYWORD_ONLY, default=False, annotation=TrustCode)
    hints = get_type_hints(command, include_extras=True) | {"trust_code": TrustCode}
    parameters = {
        name: parameter.replace(annotation=hints[name], kind=inspect.Parameter.KEYWORD_ONLY)
        for name, parameter in {**signature.parameters, "trust_code": added}.items()
    }

    @wraps(command)
    def wrapped(**options: Any) -> Any:
        with confirming(options.pop("trust_code")):
            return command(**options)

    wrapped.__signature__ = inspect.Signature([*parameters.values()])  # type: ignore[attr-defined]
    wrapped.__annotations__ = {name: parameter.annotation for name, parameter in parameters.items()}
    return wrapped
