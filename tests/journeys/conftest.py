"""A folder of a user's own for each test, and one finished sweep that several tests read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from journey import TINY, Finished, Place, write_reviews
from typer.testing import Result


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """An empty folder with an empty store."""
    made = Place(tmp_path)
    yield made
    made.end_all()


@pytest.fixture
def typed(place: Place) -> Callable[..., Result]:
    """Types a command in `place` without a process of its own."""
    return place.type_in


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Place, tuple[str, ...], Finished]:
    """A finished sweep on a user's own reviews: the place, the command, and what it said."""
    place = Place(tmp_path_factory.mktemp("finished"))
    write_reviews(place.folder / "reviews.csv")
    columns = ("--data", "reviews.csv", "--text-column", "review", "--label-column", "stars")
    command = ("sweep", "sentiment", *columns, *TINY)
    return place, command, place.run(*command)
