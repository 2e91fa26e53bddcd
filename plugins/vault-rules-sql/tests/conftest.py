"""Each test that asks for `place` is run on SQLite and on PostgreSQL."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

from vault_rules.testing.postgres import Server, postgres

__all__ = ["postgres"]

settings.register_profile("quick", deadline=None)
settings.load_profile("quick")


@pytest.fixture(scope="session")
def server_url(postgres: Server) -> str:
    """The URL of one database on the server: making it takes longer than emptying it."""
    return postgres.database()


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database without tables. SQLite's file is not there yet."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'book.db'}"
    url: str = request.getfixturevalue("server_url")
    request.getfixturevalue("postgres").sql(url, "DROP SCHEMA public CASCADE", "CREATE SCHEMA public")
    return url


@pytest.fixture
def sqlite_place(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'book.db'}"
