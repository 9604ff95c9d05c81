"""Leases with a heartbeat: which process works on a run or trial, and whether it is still alive.

    owner    take ─► heartbeat by a thread ─► release
    others   read the number of heartbeats; the lease expires when it is unchanged for the grace period

A lease is a file in `<store>/leases/`. A run or trial stores the id of its lease, and is lost when that file does not
exist: it has expired or was never created. No two clocks are compared, so processes on any host may share a store:
each measures by its own monotonic clock for how long a number of heartbeats has not changed. Where the owner is
certainly gone (`Owner.is_gone`), the lease expires at once.

A suspended owner may lose its lease. It checks that (`Lease.require`) before it writes a result, since another process
may have taken over the work.

Source: the heartbeat of Optuna's RDBStorage, which compares times of the database's clock.
"""

from __future__ import annotations

import atexit
import errno
import json
import os
import threading
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

from rnnbench.core.errors import RnnbenchError
from rnnbench.storage.location import gone, store_folder
from rnnbench.storage.owners import Owner

BEAT_SECONDS = 5.0
"""Seconds between two heartbeats."""

GRACE_SECONDS = 60.0
"""Seconds without a heartbeat after which a lease expires."""

_DIGITS = 12  # the number of heartbeats is overwritten in place, so its width is fixed
_SUFFIX = ".lease"


class LeaseLostError(RnnbenchError):
    """This process lost its lease, and another process has taken over its work."""


class Lease:
    """The exclusive right to work on one run or trial, with a heartbeat from `Leases.take` until `release`."""

    def __init__(self, leases: Leases, name: str) -> None:
        self.id, self.name = uuid.uuid4().hex, name
        self.beats = 0
        self.is_lost = False
        self.is_released = False
        self._leases = leases

    def require(self) -> None:
        """Return if this process still holds the lease. Raises: LeaseLostError; StoreError where the store has gone."""
        if self.is_released:
            return
        if not self._leases.folder.exists():
            raise gone()
        if self.is_lost or not self._leases.is_held(self.id):
            self.is_lost = True
            raise LeaseLostError(
                f"{self.name}: this process had no heartbeat for {self._leases.grace_seconds:.0f} s, so another "
                "process may continue this run; its result here is discarded. To continue, type the same command again"
            )

    def release(self) -> None:
        """End the lease and delete its file."""
        self._leases.release(self)


@dataclass(frozen=True)
class _Watched:
    """An observed lease: its content, and for how many seconds that has not changed."""

    content: bytes
    seconds: float
    at: float


class Leases:
    """The leases of one store.

    clock: monotonic seconds of this process.
    """

    def __init__(
        self,
        folder: Path,
        *,
        beat_seconds: float = BEAT_SECONDS,
        grace_seconds: float = GRACE_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.folder = folder
        self.beat_seconds, self.grace_seconds = beat_seconds, grace_seconds
        self._clock = clock
        self._held: dict[str, Lease] = {}
        self._watched: dict[str, _Watched] = {}
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._stop = threading.Event()

    def take(self, name: str) -> Lease:
        """A new lease, whose heartbeat starts now."""
        lease = Lease(self, name)
        self.folder.mkdir(exist_ok=True)
        owner = json.dumps({"name": name, **asdict(Owner.this_process())})
        with open(self._path(lease.id), "x", encoding="utf-8") as file:
            file.write(f"{0:0{_DIGITS}d}\n{owner}\n")
        with self._lock:
            self._held[lease.id] = lease
            if self._thread is None:
                self._stop = threading.Event()
                self._thread = threading.Thread(target=self._beat_on, args=(self._stop,), name="leases", daemon=True)
                self._thread.start()
        return lease

    def release(self, lease: Lease) -> None:
        """End a lease; the heartbeat thread ends with the last one."""
        with self._lock:
            lease.is_released = True
            if self._held.pop(lease.id, None) is None:
                return
            with suppress(OSError):  # it expires without a heartbeat
                self._path(lease.id).unlink(missing_ok=True)
            ended = self._end_thread_if_idle()
        if ended is not None:
            ended.join()

    def beat(self) -> None:
        """Write a heartbeat to every lease of this process, and mark those ended by other processes as lost."""
        for lease in list(self._held.values()):
            with self._lock:
                if lease.id in self._held:
                    self._beat(lease)

    def of_this_process(self, lease_id: str) -> Lease | None:
        """The lease with this id if this process holds it, else None."""
        return self._held.get(lease_id)

    def is_held(self, lease_id: str) -> bool:
        """Whether any process holds the lease. Raises: OSError where the store cannot be read."""
        if not lease_id.isalnum():
            return False
        try:
            self._path(lease_id).stat()  # not `exists`, which is also False on errors of the file system
        except FileNotFoundError:
            return False
        return True

    def owner(self, lease_id: str) -> Owner | None:
        """The process that holds a lease; None where no process does or its file cannot be read."""
        try:
            return _owner_of(self._path(lease_id).read_bytes()) if lease_id.isalnum() else None
        except OSError:
            return None

    def expire(self) -> int:
        """Delete the leases whose owner is gone or had no heartbeat for the grace period. Returns their number.

        Call it repeatedly: only the time between calls of this process counts towards the grace period.
        """
        now, seen, expired = self._clock(), set(), 0
        for path in sorted(self.folder.glob(f"*{_SUFFIX}")):
            if path.stem in self._held:
                continue
            try:
                content = path.read_bytes()
            except OSError:  # released meanwhile, or an error of the file system: this time does not count
                continue
            if self._is_expired(path.stem, content, now):
                path.unlink(missing_ok=True)
                expired += 1
            else:
                seen.add(path.stem)
        self._watched = {lease_id: self._watched[lease_id] for lease_id in seen}
        return expired

    def close(self) -> None:
        """Release every lease of this process."""
        for lease in list(self._held.values()):
            lease.release()

    def _is_expired(self, lease_id: str, content: bytes, now: float) -> bool:
        owner = _owner_of(content)
        if owner is not None and owner.is_gone:
            return True
        before = self._watched.get(lease_id)
        if before is None or before.content != content:
            self._watched[lease_id] = _Watched(content, 0.0, now)
            return False
        # time in which this process was suspended, perhaps together with the owner, does not count
        seconds = before.seconds + min(now - before.at, self.beat_seconds)
        self._watched[lease_id] = _Watched(content, seconds, now)
        return seconds >= self.grace_seconds

    def _beat_on(self, stop: threading.Event) -> None:
        while not stop.wait(self.beat_seconds):
            self.beat()
            with self._lock:
                self._end_thread_if_idle()

    def _end_thread_if_idle(self) -> threading.Thread | None:
        """End the heartbeat thread if this process holds no lease. Call it under the lock."""
        if self._held or self._thread is None:
            return None
        ended, self._thread = self._thread, None
        self._stop.set()
        return ended

    def _beat(self, lease: Lease) -> None:
        try:
            # not created again: a lease that another process has ended stays ended
            with open(self._path(lease.id), "r+b", buffering=0) as file:
                file.write(f"{lease.beats + 1:0{_DIGITS}d}".encode())
            lease.beats += 1
        except OSError as error:
            if error.errno in (errno.ENOENT, errno.ESTALE):
                lease.is_lost = True
                del self._held[lease.id]
            # other errors may be temporary: the next heartbeat tries again

    def _path(self, lease_id: str) -> Path:
        return self.folder / f"{lease_id}{_SUFFIX}"


def open_leases() -> Leases:
    """The leases of the current store; one object per process."""
    return _leases_in(store_folder() / "leases", os.getpid())


@cache
def _leases_in(folder: Path, pid: int) -> Leases:
    leases = Leases(folder, beat_seconds=BEAT_SECONDS, grace_seconds=GRACE_SECONDS)
    atexit.register(lambda: leases.close() if os.getpid() == pid else None)  # a forked process holds none of them
    return leases


def _owner_of(content: bytes) -> Owner | None:
    """The owner named in a lease; None where its file is truncated."""
    try:
        plain = json.loads(content.split(b"\n")[1])
        return Owner(str(plain["host"]), int(plain["pid"]), str(plain["start"]), str(plain["machine"]))
    except (ValueError, KeyError, IndexError, TypeError):
        return None
