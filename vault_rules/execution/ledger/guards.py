"""The triggers that keep the ledger append-only: which of them are not there, or put off."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from vault_rules.execution.ledger.tables import GUARDS, metadata

_SQLITE = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
_POSTGRESQL = """
    SELECT tgname FROM pg_trigger
    WHERE tgrelid IN (SELECT to_regclass(name) FROM unnest(CAST(:tables AS text[])) AS name) AND tgenabled = 'A'
"""


def lost(connection: Connection) -> list[str]:
    """The guards that are wanting, by name."""
    if connection.dialect.name == "sqlite":
        found = connection.scalars(sa.text(_SQLITE))
    else:
        found = connection.scalars(sa.text(_POSTGRESQL), {"tables": list(metadata.tables)})
    return sorted(set(GUARDS[connection.dialect.name]) - set(found))
