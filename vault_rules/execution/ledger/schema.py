"""The ledger's schema, made and brought up to date by the migrations that ship with the package."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from vault_rules.errors import LedgerError, NoLedgerError
from vault_rules.execution.ledger.databases import Database
from vault_rules.execution.ledger.tables import VERSION_TABLE, metadata

NEWEST = "0001"
"""The schema that this program writes and reads: the newest of the migrations."""

_MIGRATIONS = Path(__file__).parent / "migrations"
_LOCK = 0x7661756C74  # an advisory lock of PostgreSQL's, ours by this number: "vault"


def prepare(database: Database, *, make: bool) -> None:
    """See to it that the tables are there and as this program knows them; `make`: also where there are none.

    Raises `LedgerError` for a database without a ledger, and for a ledger that a newer program has made.
    """
    with database.reading() as connection:
        found = version(connection)
    if found is None and not make:
        raise NoLedgerError(f"there is no ledger at {database}")
    if found == NEWEST:
        return
    with database.writing() as connection:
        _alone(connection)
        found = version(connection)  # another may have been quicker
        if found is not None and found not in known():
            raise LedgerError(
                f"the ledger {database} was made by a newer program (its schema is {found}, this program knows "
                f"{NEWEST}): update vault-rules"
            )
        if found is None and _strangers(connection):
            raise LedgerError(f"{database} holds tables of a ledger, but not which version: it is damaged")
        if found != NEWEST:
            upgrade(connection)


def version(connection: Connection) -> str | None:
    """The schema's version; None where there is no ledger."""
    if not sa.inspect(connection).has_table(VERSION_TABLE):
        return None
    found = connection.scalar(sa.select(sa.table(VERSION_TABLE, sa.column("version_num")).c.version_num))
    return None if found is None else str(found)


def upgrade(connection: Connection, to: str = "head") -> None:
    """Run the migrations that are wanting, in the transaction of the connection."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, to)


@cache
def known() -> frozenset[str]:
    """The versions that this program has migrations for."""
    from alembic.script import ScriptDirectory

    return frozenset(one.revision for one in ScriptDirectory(str(_MIGRATIONS)).walk_revisions())


def _alone(connection: Connection) -> None:
    """Two that find no ledger at the same time make one: SQLite's writers are alone, PostgreSQL's take a lock."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))


def _strangers(connection: Connection) -> bool:
    inspector = sa.inspect(connection)
    return any(inspector.has_table(name) for name in metadata.tables)
