"""Each test that asks for `url` or `ledger` is run on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.ledgers import new_ledger
from vault_rules.execution.ledger.store import Ledger


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a new ledger may be."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'vault.ledger'}"
    made: str = request.getfixturevalue("postgres").database()
    return made


@pytest.fixture
def ledger(url: str) -> Iterator[Ledger]:
    """A new ledger, open for writing."""
    with new_ledger(url) as opened:
        yield opened
