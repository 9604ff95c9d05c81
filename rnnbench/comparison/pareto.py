"""The Pareto front of test score and cost."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rnnbench.comparison.model import Comparison, Note, Row
from rnnbench.core.text import one_line


@dataclass(frozen=True)
class Cost:
    """A kind of cost: the field of a row, its label on an axis, its name in a sentence, and its direction."""

    key: str
    label: str
    in_words: str
    more_is_cheaper: bool = False

    def of(self, row: Row) -> float | None:
        """The cost of a row. The training time of a baseline is not measured separately: all its seconds count."""
        value: float | None = getattr(row, self.key)
        if value is None and self.key == "training_seconds" and row.kind == "baseline":
            return row.wall_seconds
        return value


COSTS = (
    Cost("training_seconds", "training seconds", "training seconds"),
    Cost("parameters", "parameters", "parameters"),
    Cost("training_flops", "training FLOPs", "training FLOPs"),
    Cost("inference_items_per_second", "items per second at inference", "inference speed", more_is_cheaper=True),
)


def costed(table: Comparison, cost: Cost) -> list[tuple[Row, float, float]]:
    """(row, cost, test score) of every row that has both."""
    priced = [(row, cost.of(row), row.test) for row in table.rows]
    return [(row, price, score) for row, price, score in priced if price is not None and score is not None]


def front(table: Comparison, cost: Cost) -> list[Row]:
    """The rows that are not dominated, by mean score and mean cost, the cheapest first.

    A row dominates another when it is at least as good and as cheap, and better or cheaper.
    """
    places = costed(table, cost)
    sign = -1.0 if cost.more_is_cheaper else 1.0

    def dominates(first: tuple[Row, float, float], second: tuple[Row, float, float]) -> bool:
        is_no_worse = not table.is_better(second[2], first[2]) and sign * first[1] <= sign * second[1]
        return is_no_worse and first[1:] != second[1:]

    kept = [place for place in places if not any(dominates(other, place) for other in places)]
    return [row for row, *_ in sorted(kept, key=lambda place: (sign * place[1], place[0].model))]


def front_note(table: Comparison) -> Iterable[Note]:
    """The Pareto front of test score against cost; nothing where fewer than two rows have a cost."""
    listed = [
        f"against {cost.in_words}: {', '.join(one_line(row.model) for row in front(table, cost))}"
        for cost in COSTS[:2]
        if len(costed(table, cost)) > 1
    ]
    if listed:
        yield Note(f"Pareto front of mean test score (no other row is both better and cheaper) {'; '.join(listed)}.")
