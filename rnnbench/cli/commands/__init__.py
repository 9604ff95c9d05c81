"""The command line: every command parses, prints and exits; what it prints is imported only when it runs."""

from __future__ import annotations

import signal

from rnnbench.cli.app import app

# importing a module adds its commands, in the order in which the help lists them
from rnnbench.cli.commands import listing, training, results, inference, checks  # isort: skip

__all__ = ["app", "checks", "inference", "listing", "main", "results", "training"]


def main() -> None:
    """Runs the program. A scheduler's SIGTERM stops it as Ctrl-C does: in good order, with what is done kept."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    app(prog_name="rnnbench")
