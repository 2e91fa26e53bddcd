"""Databases with tables of a counterparty, as the adapters find them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, delete, insert, text

from vault_rules.adapters.messages import Row
from vault_rules.adapters.registration import Setup
from vault_rules.adapters.rows import read_rows, sheet_of
from vault_rules.domain.reading import ReadTable, read_table
from vault_rules_sql.config import StorageConfig, TraderConfig
from vault_rules_sql.databases import Database, connect
from vault_rules_sql.loading import to_record
from vault_rules_sql.schema import upgrade
from vault_rules_sql.storage import SqlStorage
from vault_rules_sql.tables import deliveries, facilities, holdings, holds, offers
from vault_rules_sql.trader import SqlTrader

OWN: Mapping[str, Table] = {"offers": offers, "facilities": facilities, "holdings": holdings}
SETUP = Setup("glencore", Path())


@contextmanager
def opened(url: str) -> Iterator[Database]:
    """The database of a URL, closed at the end."""
    database = connect(TraderConfig(url), SETUP)
    try:
        yield database
    finally:
        database.close()


def prepared(url: str, tables: Mapping[str, Sequence[Row]]) -> str:
    """The URL of a database that has the plugin's own tables with these rows and no others."""
    with opened(url) as database:
        upgrade(database)
        database.change(lambda connection: _fill(connection, tables))
    return url


def _fill(connection: Connection, tables: Mapping[str, Sequence[Row]]) -> None:
    for table in (*OWN.values(), holds, deliveries):
        connection.execute(delete(table))
    for name, rows in tables.items():
        more = {"trader": ""} if name == "offers" else {}
        connection.execute(insert(OWN[name]), [{**to_record(name, row), **more} for row in judged(rows, name).rows])


def judged(rows: Iterable[Row], table: str) -> ReadTable:
    """An answer as a book reads it; of offers, each with the trader whom the gatherer fills in."""
    found = read_rows(rows, "somebody")
    more = {"trader": "glencore"} if table == "offers" else {}
    return read_table(sheet_of([Row({**more, **row.cells}, row.number) for row in found], table, table))


def read(rows: Iterable[Row], table: str) -> ReadTable:
    """The same, where no cell may be bad."""
    found = judged(rows, table)
    assert found.bad == ()
    return found


def run(url: str, *statements: str) -> None:
    """Run statements of SQL."""
    with opened(url) as database:
        database.change(lambda connection: [connection.execute(text(one)) for one in statements], make=True)


def trader(url: str, **more: Any) -> SqlTrader:
    return SqlTrader(TraderConfig(url, **more), SETUP)


def storage(url: str, **more: Any) -> SqlStorage:
    return SqlStorage(StorageConfig(url, **more), Setup("warehouse", Path()))
