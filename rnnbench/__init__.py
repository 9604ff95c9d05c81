"""Compare sequence encoders on your data: scores with intervals, significance tests, costs.

`rnnbench.train`, `rnnbench.sweep`, `rnnbench.compare` and `rnnbench.load` are imported when first used. They raise
`rnnbench.RnnbenchError` for errors of the user.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rnnbench.core.version import __version__

if TYPE_CHECKING:
    from rnnbench.api import compare, load, sweep, train
    from rnnbench.core.errors import RnnbenchError

__all__ = ["RnnbenchError", "__version__", "compare", "load", "sweep", "train"]

if not TYPE_CHECKING:  # type checkers read the imports above, and report a name that does not exist

    def __getattr__(name: str) -> Any:
        if name not in __all__:
            raise AttributeError(f"module 'rnnbench' has no attribute {name!r}")
        from rnnbench import api
        from rnnbench.core import errors

        return getattr(errors if name == "RnnbenchError" else api, name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
