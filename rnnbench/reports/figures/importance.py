"""Figure of importances: a panel of bars for each encoder and evaluator."""

from __future__ import annotations

from rnnbench.comparison.importance import EVALUATORS, TITLES, Importances
from rnnbench.reports.figures.base import GROUP, INK, SOFT, Write, new_figure, plain_name, png


def importance_figure(importances: Importances, write: Write = png) -> bytes:
    """A panel per encoder and evaluator: bars for means, whiskers for intervals."""
    results = importances.found
    models = [*dict.fromkeys(result.model for result in results)]
    evaluators = [name for name in EVALUATORS if any(result.evaluator == name for result in results)]
    longest = max((len(result.shares) for result in results), default=1)
    rows, columns = max(1, len(models)), max(1, len(evaluators))
    figure, panels = new_figure(5.5 * columns, 0.6 + rows * (0.8 + 0.3 * longest), rows, columns)
    for axes in panels.flat:
        axes.set_visible(False)
    for result in results:
        axes, shares = panels[models.index(result.model), evaluators.index(result.evaluator)], result.shares
        axes.set_visible(True)
        # with few resamples a mean may be outside of the percentiles
        below = [max(0.0, share.mean - share.low) for share in shares]
        above = [max(0.0, share.high - share.mean) for share in shares]
        places, means = range(len(shares)), [share.mean for share in shares]
        axes.barh(places, means, xerr=[below, above], color=GROUP, alpha=0.55, height=0.6, ecolor=INK, capsize=2)
        axes.set_yticks(places, [plain_name(share.setting) for share in shares])
        axes.set_ylim(len(shares) - 0.4, -0.6)
        axes.set_xlim(0, 1)
        title = f"{plain_name(result.model)}, {TITLES[result.evaluator]} ({result.completed} completed trials)"
        axes.set_title(title, loc="left", fontsize=9, color=SOFT)
    where = f"{plain_name(importances.task)} on {plain_name(importances.data)}"
    legend = "bar: mean over resampled trials; whiskers: 80 % interval"
    figure.suptitle(f"Importance of settings: {where}\n{legend}", x=0.01, ha="left", fontsize=9, color=SOFT)
    return write(figure)
