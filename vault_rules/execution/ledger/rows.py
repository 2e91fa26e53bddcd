"""Rows of the database as entries and back, and the queries that several parts ask."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import attrs
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from vault_rules.domain.entry import Entry, Head, Kind
from vault_rules.errors import LedgerError
from vault_rules.execution.ledger.databases import Database
from vault_rules.execution.ledger.tables import entries, head


def entry_of(row: Any) -> Entry:
    """An entry from a row of all columns, in the table's order."""
    return Entry(*row)


def fields(entry: Entry) -> dict[str, Any]:
    """An entry as a row."""
    return attrs.asdict(entry)


def head_of(connection: Connection, database: Database, *, lock: bool = False) -> Head:
    """The head; with `lock`, other writers wait until the transaction ends. Raises `LedgerError` where it is gone."""
    query = sa.select(head.c.entries, head.c.hash)
    row = connection.execute(query.with_for_update() if lock else query).one_or_none()
    if row is None:
        raise LedgerError(f"the ledger {database} is damaged: its head is gone; see `vault-rules ledger verify`")
    return Head(row.entries, row.hash)


def of_kinds(connection: Connection, kinds: Iterable[Kind], *, after: int = 0) -> Iterator[Entry]:
    """The entries of some kinds behind a sequence number, in their order."""
    query = (
        sa.select(entries)
        .where(entries.c.kind.in_([str(kind) for kind in kinds]), entries.c.sequence > after)
        .order_by(entries.c.sequence)
    )
    return map(entry_of, connection.execute(query))
