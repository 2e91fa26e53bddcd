"""The database behind a URL: how it is connected, and what its failures are called in plain words."""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import attrs
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, OperationalError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from vault_rules.errors import LedgerError, NoLedgerError, UsageError

_READS = "vault_rules_reads"
_READS_SERVER: dict[str, Any] = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
_CONNECT_SECONDS = 10
_IDLE_SECONDS = 300
_HELP = "write sqlite:///vault.ledger or postgresql://user@host/database"


@attrs.frozen
class Database:
    """An engine, and the name by which errors call it: the URL without its password."""

    engine: Engine
    name: str

    def __str__(self) -> str:
        return self.name

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that sees one state of the database throughout."""
        is_server = self.engine.dialect.name == "postgresql"
        options = _READS_SERVER if is_server else {_READS: True}
        with self._spoken(), self.engine.connect().execution_options(**options) as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that is kept whole or not at all."""
        with self._spoken(), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def _spoken(self) -> Iterator[None]:
        """What the database says, as a `LedgerError` that names it."""
        try:
            yield
        except DBAPIError as error:
            raise LedgerError(f"the ledger {self.name} {_in_words(error)}") from error
        except SQLAlchemyError as error:
            raise LedgerError(f"the ledger {self.name} failed: {_first_line(error)}") from error


def connect(text: str, *, wait: float, make: bool) -> Database:
    """The database of a URL; nothing is read yet. `make`: a file that is not there may be made.

    Raises `UsageError` for what is no URL of a ledger, or one whose driver is not installed.
    """
    url = _url(text)
    name = url.set(drivername=url.get_backend_name()).render_as_string(hide_password=True)
    if url.get_backend_name() == "sqlite":
        return Database(_sqlite(url, name, wait, make), name)
    return Database(_postgresql(url, wait), name)


def _url(text: str) -> URL:
    try:
        url = make_url(text)
    except (ArgumentError, ValueError) as error:
        raise UsageError(f"`{_shown(text)}` names no ledger: {_HELP}") from error
    if url.get_backend_name() not in ("sqlite", "postgresql"):
        raise UsageError(f"a ledger is kept in SQLite or PostgreSQL, not in `{url.get_backend_name()}`: {_HELP}")
    return url


def _shown(text: str) -> str:
    """A text that may hold a password, without it."""
    return re.sub(r":[^:@/]*@", ":***@", text)


# ---- SQLite --------------------------------------------------------------------------------------------------------


def _sqlite(url: URL, name: str, wait: float, make: bool) -> Engine:
    file = url.database
    if not file or file == ":memory:" or file.startswith("file:"):
        raise UsageError("a ledger is kept in a file: write sqlite:///vault.ledger")
    path = Path(file)
    if not path.exists() and not make:
        raise NoLedgerError(f"there is no ledger at {name}")
    if not path.absolute().parent.is_dir():
        raise LedgerError(f"the ledger {name} cannot be made: there is no folder {path.parent}")
    if path.is_dir():
        raise LedgerError(f"the ledger {name} cannot be opened: it is a folder")
    if not make and _stays(path):
        engine = sa.create_engine("sqlite+pysqlite://", creator=lambda: _open_as_it_stays(path), poolclass=NullPool)
    else:
        engine = sa.create_engine(url.set(drivername="sqlite+pysqlite"), connect_args={"timeout": wait})
    event.listen(engine, "connect", _prepare_sqlite if make else _prepare_sqlite_to_read)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _stays(path: Path) -> bool:
    """Whether nobody writes a file: its folder may not be written, where SQLite would note who reads, and there are no
    notes of others.
    """
    by_effective_user = os.access in os.supports_effective_ids
    may_write = os.access(path.absolute().parent, os.W_OK, effective_ids=by_effective_user)
    return not may_write and not path.with_name(f"{path.name}-wal").exists()


def _open_as_it_stays(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{quote(str(path.absolute()))}?immutable=1", uri=True, check_same_thread=False)


def _prepare_sqlite(connection: sqlite3.Connection, _: Any) -> None:
    _prepare_sqlite_to_read(connection, _)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")  # what is committed survives a loss of power


def _prepare_sqlite_to_read(connection: sqlite3.Connection, _: Any) -> None:
    connection.isolation_level = None  # transactions begin where SQLAlchemy says so, by `_begin_sqlite`
    connection.execute("PRAGMA foreign_keys = ON")


def _begin_sqlite(connection: Connection) -> None:
    """A writer is alone from its first word on: what it reads cannot change before it writes."""
    reads = connection.get_execution_options().get(_READS)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


# ---- PostgreSQL ----------------------------------------------------------------------------------------------------


def _postgresql(url: URL, wait: float) -> Engine:
    if url.drivername == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
    more: dict[str, Any] = {"client_encoding": "utf8"}
    if "connect_timeout" not in url.query:
        more["connect_timeout"] = _CONNECT_SECONDS
    try:
        engine = sa.create_engine(url, connect_args=more, pool_pre_ping=True)
    except (ModuleNotFoundError, NoSuchModuleError) as error:
        raise UsageError("a ledger in PostgreSQL needs a driver: pip install 'vault-rules[postgres]'") from error

    @event.listens_for(engine, "connect")
    def patience(connection: Any, _: Any) -> None:
        """Whoever holds the head for long is ended by the server, so that the others go on."""
        with connection.cursor() as cursor:
            cursor.execute(f"SET lock_timeout = {int(wait * 1000)}")
            cursor.execute(f"SET idle_in_transaction_session_timeout = {_IDLE_SECONDS * 1000}")
        connection.commit()

    return engine


# ---- failures ------------------------------------------------------------------------------------------------------

_WORDS = (
    ("not a database", "is no ledger: the file is not a database of SQLite's"),
    ("malformed", "is damaged: the file is not a whole database"),
    ("readonly database", "cannot be written: the file, or its folder, is read-only"),
    ("read-only transaction", "cannot be written: the server takes no writes"),
    ("unable to open", "cannot be opened: the file, or its folder, may not be read or written"),
    ("is locked", "is in use: another writer did not end in time"),
    ("lock timeout", "is in use: another writer did not end in time"),
    ("disk is full", "cannot be written: the disk is full"),
    ("disk I/O", "cannot be read or written: the disk fails"),
    ('relation "ledger_', "is damaged: a table is not there"),
    ("no such table", "is damaged: a table is not there"),
    ("password", "cannot be reached: the user or password is not right"),
)


def _in_words(error: DBAPIError) -> str:
    said = _first_line(error.orig if error.orig is not None else error)
    for part, words in _WORDS:
        if part in said:
            return words
    if "UNIQUE constraint" in said or "duplicate key" in said:
        return "holds entries that its head does not know: see `vault-rules ledger verify`"
    is_silent = isinstance(error, OperationalError) and getattr(error.orig, "sqlstate", "") is None
    if error.connection_invalidated or is_silent:
        return f"cannot be reached: {said}"
    return f"refused: {said}"


def _first_line(error: BaseException) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0] if lines else type(error).__name__
