"""Run records to statistics, tables, figures and exports. Names are loaded when first used."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rnnbench.comparison.base import Comparison, Interval, Row
    from rnnbench.comparison.conclusion import verdict
    from rnnbench.comparison.exports import export
    from rnnbench.comparison.figures import curves_figure, score_figure
    from rnnbench.comparison.formats import FORMATS, render
    from rnnbench.comparison.table import compare
    from rnnbench.comparison.terminal import terminal_table

# No file here is called like a function below: importing it would hide the function behind the module.
_HOMES = {
    "Comparison": "base",
    "Interval": "base",
    "Row": "base",
    "compare": "table",
    "FORMATS": "formats",
    "render": "formats",
    "verdict": "conclusion",
    "terminal_table": "terminal",
    "score_figure": "figures",
    "curves_figure": "figures",
    "export": "exports",
}

__all__ = [
    "FORMATS",
    "Comparison",
    "Interval",
    "Row",
    "compare",
    "curves_figure",
    "export",
    "render",
    "score_figure",
    "terminal_table",
    "verdict",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
