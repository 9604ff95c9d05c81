"""The summary as tables of text, one place for every format that people look at."""

from __future__ import annotations

from dataclasses import dataclass

from rnnbench.comparison.across.base import Across, Experiment, Standing
from rnnbench.comparison.base import Interval
from rnnbench.comparison.cells import MISSING, one_line, signed


@dataclass(frozen=True)
class Sheet:
    """One table of text: the first column names the row, the others hold numbers."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def sheets(table: Across) -> tuple[Sheet, ...]:
    """Encoders over all experiments, their skill in each, and how often each beats each other."""
    return _overall(table), _skills(table), _wins(table)


def title(table: Across) -> str:
    """'4 encoders over 3 data sets'."""
    return f"{len(table.encoders)} encoders over {table.data_sets} data sets"


def _overall(table: Across) -> Sheet:
    count = len(table.experiments)
    return Sheet(
        f"Over all {count} experiments [95 % interval]",
        ("encoder", "average rank", "interquartile mean skill", "win rate %", "beats baseline"),
        tuple(
            (
                one_line(one.encoder),
                f"{one.average_rank:.2f}",
                f"{signed(one.iqm)}{_ends(one.iqm_interval, '{:+.3f}')}",
                _share(one.win_rate, one.win_interval),
                f"{one.experiments_beating_baseline} of {count}",
            )
            for one in table.standings
        ),
    )


def _skills(table: Across) -> Sheet:
    return Sheet(
        "Skill against the best baseline of each experiment (place)",
        ("experiment", *map(one_line, table.encoders), "best baseline", "seeds"),
        tuple(
            (
                one_line(one.label),
                *(_entry(table, one, encoder) for encoder in table.encoders),
                f"{one_line(one.baseline)}, {one.metric.label} {one.metric.text(one.baseline_test)}"
                + (f" {one.metric.unit}" if one.metric.unit else ""),
                f"{len(one.seeds)}",
            )
            for one in table.experiments
        ),
    )


def _entry(table: Across, experiment: Experiment, encoder: str) -> str:
    found = table.entry(experiment, encoder)
    return f"{signed(found.skill)} ({found.rank:g})"


def _wins(table: Across) -> Sheet:
    return Sheet(
        "Win rate of the row against the column, % [95 % interval]",
        ("encoder", *(f"against {one_line(encoder)}" for encoder in table.encoders)),
        tuple((one_line(one.encoder), *_wins_of(one, table.encoders)) for one in table.standings),
    )


def _wins_of(standing: Standing, encoders: tuple[str, ...]) -> list[str]:
    against = {one.encoder: one for one in standing.against}
    return [
        _share(against[encoder].win_rate, against[encoder].interval) if encoder in against else MISSING
        for encoder in encoders
    ]


def _share(share: float, interval: Interval) -> str:
    return f"{100 * share:.0f} [{100 * interval.low:.0f}, {100 * interval.high:.0f}]"


def _ends(interval: Interval | None, form: str) -> str:
    return f" [{form.format(interval.low + 0.0)}, {form.format(interval.high + 0.0)}]" if interval else ""
