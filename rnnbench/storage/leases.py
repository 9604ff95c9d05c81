"""Who works on what: leases with a heartbeat, which a process on any host can judge.

    owner    take ─► beat, beat, beat (a thread) ─► release
    others   read the number of beats; unchanged for the grace period: the lease expires

A lease is a file in `<store>/leases/`. What is being worked on stores the id of its lease, and is lost when that lease
is gone: expired, or never there. The wall clock is not read and no two clocks are compared: each process measures by
its own monotonic clock how long it has watched a number of beats that does not change. Where it is certain that the
owner is gone (`Owner.is_gone`), the lease expires at once.

An owner that was suspended finds its lease gone when it wakes. It checks that (`Lease.require`) before it writes a
result, since the work may have been given to others.

Source: the heartbeat of Optuna's RDBStorage, which compares times of the database's clock instead.
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
from rnnbench.storage.location import store_folder
from rnnbench.storage.owners import Owner

BEAT_SECONDS = 5.0
"""How often an owner beats."""

GRACE_SECONDS = 60.0
"""How long a lease has to be watched without a beat before it expires."""

_DIGITS = 12  # the number of beats is overwritten in place, so its width is fixed
_SUFFIX = ".lease"


class LeaseLostError(RnnbenchError):
    """This process was taken for dead, and what it worked on was given to others."""


class Lease:
    """The right to work on one piece of work. Beaten from `Leases.take` on until `release`."""

    def __init__(self, leases: Leases, name: str) -> None:
        self.id, self.name = uuid.uuid4().hex, name
        self.beats = 0
        self.is_lost = False
        self.is_released = False
        self._leases = leases

    def require(self) -> None:
        """Returns if this process still holds the lease. Raises: LeaseLostError."""
        if self.is_released:
            return
        if self.is_lost or not self._leases.is_held(self.id):
            self.is_lost = True
            raise LeaseLostError(
                f"{self.name}: this process gave no sign of life for {self._leases.grace_seconds:.0f} s and another "
                "process took over; what it has trained is not kept. To go on, type the same command again"
            )

    def release(self) -> None:
        """Gives the lease back and removes its file."""
        self._leases.release(self)


@dataclass(frozen=True)
class _Watched:
    """What a watching process has seen of a lease: its content, and for how long that has not changed."""

    content: bytes
    seconds: float
    at: float


class Leases:
    """The leases of one store.

    clock: seconds that never go back, of this process alone.
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
        """A new lease on a piece of work, which beats from now on."""
        lease = Lease(self, name)
        self.folder.mkdir(parents=True, exist_ok=True)
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
        """Gives a lease back; the thread that beats ends with the last one."""
        with self._lock:
            lease.is_released = True
            if self._held.pop(lease.id, None) is None:
                return
            with suppress(OSError):  # it expires then, as nobody beats it
                self._path(lease.id).unlink(missing_ok=True)
            ended = self._end_thread_if_idle()
        if ended is not None:
            ended.join()

    def beat(self) -> None:
        """Beats every lease of this process once, and notes those that others have ended."""
        for lease in list(self._held.values()):
            with self._lock:
                if lease.id in self._held:
                    self._beat(lease)

    def of_this_process(self, lease_id: str) -> Lease | None:
        """The lease with this id where this process holds it."""
        return self._held.get(lease_id)

    def is_held(self, lease_id: str) -> bool:
        """True while somebody holds the lease. Raises: OSError where the store cannot be read."""
        if not lease_id.isalnum():
            return False
        try:
            self._path(lease_id).stat()  # not `exists`, which takes a fault of the file system for an absent file
        except FileNotFoundError:
            return False
        return True

    def owner(self, lease_id: str) -> Owner | None:
        """Who holds a lease; None where nobody does, or nobody can tell."""
        try:
            return _owner_of(self._path(lease_id).read_bytes()) if lease_id.isalnum() else None
        except OSError:
            return None

    def expire(self) -> int:
        """Removes the leases whose owner is gone, or has not beaten for the grace period. Returns how many.

        Call it again and again: how long a lease did not change is what this process has watched itself.
        """
        now, seen, ended = self._clock(), set(), 0
        for path in sorted(self.folder.glob(f"*{_SUFFIX}")):
            if path.stem in self._held:
                continue
            try:
                content = path.read_bytes()
            except OSError:  # released in the meantime, or a fault of the file system, in which nothing was watched
                continue
            if self._is_expired(path.stem, content, now):
                path.unlink(missing_ok=True)
                ended += 1
            else:
                seen.add(path.stem)
        self._watched = {lease_id: self._watched[lease_id] for lease_id in seen}
        return ended

    def close(self) -> None:
        """Gives back every lease that this process still holds."""
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
        # whoever was suspended together with the owner must not count the time in which neither could do anything
        seconds = before.seconds + min(now - before.at, self.beat_seconds)
        self._watched[lease_id] = _Watched(content, seconds, now)
        return seconds >= self.grace_seconds

    def _beat_on(self, stop: threading.Event) -> None:
        while not stop.wait(self.beat_seconds):
            self.beat()
            with self._lock:
                self._end_thread_if_idle()

    def _end_thread_if_idle(self) -> threading.Thread | None:
        """Lets the thread end where nothing is left to beat. Call it under the lock."""
        if self._held or self._thread is None:
            return None
        ended, self._thread = self._thread, None
        self._stop.set()
        return ended

    def _beat(self, lease: Lease) -> None:
        try:
            # never made anew: a lease that others have ended stays ended
            with open(self._path(lease.id), "r+b", buffering=0) as file:
                file.write(f"{lease.beats + 1:0{_DIGITS}d}".encode())
            lease.beats += 1
        except OSError as error:
            if error.errno in (errno.ENOENT, errno.ESTALE):
                lease.is_lost = True
                del self._held[lease.id]
            # anything else may pass: the next beat tries again

    def _path(self, lease_id: str) -> Path:
        return self.folder / f"{lease_id}{_SUFFIX}"


def open_leases() -> Leases:
    """The leases of the store in use; the same object throughout a process."""
    return _leases_in(store_folder() / "leases", os.getpid())


@cache
def _leases_in(folder: Path, pid: int) -> Leases:
    leases = Leases(folder, beat_seconds=BEAT_SECONDS, grace_seconds=GRACE_SECONDS)
    atexit.register(lambda: leases.close() if os.getpid() == pid else None)  # a fork holds none of them
    return leases


def _owner_of(content: bytes) -> Owner | None:
    """The owner that a lease names; None where its file was cut off."""
    try:
        plain = json.loads(content.split(b"\n")[1])
        return Owner(str(plain["host"]), int(plain["pid"]), str(plain["start"]), str(plain["machine"]))
    except (ValueError, KeyError, IndexError, TypeError):
        return None
