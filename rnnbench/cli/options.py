"""Options that several commands share, written once."""

from __future__ import annotations

import inspect
import os
import sys
from collections.abc import Callable, Mapping
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, get_type_hints

import typer

from rnnbench.core.errors import RnnbenchError
from rnnbench.experiment.files import SettingValues, named_data

Task = Annotated[
    str, typer.Argument(help="A task or a study by name (see: rnnbench tasks), or the path of a study's file.")
]
Models = Annotated[list[str] | None, typer.Option("--model", "-m", help="An encoder, or a file with one. Repeatable.")]
OneModel = Annotated[str, typer.Option("--model", "-m", help="An encoder, or a file with one.")]
Sets = Annotated[list[str] | None, typer.Option("--set", help="section.setting=value. Repeatable.")]
Search = Annotated[
    list[str] | None,
    typer.Option(
        "--search",
        help="What is searched: basics, optimization, regularization, architecture, all, or a setting by name. "
        "Repeatable, or with commas.",
    ),
]
Seeds = Annotated[int | None, typer.Option("--seeds", min=1, help="Fresh seeds of the confirmation, in all.")]
Workers = Annotated[int | None, typer.Option("--workers", min=1, help="Processes; one per core by default.")]
Match = Annotated[
    str | None,
    typer.Option("--match-parameters", metavar="N", help="Solve every encoder's width for N parameters, such as 300k."),
]
Reselect = Annotated[
    int | None,
    typer.Option("--reselect", metavar="K", min=0, help="Train the best K of each on two more seeds before choosing."),
]
Refit = Annotated[
    bool, typer.Option("--refit", help="Confirm on training and validation together, for the length that was chosen.")
]
Quick = Annotated[bool, typer.Option("--quick", help="A small budget: two minutes instead of ten or more.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
Sweep = Annotated[str | None, typer.Option("--sweep", help="A sweep by run id or name; the newest by default.")]
StoredData = Annotated[str | None, typer.Option("--data", help="The data set, where the task has runs on several.")]
Run = Annotated[str, typer.Argument(help="A run id, its first 6 digits, a run's name, or best.")]
Folder = Annotated[Path | None, typer.Option("--output", "-o", help="A folder.")]
Reach = Annotated[
    float | None,
    typer.Option("--reach", help="Seconds to this validation score, a share as 0.75; the best baseline's without."),
]
Metric = Annotated[
    str | None, typer.Option("--metric", help="Judge by another metric that was logged, as published numbers do.")
]
Force = Annotated[bool, typer.Option("--force", help="Compare unlike runs all the same; a footnote says so.")]


def searched(search: list[str] | None) -> SettingValues:
    """The setting that `--search` stands for: it replaces what the experiment file names; its ranges stay."""
    names = [name.strip() for item in search or () for name in item.split(",") if name.strip()]
    return {"search.settings": ([*dict.fromkeys(names)] or [""], "--search")} if search else {}


def fairness(match_parameters: str | None, reselect: int | None, refit: bool) -> SettingValues:
    """The settings that `--match-parameters`, `--reselect` and `--refit` stand for."""
    found: SettingValues = (
        {"budget.match_parameters": (match_parameters, "--match-parameters")} if match_parameters else {}
    )
    found |= {} if reselect is None else {"search.reselect": (reselect, "--reselect")}
    return found | ({"search.refit": (True, "--refit")} if refit else {})


def tell_errors(command: Callable[..., Any]) -> Callable[..., Any]:
    """Prints the errors a person can mend without a traceback, and exits with 2."""

    @wraps(command)
    def told(*words: Any, **named: Any) -> Any:
        try:
            _check_encoding(named)
            return command(*words, **named)
        except RnnbenchError as error:
            typer.echo(f"rnnbench: {error}", err=True)
            raise typer.Exit(2) from None
        except KeyboardInterrupt:
            typer.echo("rnnbench: stopped", err=True)
            raise typer.Exit(130) from None
        except BrokenPipeError:
            # the reader has seen enough (`| head`): nothing is wrong
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(0) from None

    return told


def _check_encoding(named: Mapping[str, Any]) -> None:
    """Raises: RnnbenchError where a typed text is not UTF-8: neither the store nor a table could hold it."""
    for value in named.values():
        for text in map(str, value if isinstance(value, list) else [value]):
            if any("\ud800" <= character <= "\udfff" for character in text):
                raise RnnbenchError(f"{text!r} is not valid UTF-8: rename the file, or type it in a UTF-8 terminal")


def _data_options(
    data: Annotated[str | None, typer.Option(help="A data set's name (rnnbench data) or a file of your own.")] = None,
    data_dir: Annotated[str | None, typer.Option(help="Where research data sets lie.")] = None,
    text_column: Annotated[str | None, typer.Option(help="The column with the texts.")] = None,
    label_column: Annotated[str | None, typer.Option(help="The column with the classes.")] = None,
    target: Annotated[str | None, typer.Option(help="The column to forecast, or several with commas.")] = None,
    time_column: Annotated[str | None, typer.Option(help="The column with the times.")] = None,
    covariates: Annotated[str | None, typer.Option(help="Further columns to look at, with commas.")] = None,
    frequency: Annotated[str | None, typer.Option(help="The step between rows, such as 1h or 1D.")] = None,
    fill: Annotated[str | None, typer.Option(help="Fill gaps: interpolate or forward.")] = None,
) -> SettingValues:
    """The data options as settings."""
    plain = {
        "folder": (data_dir, "--data-dir"),
        "text_column": (text_column, "--text-column"),
        "label_column": (label_column, "--label-column"),
        "target": (target.split(",") if target else None, "--target"),
        "time_column": (time_column, "--time-column"),
        "covariates": (covariates.split(",") if covariates else None, "--covariates"),
        "frequency": (frequency, "--frequency"),
        "fill": (fill, "--fill"),
    }
    found = {f"data.{name}": given for name, given in plain.items() if given[0] is not None}
    return {**named_data(data), **found}


def with_data_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Gives a command every data option; it receives them together as `options`."""
    shared = inspect.signature(_data_options).parameters
    hints = get_type_hints(_data_options, include_extras=True)
    own = inspect.signature(command)
    own_hints = get_type_hints(command, include_extras=True)
    kept = {name: value for name, value in own.parameters.items() if name not in ("options", *shared)}

    @wraps(command)
    def called(**named: Any) -> Any:
        options = _data_options(**{name: named.pop(name) for name in shared})
        return command(**named, options=options)

    def bare(parameter: inspect.Parameter, hint: Any) -> inspect.Parameter:
        return parameter.replace(annotation=hint, kind=inspect.Parameter.KEYWORD_ONLY)

    parameters = [bare(value, own_hints[name]) for name, value in kept.items()]
    parameters += [bare(value, hints[name]) for name, value in shared.items()]
    called.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    called.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return called
