"""The verdict: which encoder is best, which are not distinguishable from it, and which beat the best baseline."""

from __future__ import annotations

from collections.abc import Sequence

from rnnbench.comparison.model import ALPHA, Comparison, Row
from rnnbench.comparison.notes.footnotes import untested
from rnnbench.comparison.notes.uncertainty import is_ahead
from rnnbench.comparison.rows import OTHER_METRICS
from rnnbench.comparison.statistics.summary import seeds_needed
from rnnbench.core.text import capitalized, listed, one_line, p_text


def verdict(comparison: Comparison) -> str:
    """The result of a table in two or three sentences, claiming no more than its runs support."""
    best, encoders, unscored = comparison.best, comparison.encoders, comparison.unscored
    if best is None:
        return "No encoder has a test score yet."
    if comparison.is_forced:
        return (
            "These runs are not comparable (see the footnotes), so no encoder is called best; "
            f"the best mean is that of {one_line(best.model)} ({_measured(comparison, best)})."
        )
    sentences = [
        f"{capitalized(comparison.quick)}." if comparison.quick else "",
        _ranking(comparison, best),
        _over_baseline(comparison),
        "The encoders have different numbers of trials." if len({row.trials for row in encoders}) > 1 else "",
        f"{listed(map(one_line, unscored))} {'has' if len(unscored) == 1 else 'have'} no test score."
        if unscored
        else "",
    ]
    return " ".join(sentence for sentence in sentences if sentence)


def _ranking(table: Comparison, best: Row) -> str:
    others = [row for row in table.encoders if row.test is not None and not row.is_best]
    name, score = one_line(best.model), f"({_measured(table, best)})"
    if not others:
        return f"{name} is the only encoder with a test score {score}."
    if table.short_test:
        return f"{name} has the best mean {score}, but {table.short_test}."
    too_few = untested(table)
    worse = [row for row in others if not row.in_best_group]
    level = [row for row in others if row not in worse and row not in too_few]
    if len(worse) == len(others):
        p_value = max(row.p_value for row in worse if row.p_value is not None)
        every = "the other encoder" if len(worse) == 1 else "every other encoder"
        return (
            f"{name} is best {score}; {every}{_scored(table)} is {_worse(worse)} (p {_at_most(p_value, len(worse))})."
        )
    clauses = [f"{name} has the best mean {score}"]
    if level:
        are = "is" if len(level) == 1 else "are"
        with_p = listed([f"{one_line(row.model)} ({_why_level(table, row)})" for row in level])
        clauses.append(f"{with_p} {are} not distinguishable from it")
    if too_few:
        needed = f"(at least {seeds_needed()} needed)"
        clauses.append(f"too few common seeds to compare {_names(too_few)} with it {needed}")
    if worse:
        clauses.append(f"{_names(worse)} {'is' if len(worse) == 1 else 'are'} {_worse(worse)}")
    return "; ".join(clauses) + "."


def _scored(table: Comparison) -> str:
    """The restriction of 'all encoders' where some have no test score."""
    return " with a test score" if table.unscored else ""


def _worse(rows: Sequence[Row]) -> str:
    """'significantly worse', restricted to these test examples where there is no interval over examples."""
    return "significantly worse" + ("" if all(row.behind_best for row in rows) else " on these test examples")


def _why_level(table: Comparison, row: Row) -> str:
    """'p = 0.312', and for a p below ALPHA the reason why the encoder does not count as worse."""
    why = ""
    if row.p_value is not None and row.p_value < ALPHA:
        ahead = is_ahead(table, row)
        why = (
            ", but better on the seeds both completed" if ahead else ", but the interval over test examples includes 0"
        )
    return f"p = {p_text(row.p_value)}{why}"


def _measured(table: Comparison, row: Row) -> str:
    """'78.1 % accuracy, 77.4 to 78.8 over 6 seeds and 1,066 test examples'."""
    seeds = f"{row.seeds} seed{'s' if row.seeds != 1 else ''}"
    if row.seeds != row.seeds_planned:
        seeds += f" of {row.seeds_planned}"
    score = f"{table.metric.text_with_unit(row.test)} {table.metric.label}"
    if row.interval is None:
        return f"{score} on {seeds}"
    low, high = (table.metric.text(end) for end in (row.interval.low, row.interval.high))
    return f"{score}, {low} to {high} over {seeds}" + (f" and {row.examples:,} test examples" if row.examples else "")


def _over_baseline(table: Comparison) -> str:
    """Which encoders beat the best baseline significantly, and which do not."""
    baseline = table.best_baseline
    if baseline is None or baseline.test is None:
        by_this = any(row.remarks == (OTHER_METRICS,) for row in table.baselines)
        return f"No baseline {'has this metric' if by_this else 'has a test score'}."
    encoders = [row for row in table.encoders if row.test is not None]
    clear = [row for row in encoders if row.surely_beats_baseline]
    unclear = [row for row in encoders if row.beats_baseline and row not in clear]
    behind = [row for row in encoders if not row.beats_baseline]
    name = f"the best baseline, {one_line(baseline.model)} ({table.metric.text_with_unit(baseline.test)})"
    if table.short_test:
        ahead = f"The mean of {_names(unclear)} is" if len(unclear) == 1 else f"The means of {_names(unclear)} are"
        return f"{ahead if unclear else 'No mean is'} ahead of {name}."
    if not clear and not unclear:
        return f"No encoder beats {name}."
    if clear:
        first = f"{_all_but(clear, encoders, _scored(table))} {'beats' if len(clear) == 1 else 'beat'} {name}"
        first += "" if all(row.ahead_of_baseline for row in clear) else " (over seeds only)"
    else:
        first = f"No encoder significantly beats {name}"
    clauses = [first]
    if unclear:
        alone = len(unclear) == 1
        in_doubt = all(row.interval and row.interval.low < row.interval.high for row in unclear)
        source = "seeds and test examples" if all(row.ahead_of_baseline for row in unclear) else "seeds"
        together = (
            ""
            if all(row.interval and baseline.test in row.interval for row in unclear)
            else " (simultaneous for all encoders)"
        )
        doubt = f"only within the uncertainty of {source}{together}" if in_doubt else "with too few seeds"
        clauses.append(f"{_names(unclear)} {'is' if alone else 'are'} ahead of it, but {doubt}")
    if behind and (unclear or not clear):
        clauses.append(f"{_names(behind)} {'does' if len(behind) == 1 else 'do'} not beat it")
    return "; ".join(clauses) + "."


def _all_but(rows: Sequence[Row], encoders: Sequence[Row], which: str = "") -> str:
    """'gru and lstm', 'Both encoders', 'All encoders', or 'All encoders but rnn', for some rows of all encoders."""
    others = [row for row in encoders if row not in rows]
    if len(rows) > len(others) > 0 and len(rows) > 2:
        return f"All encoders{which} but {_names(others)}"
    if others or len(encoders) == 1:
        return _names(rows)
    return f"{'Both' if len(encoders) == 2 else 'All'} encoders{which}"


def _names(rows: Sequence[Row]) -> str:
    return listed([one_line(row.model) for row in rows])


def _at_most(p_value: float, count: int) -> str:
    text = p_text(p_value)
    return text.replace("<", "< ") if text.startswith("<") else f"{'=' if count == 1 else 'at most'} {text}"
