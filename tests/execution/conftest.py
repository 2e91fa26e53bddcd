"""Each test that asks for `url` is run on SQLite and on PostgreSQL."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a new ledger may be."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'vault.ledger'}"
    made: str = request.getfixturevalue("postgres").database()
    return made
