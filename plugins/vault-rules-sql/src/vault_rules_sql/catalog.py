"""What a database says of one of its tables or views: its full name, its columns and their types."""

from __future__ import annotations

from collections.abc import Mapping

import attrs
from sqlalchemy import TableClause, column, table, text
from sqlalchemy.engine import Connection


@attrs.frozen
class Found:
    """A table that is there. `columns` are its own words, each with the name of its type."""

    schema: str | None
    name: str
    columns: Mapping[str, str]

    @property
    def full_name(self) -> str:
        """One name for one table, however it is called in a configuration."""
        return self.name if self.schema is None else f"{self.schema}.{self.name}"

    @property
    def clause(self) -> TableClause:
        return table(self.name, *(column(word) for word in self.columns), schema=self.schema)


def look_up(connection: Connection, name: str) -> Found | None:
    """The table or view of a name, as the database reads it; None where there is none."""
    if connection.dialect.name == "postgresql":
        return _postgresql(connection, name)
    return _sqlite(connection, name)


_TABLE = text(
    "SELECT c.oid, n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
    "WHERE c.oid = to_regclass(:name)"
)
# a domain is what it is made of
_COLUMNS = text(
    "SELECT a.attname, b.typname FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid "
    "JOIN pg_type b ON b.oid = coalesce(nullif(t.typbasetype, 0), t.oid) "
    "WHERE a.attrelid = :oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum"
)


def _postgresql(connection: Connection, name: str) -> Found | None:
    row = connection.execute(_TABLE, {"name": name}).one_or_none()
    if row is None:
        return None
    columns = connection.execute(_COLUMNS, {"oid": row.oid})
    return Found(row.nspname, row.relname, {row[0]: row[1] for row in columns})


_NAMED = text("SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name = :name COLLATE NOCASE")
_INFO = text("SELECT name, type FROM pragma_table_xinfo(:name) WHERE hidden <> 1")


def _sqlite(connection: Connection, name: str) -> Found | None:
    row = connection.execute(_NAMED, {"name": name}).one_or_none()
    if row is None:
        return None
    columns = connection.execute(_INFO, {"name": row.name})
    return Found(None, row.name, {row[0]: row[1] for row in columns})
