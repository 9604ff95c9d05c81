"""The saved view that `rnnbench ui` opens: the columns that say which encoder wins.

The format is MLflow's own and not documented (read from its 3.17 pages); an unknown one shows the default columns.
"""

from __future__ import annotations

from typing import Any

from rnnbench.comparison.base import Comparison


def saved_view(comparison: Comparison) -> dict[str, Any]:
    """Confirmations and baselines, the best test score first."""
    test = f"metrics.`test/{comparison.metric}`"
    return {
        "searchFilter": "tags.kind IN ('confirm', 'baseline')",
        "orderByKey": test,
        "orderByAsc": not comparison.higher_is_better,
        "startTime": "ALL",
        "lifecycleFilter": "Active",
        "datasetsFilter": [],
        "modelVersionFilter": "All Runs",
        "runsHiddenMode": "FIRST_20_RUNS",
        "selectedColumns": [
            "params.`model`",
            test,
            f"metrics.`validation/{comparison.metric}`",
            "metrics.`cost/parameters`",
            "metrics.`cost/wall_seconds`",
            "params.`seed`",
        ],
    }
