"""Which settings mattered for which encoder: shares with intervals, and their picture."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

from rnnbench.comparison.figures import GROUP, INK, SOFT, Write, new_figure, plain_name, png

EvaluatorName = Literal["ped_anova", "fanova"]
EVALUATORS: tuple[EvaluatorName, ...] = get_args(EvaluatorName)
TITLES: dict[EvaluatorName, str] = {"ped_anova": "PED-ANOVA", "fanova": "fANOVA"}
QUESTIONS: dict[EvaluatorName, str] = {
    "ped_anova": "which settings set the best trials apart from the rest; shares add up to 1",
    "fanova": "share of the score's variance over the searched ranges that a setting explains by itself; what is "
    "missing to 1 lies in settings together",
}
INTERVAL = 0.8
"""Coverage of the intervals: from the 10th to the 90th percentile over resampled trials."""


@dataclass(frozen=True)
class Share:
    """The importance of one setting, 0 to 1: the mean over resampled trials, and its interval."""

    setting: str
    mean: float
    low: float
    high: float


@dataclass(frozen=True)
class Importance:
    """What one evaluator says of one encoder, the weightiest setting first.

    completed: trials with a score. rest: pruned and diverged ones that stand among the poor trials.
    """

    model: str
    evaluator: EvaluatorName
    completed: int
    rest: int
    resamples: int
    shares: tuple[Share, ...]


@dataclass(frozen=True)
class TooFew:
    """An encoder of which nothing is said, and why. trials: how many in all would probably do; 0 if none would."""

    model: str
    reason: str
    trials: int


@dataclass(frozen=True)
class Importances:
    """What is known of one sweep."""

    task: str
    data: str
    metric: str
    found: tuple[Importance, ...]
    refused: tuple[TooFew, ...]

    def to_plain(self) -> dict[str, Any]:
        """For programs: everything, with what each evaluator answers."""
        asked = {name: QUESTIONS[name] for name in EVALUATORS if any(one.evaluator == name for one in self.found)}
        return {**asdict(self), "interval": INTERVAL, "questions": asked}


def importance_figure(importances: Importances, write: Write = png) -> bytes:
    """A PNG with a panel per encoder and evaluator: bars for means, whiskers for intervals."""
    models = [*dict.fromkeys(one.model for one in importances.found)]
    evaluators = [name for name in EVALUATORS if any(one.evaluator == name for one in importances.found)]
    longest = max((len(one.shares) for one in importances.found), default=1)
    rows, columns = max(1, len(models)), max(1, len(evaluators))
    figure, panels = new_figure(5.5 * columns, 0.6 + rows * (0.8 + 0.3 * longest), rows, columns)
    for panel in panels.flat:
        panel.set_visible(False)
    for one in importances.found:
        axes = panels[models.index(one.model), evaluators.index(one.evaluator)]
        axes.set_visible(True)
        places = range(len(one.shares))
        means = [share.mean for share in one.shares]
        # a mean may lie outside of the percentiles where few resamples give it all its weight
        below = [max(0.0, share.mean - share.low) for share in one.shares]
        above = [max(0.0, share.high - share.mean) for share in one.shares]
        axes.barh(places, means, xerr=[below, above], color=GROUP, alpha=0.55, height=0.6, ecolor=INK, capsize=2)
        axes.set_yticks(places, [plain_name(share.setting) for share in one.shares])
        axes.set_ylim(len(one.shares) - 0.4, -0.6)
        axes.set_xlim(0, 1)
        title = f"{plain_name(one.model)}, {TITLES[one.evaluator]} ({one.completed} completed trials)"
        axes.set_title(title, loc="left", fontsize=9, color=SOFT)
    where = f"{plain_name(importances.task)} on {plain_name(importances.data)}"
    reading = "bar: mean over resampled trials; whiskers: 80 % interval"
    figure.suptitle(f"Which settings mattered: {where}\n{reading}", x=0.01, ha="left", fontsize=9, color=SOFT)
    return write(figure)
