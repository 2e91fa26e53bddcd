"""Each test that asks for `place` is run on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest
from hypothesis import settings

from vault_rules.testing.postgres import postgres

__all__ = ["postgres"]

settings.register_profile("quick", deadline=None)
settings.load_profile("quick")

NewPlace = Callable[[], str]


@pytest.fixture(params=["sqlite", "postgresql"])
def new_place(request: pytest.FixtureRequest, tmp_path: Path) -> NewPlace:
    """Gives the URL of a new database, each time that it is called. SQLite's files are not there yet."""
    if request.param == "postgresql":
        server = request.getfixturevalue("postgres")
        return lambda: str(server.database())
    numbers = count(1)
    return lambda: f"sqlite:///{tmp_path / f'book-{next(numbers)}.db'}"


@pytest.fixture
def place(new_place: NewPlace) -> str:
    """The URL of a new database."""
    return new_place()
