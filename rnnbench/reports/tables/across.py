"""A summary over experiments as tables: overall, skill by experiment, win rates."""

from __future__ import annotations

from dataclasses import replace

from rnnbench.comparison.across.base import Across, Standing
from rnnbench.comparison.across.notes import verdict
from rnnbench.comparison.model import Interval
from rnnbench.core.text import MISSING, one_line, signed
from rnnbench.reports.tables.model import Column, Document, Table


def across_document(summary: Across) -> Document:
    """The summary with its verdict, footnotes and runs."""
    return Document(
        title=f"{len(summary.encoders)} encoders over {summary.data_sets} data sets",
        verdict=verdict(summary),
        tables=(_overall(summary), _skills(summary), _wins(summary)),
        about="",
        footnotes=summary.footnotes,
        runs=tuple(_runs(summary)),
    )


def _overall(summary: Across) -> Table:
    count = len(summary.experiments)
    headers = ("encoder", "average rank", "interquartile mean skill", "win rate %", "beats baseline")
    rows = [
        (
            one_line(standing.encoder),
            f"{standing.average_rank:.2f}",
            f"{signed(standing.iqm)}{_ends(standing.iqm_interval)}",
            _percent(standing.win_rate, standing.win_interval),
            f"{standing.experiments_beating_baseline} of {count}",
        )
        for standing in summary.standings
    ]
    return Table.of_text(f"Over all {count} experiments [95 % interval]", headers, rows)


def _skills(summary: Across) -> Table:
    rows = []
    for experiment in summary.experiments:
        entries = [summary.entry(experiment, encoder) for encoder in summary.encoders]
        score = f"{experiment.metric.label} {experiment.metric.text_with_unit(experiment.baseline_test)}"
        skills = [f"{signed(entry.skill)} ({entry.rank:g})" for entry in entries]
        baseline = f"{one_line(experiment.baseline)}, {score}"
        rows.append((one_line(experiment.label), *skills, baseline, f"{len(experiment.seeds)}"))
    headers = ("experiment", *map(one_line, summary.encoders), "best baseline", "seeds")
    table = Table.of_text("Skill against the best baseline of each experiment (rank)", headers, rows)
    baseline_column = Column("baseline", "best baseline", is_numeric=False, in_print=False)
    return replace(table, columns=(*table.columns[:-2], baseline_column, table.columns[-1]))


def _wins(summary: Across) -> Table:
    headers = ("encoder", *(f"against {one_line(encoder)}" for encoder in summary.encoders))
    rows = [(one_line(standing.encoder), *_win_rates(standing, summary.encoders)) for standing in summary.standings]
    return Table.of_text("Win rate of the row against the column, % [95 % interval]", headers, rows)


def _win_rates(standing: Standing, encoders: tuple[str, ...]) -> list[str]:
    pairs = {pair.encoder: pair for pair in standing.against}
    return [_percent(pairs[name].win_rate, pairs[name].interval) if name in pairs else MISSING for name in encoders]


def _percent(share: float, interval: Interval | None) -> str:
    ends = f"{100 * interval.low:.0f}, {100 * interval.high:.0f}" if interval else MISSING
    return f"{100 * share:.0f} [{ends}]"


def _ends(interval: Interval | None) -> str:
    return f" [{signed(interval.low)}, {signed(interval.high)}]" if interval else ""


def _runs(summary: Across) -> list[tuple[str, tuple[str, ...]]]:
    """('sentiment on mr, gru', ids), ...: the runs of every number."""
    listed = []
    for experiment in summary.experiments:
        listed += [(one_line(f"{experiment.label}, {entry.encoder}"), entry.run_ids) for entry in experiment.entries]
        listed.append((one_line(f"{experiment.label}, {experiment.baseline}"), experiment.baseline_run_ids))
    return listed
