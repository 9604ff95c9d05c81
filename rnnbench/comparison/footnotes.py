"""The footnotes of a table: what a reader has to know before believing a number in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from rnnbench.choosing import counted
from rnnbench.comparison.apart import apart_note
from rnnbench.comparison.base import ALPHA, Comparison, Row
from rnnbench.comparison.pareto import front_note
from rnnbench.comparison.reaching import reach_note
from rnnbench.comparison.reselection import reselection_note
from rnnbench.comparison.rows import FAILED, UNSCORED
from rnnbench.comparison.searches import few_random_note, searched_note
from rnnbench.comparison.sizes import matched_note
from rnnbench.comparison.statistics import seeds_needed, smallest_p
from rnnbench.comparison.sureness import bold_note, chance_note, interval_notes
from rnnbench.record import ALSO_IN_TRAINING, RunRecord


def written(
    table: Comparison, records: Sequence[RunRecord], reasons: Sequence[str], name: str, notes: Sequence[str] = ()
) -> Iterable[str]:
    """Every footnote, the gravest first.

    Args:
        reasons: why these runs should not stand together, when the table was forced.
        name: what the sweep is called on the command line.
        notes: what to say of runs that are not among the records.
    """
    yield from (f"FORCED, not a fair comparison. {reason}." for reason in reasons)
    yield from notes
    yield from _also_in_training(records)
    yield from _refitted(table, records)
    yield from _significance(table)
    yield from _seeds(table)
    yield from _trials(table, records, name)
    if note := searched_note([record for record in records if record.kind in ("trial", "confirm")]):
        yield note
    searches = (apart_note(records), matched_note(records), reselection_note(records), few_random_note(records))
    yield from filter(None, searches)
    yield from _baselines(table, records, name)
    yield from interval_notes(table)
    yield from chance_note(table)
    yield from reach_note(table)
    yield from front_note(table)


def _also_in_training(records: Sequence[RunRecord]) -> Iterable[str]:
    for said in sorted({record.tags[ALSO_IN_TRAINING] for record in records if ALSO_IN_TRAINING in record.tags}):
        yield f"{said} of the test split stand in training too: there the scores also reward learning by heart."


def _refitted(table: Comparison, records: Sequence[RunRecord]) -> Iterable[str]:
    if not table.is_refitted:
        return
    both = all(record.is_refitted for record in records if record.kind == "baseline")
    validated = any(row.validation is not None for row in table.encoders)
    yield (
        "Confirmed on training and validation together, for as many updates as validation chose in the search"
        + (": the validation scores are those of the chosen trials. " if validated else ". ")
        + ("Baselines were fitted again on both, too." if both else "Baselines had the training split alone.")
    )


def reach(table: Comparison) -> tuple[int, float, int]:
    """(most paired seeds, smallest p those can give, seeds that could get below 0.05)."""
    pairs = [row.paired_seeds for row in table.encoders if row.paired_seeds]
    return (max(pairs), smallest_p(max(pairs)), seeds_needed()) if pairs else (0, 1.0, seeds_needed())


def _significance(table: Comparison) -> Iterable[str]:
    others = [row for row in table.encoders if not row.is_best and row.test is not None]
    if not others:
        return
    yield from bold_note(table, others)
    seeds, floor, needed = reach(table)
    if floor >= ALPHA:
        yield (
            f"No difference can be significant here: with {_count(seeds, 'paired seed')} "
            f"the smallest possible p is {floor:.3f}. {needed} seeds could show one."
        )


def _seeds(table: Comparison) -> Iterable[str]:
    for row in table.encoders:
        for remark in row.remarks:
            if "seed" in remark:
                left_out = "; its numbers are over the seeds that completed" if " of " in remark and row.seeds else ""
                yield f"{row.model}: {remark}{left_out}."
    best = table.best
    for row in table.encoders:
        if best is None or row.is_best or row.test is None:
            continue
        if row.paired_seeds < min(best.seeds, row.seeds) or row.seeds != best.seeds:
            shared = f"{_count(row.paired_seeds, 'seed')} in common with {best.model}"
            yield f"{row.model}: {shared}, {'only those are tested' if row.paired_seeds else 'so not tested'}."


def _trials(table: Comparison, records: Sequence[RunRecord], name: str) -> Iterable[str]:
    trials = [record for record in records if record.kind == "trial"]
    totals = {row.model: row.trials for row in table.encoders}
    ended = totals | Counter(record.model for record in counted(records))  # an encoder without a row counts as well
    if len(set(ended.values())) > 1:
        listed = ", ".join(f"{model} {count}" for model, count in sorted(ended.items()))
        fewest = min(ended.values())
        chosen = f" Each was chosen among its first {fewest}." if fewest else ""
        yield f"The encoders did not get the same number of trials: {listed}.{chosen}"
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
        yield f"Failed trials: {', '.join(failed)}."
    for model, outcomes in by_model.items():
        unfinished = outcomes["interrupted"] + outcomes["running"]
        if unfinished:
            yield f"{_count(unfinished, 'trial')} of {model} interrupted or still running: not counted."
        if model not in totals and not outcomes["completed"]:
            yield f"{model} has no row: none of its {_count(sum(outcomes.values()), 'trial')} completed."
        elif model not in totals:
            yield f"{model} has trials but no confirm runs, so it has no row: `rnnbench confirm {name}`."


def _baselines(table: Comparison, records: Sequence[RunRecord], name: str) -> Iterable[str]:
    computed = [record for record in records if record.kind == "baseline" and record.outcome == "completed"]
    if computed and not any(f"test/{table.metric.key}" in record.metrics for record in computed):
        yield "No baseline is scored by this metric, so there is no skill."
    elif table.best_baseline is None:
        missing = f": `rnnbench sweep {name}`, with the options it had, computes them" if not table.baselines else ""
        yield f"No baseline has a test score, so there is no skill{missing}."
    for row in table.baselines:
        if row.test is None and row.remarks != (UNSCORED,):
            yield f"Baseline {row.model} has no test score: {', '.join(row.remarks)}."


def is_unequally_searched(table: Comparison) -> bool:
    """Whether some encoder in the table got more trials than another."""
    return len({row.trials for row in table.encoders}) > 1


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def untested(table: Comparison) -> list[Row]:
    """Encoders with a test score that no number of lucky seeds could have shown to be worse than the best one."""
    floor = reach(table)[1]
    others = [row for row in table.encoders if row.test is not None and not row.is_best]
    return [row for row in others if floor >= ALPHA or smallest_p(row.paired_seeds) >= ALPHA]
