"""Figure of importances: a panel of bars for each encoder and evaluator."""

from __future__ import annotations

from rnnbench.comparison.importance import EVALUATORS, TITLES, Importances
from rnnbench.reports.figures.base import GROUP, INK, SOFT, Write, new_figure, plain_name, png


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
