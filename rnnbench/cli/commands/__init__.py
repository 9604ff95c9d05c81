"""The commands. What a command needs is imported when it runs, so that `--help` is fast."""

from __future__ import annotations

import gc
import signal

from rnnbench.cli.app import app

# importing a module adds its commands; `rnnbench --help` lists them in this order
from rnnbench.cli.commands import listing, training, results, inference, checks, store  # isort: skip

__all__ = ["app", "checks", "inference", "listing", "main", "results", "store", "training"]


def main() -> None:
    """Run the program. SIGTERM, as a scheduler sends it, stops it as Ctrl-C does: finished runs are kept."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    gc.set_threshold(50_000, 20, 20)  # seldom: a command mostly imports libraries, whose objects stay
    app(prog_name="rnnbench")
