"""When Python searches for garbage: never while libraries are imported, whose objects stay."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collection_paused() -> Iterator[None]:
    """No search for garbage inside: there are millions of objects to look at again and again."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def keep_imported() -> None:
    """Leave all objects that exist now out of later searches; each training starts with one, for its peak memory."""
    gc.freeze()
