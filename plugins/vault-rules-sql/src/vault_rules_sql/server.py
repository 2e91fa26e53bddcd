"""What was reached, in a few words."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.engine import Connection

from vault_rules_sql.databases import Database
from vault_rules_sql.schema import is_ready


def described(connection: Connection, database: Database) -> str:
    """The server and the database, and whether anything can be held in it."""
    more = "" if is_ready(connection, database) else ", which shows only (`vault-rules-sql upgrade` lets it hold)"
    if connection.dialect.name == "sqlite":
        return f"SQLite, {database}{more}"
    number = str(connection.scalar(text("SHOW server_version"))).split()[0]
    return f"PostgreSQL {number}, {database}{more}"
