"""The footnotes of a table, the most serious first."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from rnnbench.comparison.eligibility import fixed_settings
from rnnbench.comparison.model import ALPHA, Comparison, Note, Row
from rnnbench.comparison.notes.inputs import cut_notes, hardware_notes, leakage_notes
from rnnbench.comparison.notes.uncertainty import bold_notes, interval_notes, probability_note, too_little_notes
from rnnbench.comparison.optimism import reselection_note
from rnnbench.comparison.pareto import front_note
from rnnbench.comparison.rows import FAILED, OTHER_METRICS
from rnnbench.comparison.search_spaces import (
    few_random_note,
    is_variant,
    most_frequent,
    searched_note,
    searched_of,
    setting_order,
    short_names,
)
from rnnbench.comparison.selection import counted
from rnnbench.comparison.statistics.summary import seeds_needed, smallest_p
from rnnbench.comparison.time_to_target import reach_note
from rnnbench.comparison.training_length import length_notes
from rnnbench.core.text import compact, listed
from rnnbench.storage.record import MATCH_TOLERANCE, STOPPED, RunRecord

MOST_SHORT_NOTES = 6
"""How many footnotes a terminal shows below a table."""


def footnotes(
    table: Comparison, records: Sequence[RunRecord], reasons: Sequence[str], name: str, notes: Sequence[Note] = ()
) -> Iterable[Note]:
    """Every footnote, the most serious first.

    Args:
        reasons: why these runs are not comparable, when the table was forced.
        name: of the sweep on the command line.
        notes: on runs that are not among the records.
    """
    for reason in reasons:
        yield Note.in_full(f"FORCED, not a fair comparison. {reason}.")
    yield from too_little_notes(table)
    yield from notes
    yield from leakage_notes(records)
    yield from cut_notes(records)
    yield from _refitted(table, records)
    yield from _significance(table)
    yield from _seeds(table)
    yield from _trials(table, records, name)
    yield from length_notes(table)
    yield from searched_note([record for record in records if record.kind in ("trial", "confirm")])
    yield from _fixed_differences(records)
    yield from _matched_sizes(records)
    yield from reselection_note(records)
    yield from few_random_note(records)
    yield from _baselines(table, records, name)
    yield from interval_notes(table)
    yield from probability_note(table)
    yield from reach_note(table)
    yield from front_note(table)
    yield from hardware_notes(records)


def short_notes(table: Comparison) -> list[str]:
    """The footnotes that a terminal shows: shortened, the most serious first."""
    return [note.short for note in table.notes if note.short][:MOST_SHORT_NOTES]


def _refitted(table: Comparison, records: Sequence[RunRecord]) -> Iterable[Note]:
    if not table.is_refitted:
        return
    both = all(record.is_refitted for record in records if record.kind == "baseline")
    validated = any(row.validation is not None for row in table.encoders)
    scores = ": the validation scores are those of the chosen trials" if validated else ""
    baselines = "also fitted again on both" if both else "fitted on the training split alone"
    together = "Confirmed on training and validation data together"
    yield Note(
        f"{together}, for the number of updates that validation selected in the search{scores}. "
        f"Baselines were {baselines}.",
        f"{together}.",
    )


def _significance(table: Comparison) -> Iterable[Note]:
    others = [row for row in table.encoders if not row.is_best and row.test is not None]
    if not others or table.short_test:
        return
    yield from bold_notes(table, others)
    seeds = max(row.paired_seeds for row in others)
    if smallest_p(seeds) >= ALPHA:
        yield Note.in_full(
            f"No difference can be significant with {_count(seeds, 'paired seed')}: the smallest possible p is "
            f"{smallest_p(seeds):.3f}. At least {seeds_needed()} seeds are needed."
        )


def _seeds(table: Comparison) -> Iterable[Note]:
    for row in table.encoders:
        for remark in row.remarks:
            if "seed" in remark:
                left_out = "; its numbers are over the seeds that completed" if " of " in remark and row.seeds else ""
                yield Note.in_full(f"{row.model}: {remark}{left_out}.")
    best = table.best
    for row in table.encoders:
        if best is None or row.is_best or row.test is None or table.short_test:
            continue
        if row.paired_seeds < min(best.seeds, row.seeds) or row.seeds != best.seeds:
            shared = f"{_count(row.paired_seeds, 'seed')} in common with {best.model}"
            tested = "only those are tested" if row.paired_seeds else "so not tested"
            yield Note.in_full(f"{row.model}: {shared}, {tested}.")


def _trials(table: Comparison, records: Sequence[RunRecord], name: str) -> Iterable[Note]:
    trials = [record for record in records if record.kind == "trial"]
    totals = {row.model: row.trials for row in table.encoders}
    ended = totals | Counter(record.model for record in counted(records))  # an encoder without a row counts as well
    if len(set(ended.values())) > 1:
        listed = ", ".join(f"{model} {count}" for model, count in sorted(ended.items()))
        fewest = min(ended.values())
        chosen = f" Each configuration was chosen among the first {fewest}." if fewest else ""
        yield Note.in_full(f"The encoders have different numbers of trials: {listed}.{chosen}")
    by_model = {
        model: Counter(record.outcome for record in trials if record.model == model)
        for model in sorted({record.model for record in trials})
    }
    failed = [
        f"{model} {outcomes[outcome]} {outcome.replace('_', ' ')}"
        for model, outcomes in by_model.items()
        for outcome in FAILED
        if outcomes[outcome]
    ]
    if failed:
        yield Note.in_full(f"Failed trials: {', '.join(failed)}.")
    for model, outcomes in by_model.items():
        unfinished = sum(outcomes[outcome] for outcome in ("running", *STOPPED))
        if unfinished:
            yield Note(
                f"{_count(unfinished, 'trial')} of {model} stopped before the end or still running: not counted."
            )
        if model not in totals and not outcomes["completed"]:
            count = _count(sum(outcomes.values()), "trial")
            yield Note.in_full(f"{model} has no row: none of its {count} completed.")
        elif model not in totals:
            yield Note.in_full(f"{model} has no row: it has trials but no confirmation. Type: rnnbench confirm {name}")


def _fixed_differences(records: Sequence[RunRecord]) -> Iterable[Note]:
    """'Fixed settings that differ between encoders: hidden_size 448 (gru), 512 (lstm and rnn).', or nothing.

    Settings that only one encoder has are left out, and variants, whose purpose is to differ.
    """
    confirms = [
        record
        for record in records
        if record.kind == "confirm" and searched_of(record) is not None and not is_variant(record)
    ]
    by_model: dict[str, dict[str, Any]] = {
        model: most_frequent(fixed_settings(record) for record in confirms if record.model == model)
        for model in sorted({record.model for record in confirms})
    }
    names = {name for settings in by_model.values() for name in settings}
    searched = {name for record in confirms for name in searched_of(record) or {}}
    short, clauses = short_names(names), {}
    for name in sorted(names - searched, key=setting_order):
        models_by_value: dict[str, list[str]] = defaultdict(list)
        for model, settings in by_model.items():
            if name in settings:
                models_by_value["nothing" if settings[name] is None else str(settings[name])].append(model)
        if len(models_by_value) > 1:
            values = ", ".join(f"{value} ({listed(models)})" for value, models in models_by_value.items())
            clauses[short[name]] = f"{short[name]} {values}"
    if clauses:
        differ = "Fixed settings that differ between encoders"
        yield Note(f"{differ}: {'; '.join(clauses.values())}.", f"{differ}: {', '.join(clauses)}.")


def _matched_sizes(records: Sequence[RunRecord]) -> Iterable[Note]:
    """'Parameters matched to 300k +- 2 %: lstm 301k (hidden_size 96), ...', or nothing where no size was matched."""
    confirms = [record for record in records if record.kind == "confirm"]
    targets = {target for record in confirms if (target := (record.config.get("budget") or {}).get("match_parameters"))}
    if not targets:
        return
    sizes = {
        record.model: f"{record.model} {compact(record.costs['parameters'])}"
        f" (hidden_size {record.config.get('encoder', {}).get('hidden_size', 'unknown')})"
        for record in confirms
        if "parameters" in record.costs
    }
    target = " or ".join(compact(float(target)) for target in sorted(targets))
    matched = f"Parameters matched to {target} +- {MATCH_TOLERANCE * 100:g} %"
    listed_sizes = ", ".join(sizes[model] for model in sorted(sizes))
    yield Note(f"{matched}: {listed_sizes}. hidden_size was solved for in every trial, not searched.", f"{matched}.")


def _baselines(table: Comparison, records: Sequence[RunRecord], name: str) -> Iterable[Note]:
    computed = [record for record in records if record.kind == "baseline" and record.outcome == "completed"]
    if computed and not any(f"test/{table.metric.key}" in record.metrics for record in computed):
        yield Note.in_full("No baseline has this metric, so there is no skill.")
    elif table.best_baseline is None:
        missing = f" Type: rnnbench sweep {name}, with the same options" if not table.baselines else ""
        yield Note.in_full(f"No baseline has a test score, so there is no skill.{missing}")
    for row in table.baselines:
        if row.test is None and row.remarks != (OTHER_METRICS,):
            yield Note.in_full(f"Baseline {row.model} has no test score: {', '.join(row.remarks)}.")
    if table.best_baseline is not None:
        yield from _other_metrics(table, records, name)


def _other_metrics(table: Comparison, records: Sequence[RunRecord], name: str) -> Iterable[Note]:
    """Baselines without this metric, and the metrics that they can be compared by."""
    without = [row.model for row in table.baselines if row.remarks == (OTHER_METRICS,)]
    if not without:
        return
    confirms = [record for record in records if record.kind == "confirm"]
    computed = [record for record in records if record.kind == "baseline" and record.model in without]
    logged = {key.removeprefix("test/") for record in confirms for key in record.metrics if key.startswith("test/")}
    shared = sorted(key for key in logged if any(f"test/{key}" in record.metrics for record in computed))
    verb = "has" if len(without) == 1 else "have"
    end = f" Type: rnnbench compare {name} --metric {listed(shared, 'or')}" if shared else ""
    yield Note.in_full(f"{listed(without)} {verb} no {table.metric.label}.{end}")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def untested(table: Comparison) -> list[Row]:
    """Encoders with a test score that have too few paired seeds to be shown worse than the best encoder."""
    others = [row for row in table.encoders if row.test is not None and not row.is_best]
    return [row for row in others if smallest_p(row.paired_seeds) >= ALPHA]
