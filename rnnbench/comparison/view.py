"""The saved view that `rnnbench ui` opens: a row per encoder and baseline, the best first.

The format is MLflow's own and not documented (read from its 3.17 pages); an unknown one shows the default columns.
"""

from __future__ import annotations

from typing import Any

from rnnbench.comparison.base import Comparison

IN_TABLE = "in_table"
"""Tag of the runs behind the table: its value is the id of the sweep's run."""


def saved_view(comparison: Comparison, parent: str) -> dict[str, Any]:
    """The runs of the table grouped by model with their means; a group opens to its seeds.

    parent: the id of the sweep's run.
    """
    test = f"metrics.`test/{comparison.metric.key}`"
    return {
        "searchFilter": f"tags.{IN_TABLE} = '{parent}'",
        "orderByKey": test,
        "orderByAsc": not comparison.higher_is_better,
        "groupBy": {"aggregateFunction": "average", "groupByKeys": [{"mode": "param", "groupByData": "model"}]},
        "groupsExpanded": {f"param.model.{row.model}": False for row in comparison.rows},
        "startTime": "ALL",
        "lifecycleFilter": "Active",
        "datasetsFilter": [],
        "modelVersionFilter": "All Runs",
        "runsHiddenMode": "FIRST_20_RUNS",
        "selectedColumns": [
            test,
            f"metrics.`validation/{comparison.metric.key}`",
            "metrics.`cost/parameters`",
            "metrics.`cost/wall_seconds`",
        ],
    }
