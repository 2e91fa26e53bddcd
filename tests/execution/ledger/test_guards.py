"""The database itself refuses whatever is not an append."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from tests.support.ledgers import begun, bought, claimed, new_ledger
from vault_rules.errors import LedgerError
from vault_rules.execution.ledger.store import Ledger
from vault_rules.execution.ledger.tables import VERSION_TABLE, metadata
from vault_rules.testing.postgres import Server

ROW = "'run-1', NULL, 'end', 'now', '{}'"
REFUSED = {
    "altering a payload": "UPDATE ledger_entries SET payload = '{}' WHERE sequence = 2",
    "altering every row": "UPDATE ledger_entries SET kind = 'end'",
    "removing a row": "DELETE FROM ledger_entries WHERE sequence = 2",
    "removing the last row": "DELETE FROM ledger_entries WHERE sequence = 5",
    "a row behind a gap": f"INSERT INTO ledger_entries SELECT 7, {ROW}, hash, 'x' FROM ledger_head",
    "a row in an old place": f"INSERT INTO ledger_entries SELECT 2, {ROW}, hash, 'x' FROM ledger_head",
    "a row before the first": f"INSERT INTO ledger_entries SELECT 0, {ROW}, hash, 'x' FROM ledger_head",
    "a row that is not chained": f"INSERT INTO ledger_entries VALUES (6, {ROW}, 'x', 'x')",
    "moving the head back": "UPDATE ledger_head SET entries = 4",
    "moving the head beyond the end": "UPDATE ledger_head SET entries = 6",
    "another hash in the head": "UPDATE ledger_head SET hash = 'x'",
    "no head": "DELETE FROM ledger_head",
    "two heads": "INSERT INTO ledger_head VALUES (2, 1, 'x')",
}
SQLITE = {
    "replacing a row": f"INSERT OR REPLACE INTO ledger_entries SELECT 2, {ROW}, hash, 'x' FROM ledger_head",
    "replacing the head": "INSERT OR REPLACE INTO ledger_head VALUES (1, 4, 'x')",
    "replacing by an update": "UPDATE OR REPLACE ledger_entries SET sequence = 3 WHERE sequence = 2",
}
POSTGRESQL = {
    "truncating": "TRUNCATE ledger_entries",
    "truncating the head": "TRUNCATE ledger_head",
    "an update of nothing": "UPDATE ledger_entries SET kind = 'end' WHERE false",
    "an insert that updates": f"INSERT INTO ledger_entries VALUES (2, {ROW}, 'x', 'x')"
    " ON CONFLICT (sequence) DO UPDATE SET kind = 'end'",
    "in the part of a replica": "SET LOCAL session_replication_role = 'replica'; DELETE FROM ledger_entries",
}


@pytest.fixture(scope="module")
def in_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    """A ledger for all that is refused: nothing of it may leave a trace."""
    with new_ledger(f"sqlite:///{tmp_path_factory.mktemp('ledger')}/vault.ledger") as made:
        begun(made).append("run-1", bought("k1"))
        yield made


@pytest.fixture(scope="module")
def in_postgresql(postgres: Server) -> Iterator[Ledger]:
    """The same on a server."""
    with new_ledger(postgres.database()) as made:
        begun(made).append("run-1", bought("k1"))
        yield made


@pytest.mark.parametrize("statement", [*REFUSED.values(), *SQLITE.values()], ids=[*REFUSED, *SQLITE])
def test_sqlite_refuses(in_sqlite: Ledger, statement: str) -> None:
    refuses(in_sqlite, statement)


@pytest.mark.parametrize("statement", [*REFUSED.values(), *POSTGRESQL.values()], ids=[*REFUSED, *POSTGRESQL])
def test_postgresql_refuses(in_postgresql: Ledger, statement: str) -> None:
    refuses(in_postgresql, statement)


def do(ledger: Ledger, statement: str) -> None:
    with ledger.database.writing() as connection:
        for one in statement.split("; "):
            connection.exec_driver_sql(one)


def refuses(ledger: Ledger, statement: str) -> None:
    before = list(ledger.entries())
    with pytest.raises(LedgerError, match="append-only"):
        do(ledger, statement)
    assert list(ledger.entries()) == before
    assert ledger.verify().is_whole


def test_the_migrations_make_the_tables_that_queries_know(ledger: Ledger) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext

    with ledger.database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
        assert compare_metadata(context, metadata) == []


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_a_user_with_few_rights_can_keep_the_ledger(ledger: Ledger, url: str, postgres: Server) -> None:
    """What docs/ledger.md says to grant is enough to write, and not enough to drop a guard."""
    begun(ledger)
    postgres.sql(
        url,
        "CREATE ROLE buyer LOGIN",
        "GRANT SELECT ON ledger_version TO buyer",
        "GRANT SELECT, INSERT ON ledger_entries TO buyer",
        "GRANT SELECT, UPDATE ON ledger_head TO buyer",
    )
    with new_ledger(url.replace("vault@", "buyer@")) as other:
        other.append("run-1", [claimed("k1")])
        assert other.verify().is_whole
        with pytest.raises(LedgerError, match="must be owner"), other.database.writing() as connection:
            connection.execute(text("ALTER TABLE ledger_entries DISABLE TRIGGER ALL"))
