"""The schema of the plugin's own tables, made and brought up to date by the migrations that ship with it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from vault_rules.errors import Unavailable
from vault_rules_sql.databases import Database
from vault_rules_sql.tables import VERSION_TABLE

NEWEST = "0001"
"""The schema that this program writes and reads: the newest of the migrations."""

_MIGRATIONS = Path(__file__).parent / "migrations"
_LOCK = 0x766173716C  # an advisory lock of PostgreSQL's, ours by this number: "vasql"


def version(connection: Connection) -> str | None:
    """The schema's version; None where there are no tables of the plugin's."""
    if not sa.inspect(connection).has_table(VERSION_TABLE):
        return None
    found = connection.scalar(sa.select(sa.table(VERSION_TABLE, sa.column("version_num")).c.version_num))
    return None if found is None else str(found)


def is_ready(connection: Connection, database: Database) -> bool:
    """Whether the tables are there, which is looked at until they are. Raises `Unavailable` where they are another
    program's.
    """
    if NEWEST in database.seen:
        return True
    found = version(connection)
    if found is None:
        return False
    if found != NEWEST:
        raise _other_version(found, database)
    database.seen.add(NEWEST)
    return True


def must_be_ready(connection: Connection, database: Database) -> None:
    """Raise `Unavailable` where nothing can be held yet."""
    if not is_ready(connection, database):
        raise Unavailable(f"the database {database} cannot hold anything yet: `vault-rules-sql upgrade` lets it")


def _other_version(found: str, database: Database) -> Unavailable:
    if found in known():
        return Unavailable(f"the tables in {database} are of an older version: `vault-rules-sql upgrade` renews them")
    return Unavailable(f"the tables in {database} were made by a newer vault-rules-sql: update this one")


def upgrade(database: Database, to: str = "head") -> bool:
    """Run the migrations that are wanting; whether there were any. A file of SQLite's is made where there is none."""
    is_new = database.file is not None and not database.file.exists()
    if is_new:
        _make_file(database)
    return database.change(lambda connection: _upgrade(connection, database, to), make=True)


def _make_file(database: Database) -> None:
    """A new file, in which readers do not wait for a writer."""
    assert database.file is not None
    if not database.file.absolute().parent.is_dir():
        raise Unavailable(f"the database {database} cannot be made: its folder is not there")
    with database.spoken(), database.engine.connect() as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        raw.execute("PRAGMA journal_mode = WAL")


def _upgrade(connection: Connection, database: Database, to: str) -> bool:
    if connection.dialect.name == "postgresql":  # of two that find no tables at once, one makes them
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
    before = version(connection)
    if before is not None and before not in known():
        raise _other_version(before, database)
    run_migrations(connection, to)
    return before != version(connection)


def run_migrations(connection: Connection, to: str) -> None:
    """In the transaction of the connection."""
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
