"""A summary over experiments as tables: overall, skill in each experiment, and win rates."""

from __future__ import annotations

from dataclasses import replace

from rnnbench.comparison.across.base import Across, Experiment, Standing
from rnnbench.comparison.across.notes import verdict
from rnnbench.comparison.model import Interval
from rnnbench.core.text import MISSING, one_line, signed
from rnnbench.reports.tables.model import Column, Document, Table


def across_document(table: Across) -> Document:
    """The summary with its verdict, footnotes and runs."""
    return Document(
        title=f"{len(table.encoders)} encoders over {table.data_sets} data sets",
        verdict=verdict(table),
        tables=(_overall(table), _skills(table), _wins(table)),
        about="",
        footnotes=table.footnotes,
        runs=tuple(_runs(table)),
    )


def _overall(table: Across) -> Table:
    count = len(table.experiments)
    return Table.of_text(
        f"Over all {count} experiments [95 % interval]",
        ("encoder", "average rank", "interquartile mean skill", "win rate %", "beats baseline"),
        [
            (
                one_line(one.encoder),
                f"{one.average_rank:.2f}",
                f"{signed(one.iqm)}{_ends(one.iqm_interval)}",
                _share(one.win_rate, one.win_interval),
                f"{one.experiments_beating_baseline} of {count}",
            )
            for one in table.standings
        ],
    )


def _skills(table: Across) -> Table:
    made = Table.of_text(
        "Skill against the best baseline of each experiment (place)",
        ("experiment", *map(one_line, table.encoders), "best baseline", "seeds"),
        [
            (
                one_line(one.label),
                *(_entry(table, one, encoder) for encoder in table.encoders),
                f"{one_line(one.baseline)}, {one.metric.label} {one.metric.text_with_unit(one.baseline_test)}",
                f"{len(one.seeds)}",
            )
            for one in table.experiments
        ],
    )
    baseline = Column("baseline", "best baseline", is_numeric=False, in_print=False)
    return replace(made, columns=(*made.columns[:-2], baseline, made.columns[-1]))


def _entry(table: Across, experiment: Experiment, encoder: str) -> str:
    entry = table.entry(experiment, encoder)
    return f"{signed(entry.skill)} ({entry.rank:g})"


def _wins(table: Across) -> Table:
    return Table.of_text(
        "Win rate of the row against the column, % [95 % interval]",
        ("encoder", *(f"against {one_line(encoder)}" for encoder in table.encoders)),
        [(one_line(one.encoder), *_wins_of(one, table.encoders)) for one in table.standings],
    )


def _wins_of(standing: Standing, encoders: tuple[str, ...]) -> list[str]:
    against = {one.encoder: one for one in standing.against}
    return [
        _share(against[encoder].win_rate, against[encoder].interval) if encoder in against else MISSING
        for encoder in encoders
    ]


def _share(share: float, interval: Interval) -> str:
    return f"{100 * share:.0f} [{100 * interval.low:.0f}, {100 * interval.high:.0f}]"


def _ends(interval: Interval | None) -> str:
    return f" [{signed(interval.low)}, {signed(interval.high)}]" if interval else ""


def _runs(table: Across) -> list[tuple[str, tuple[str, ...]]]:
    """('sentiment on mr, gru', ids), ...: the runs that every number comes from."""
    listed = []
    for one in table.experiments:
        listed += [(one_line(f"{one.label}, {entry.encoder}"), entry.run_ids) for entry in one.entries]
        listed.append((one_line(f"{one.label}, {one.baseline}"), one.baseline_run_ids))
    return listed
