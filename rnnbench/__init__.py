"""rnnbench: which sequence encoder to use on your data, how sure that answer is, and what it costs.

In Python: `rnnbench.train`, `rnnbench.sweep`, `rnnbench.compare` and `rnnbench.load`, imported when first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rnnbench.api import compare, load, sweep, train

__all__ = ["compare", "load", "sweep", "train"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'rnnbench' has no attribute {name!r}")
    from rnnbench import api

    return getattr(api, name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
