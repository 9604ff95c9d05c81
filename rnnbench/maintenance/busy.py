"""Whether processes work in a store."""

from __future__ import annotations

import time
from pathlib import Path

from rnnbench.core.errors import RnnbenchError
from rnnbench.storage.leases import BEAT_SECONDS, GRACE_SECONDS, Leases
from rnnbench.storage.owners import Owner


def require_idle(folder: Path) -> None:
    """Return if no process holds a lease on work in a store. Raises: RnnbenchError that names one."""
    owners = working(folder)
    if owners:
        more = f" and {len(owners) - 1} more" if len(owners) > 1 else ""
        raise RnnbenchError(
            f"the store {folder} is in use by {owners[0]}{more}: wait for its end, or stop it with Ctrl-C"
        )


def working(folder: Path, *, grace_seconds: float = GRACE_SECONDS) -> list[Owner | str]:
    """The processes that hold leases in a store; those of other machines count if they have a heartbeat.

    Waits for a heartbeat at most for the grace period.
    """
    leases = Leases(folder / "leases")
    unsure: dict[Path, bytes] = {}
    for path in sorted(leases.folder.glob("*.lease")):
        owner = leases.owner(path.stem)
        if owner is not None and owner.is_here and not owner.is_gone:
            return [owner]
        if owner is None or not owner.is_gone:
            unsure[path] = _content(path)
    until = time.monotonic() + grace_seconds
    while unsure and time.monotonic() < until:
        alive = [path for path, content in unsure.items() if _content(path) != content and path.exists()]
        if alive:
            return [leases.owner(path.stem) or "an unknown process" for path in alive]
        time.sleep(min(BEAT_SECONDS / 5, grace_seconds / 5))
    return []


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""
