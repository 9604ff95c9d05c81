"""Compare sequence encoders on your data: scores with intervals, significance tests, costs.

`rnnbench.train`, `rnnbench.sweep`, `rnnbench.compare`, `rnnbench.load` and `rnnbench.rerun` are imported when first
used. They raise `rnnbench.RnnbenchError` for errors of the user.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rnnbench.api import compare, load, rerun, sweep, train
    from rnnbench.core.errors import RnnbenchError
    from rnnbench.core.version import __version__

__all__ = ["RnnbenchError", "__version__", "compare", "load", "rerun", "sweep", "train"]

if not TYPE_CHECKING:  # type checkers read the imports above, and report a name that does not exist

    def __getattr__(name: str) -> Any:
        if name not in __all__:
            raise AttributeError(f"module 'rnnbench' has no attribute {name!r}")
        if name == "__version__":
            from rnnbench.core.version import __version__

            return __version__
        if name == "RnnbenchError":
            from rnnbench.core.errors import RnnbenchError

            return RnnbenchError
        from rnnbench import api

        return getattr(api, name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
