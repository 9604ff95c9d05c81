"""Who is ahead after how many trials, or seconds, of random search, in words.

gru is ahead of lstm up to 4 trials, lstm of gru from 7 trials on; elsewhere they are not told apart.
"""

from __future__ import annotations

from collections.abc import Sequence

from rnnbench.comparison.cells import one_line
from rnnbench.comparison.expected import ExpectedCurve
from rnnbench.comparison.leads import UNITS, Lead, Pair, Unit, pairs
from rnnbench.wording import listed

_BUDGETS: dict[Unit, str] = {"trials": "trials", "seconds": "seconds of search"}


def words(curves: Sequence[ExpectedCurve]) -> list[str]:
    """Who is ahead, where leads change, and who is not told apart: first by trials, then by seconds."""
    if len(curves) < 2:
        return []
    found = {unit: pairs(curves, unit) for unit in UNITS}
    said = [sentence for unit in UNITS for sentence in sentences(found[unit], unit)]
    looked = " and ".join(_looked_at(found[unit], unit) for unit in UNITS if found[unit])
    return [*said, f"Leads are looked for up to {looked}: half of the random draws, where bands can be trusted."]


def sentences(found: Sequence[Pair], unit: Unit) -> list[str]:
    """Of one kind of budget: crossings first, then leads, then in one sentence all that is not told apart."""
    level = [pair for pair in found if not pair.leads]
    if len(level) == len(found) > 1:
        return [f"By {_BUDGETS[unit]}, no two encoders are told apart."]
    said = [_crossing(pair) for pair in found if pair.is_crossing]
    said += _leading([pair for pair in found if pair.leads and not pair.is_crossing])
    if level:
        listed = ", ".join(f"{one_line(pair.one)} and {one_line(pair.other)}" for pair in level)
        said.append(f"By {_BUDGETS[unit]}, not told apart: {listed}.")
    return said


def _crossing(pair: Pair) -> str:
    said = [
        f"{one_line(pair.leads[0].ahead)} is ahead of {one_line(pair.leads[0].behind)} {_stretch(pair.leads[0], pair)}"
    ]
    for lead in pair.leads[1:]:
        said.append(f"{one_line(lead.ahead)} of {one_line(lead.behind)} {_stretch(lead, pair)}")
    return f"{', '.join(said)}; elsewhere they are not told apart."


def _leading(found: Sequence[Pair]) -> list[str]:
    """A sentence per encoder that is ahead and stretch: 'lstm is ahead of gru and rnn from 3 trials on.'"""
    grouped: dict[tuple[str, str], list[str]] = {}
    for pair in found:
        where = listed([_stretch(lead, pair) for lead in pair.leads])
        grouped.setdefault((pair.leads[0].ahead, where), []).append(one_line(pair.leads[0].behind))
    return [f"{one_line(ahead)} is ahead of {listed(behind)} {where}." for (ahead, where), behind in grouped.items()]


def _stretch(lead: Lead, pair: Pair) -> str:
    """'up to 3 trials', 'from 7 trials on', 'from 40 s to 60 s of search', 'at any number of trials'."""
    search = " of search" if pair.unit == "seconds" else ""
    first, last = (_amount(value, pair.unit) for value in (lead.first, lead.last))
    is_from_start, is_to_end = lead.first == pair.first, lead.last == pair.until
    if is_from_start and is_to_end:
        return "at any number of trials" if pair.unit == "trials" else f"from {first}{search} on, all that is looked at"
    if is_from_start:
        return f"up to {last}{search}"
    if is_to_end:
        return f"from {first}{search} on"
    return f"at {last}{search}" if lead.first == lead.last else f"from {first} to {last}{search}"


def _amount(value: float, unit: Unit) -> str:
    return f"{value:,g} s" if unit == "seconds" else f"{value:,g} trial{'' if value == 1 else 's'}"


def _looked_at(found: Sequence[Pair], unit: Unit) -> str:
    """'4 trials', or '34 to 58 s' where pairs differ."""
    low, high = min(pair.until for pair in found), max(pair.until for pair in found)
    return _amount(high, unit) if low == high else f"{low:,g} to {_amount(high, unit)}"
