"""Where output goes: results to standard output, everything else to standard error."""

from __future__ import annotations

import sys

from rich.console import Console

# piped output keeps whole lines: a table cut at 80 columns would lose its last figures
out = Console(width=None if sys.stdout.isatty() else 140, highlight=False)
notes = Console(stderr=True, highlight=False, width=None if sys.stderr.isatty() else 140)
