"""Databases with tables of a counterparty, as the adapters find them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, delete, insert, text

from vault_rules.adapters.messages import Row
from vault_rules.adapters.registration import Setup
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
        connection.execute(insert(OWN[name]), [{**to_record(name, row), **more} for row in read(name, rows)])


def read(table: str, rows: Sequence[Row]) -> Iterable[Any]:
    from vault_rules.adapters.rows import sheet_of
    from vault_rules.domain.reading import read_table

    return read_table(sheet_of(list(rows), table, table)).rows


def run(url: str, *statements: str) -> None:
    """Run statements of SQL."""
    with opened(url) as database:
        database.change(lambda connection: [connection.execute(text(one)) for one in statements], make=True)


def trader(url: str, **more: Any) -> SqlTrader:
    return SqlTrader(TraderConfig(url, **more), SETUP)


def storage(url: str, **more: Any) -> SqlStorage:
    return SqlStorage(StorageConfig(url, **more), Setup("warehouse", Path()))
