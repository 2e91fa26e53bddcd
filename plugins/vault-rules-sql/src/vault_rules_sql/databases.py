"""The database behind a URL: how it is connected, its transactions, and its failures in plain words."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import ceil
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote, quote_plus

import attrs
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError, SQLAlchemyError

from vault_rules.adapters.registration import Secret, Setup
from vault_rules.errors import AdapterError, BadAnswer, Unavailable
from vault_rules_sql.config import DRIVERS, Place
from vault_rules_sql.exact import add_exact_sum

T = TypeVar("T")
_READS = "vault_rules_reads"
_READS_SERVER: dict[str, Any] = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
_TRIES = 4


@attrs.frozen
class Database:
    """An engine, and what errors call it: never with a user or a password. `secrets` are kept out of all that is said;
    `file` is SQLite's.
    """

    engine: Engine
    name: str
    timeout: float
    secrets: tuple[str, ...] = attrs.field(default=(), repr=False)
    file: Path | None = None
    seen: set[str] = attrs.field(factory=set, eq=False, repr=False)
    """Versions of the schema that were found in it."""

    def __str__(self) -> str:
        return self.name

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that sees one state of the database throughout. Raises `Unavailable`."""
        self._must_be_there()
        options = _READS_SERVER if self.file is None else {_READS: True}
        with self.spoken(), self.engine.connect().execution_options(**options) as connection, connection.begin():
            yield connection

    def change(self, work: Callable[[Connection], T], *, make: bool = False) -> T:
        """What the work gives, kept whole or not at all; done again where another process was quicker with a key.

        Raises `Unavailable` where nothing was done, `BadAnswer` where that is not known. `make`: a file that is not
        there is made.
        """
        if not make:
            self._must_be_there()
        for left in range(_TRIES - 1, -1, -1):
            with self.spoken(), self.engine.connect() as connection:
                transaction = connection.begin()
                try:
                    found = work(connection)
                except IntegrityError:
                    if not left:
                        raise
                    continue  # the connection takes the transaction back
                with self._committing():
                    transaction.commit()
                return found
        raise AssertionError("the last try answers or raises")

    def close(self) -> None:
        self.engine.dispose()

    # ---- failures ----------------------------------------------------------------------------------------------------

    def _must_be_there(self) -> None:
        """SQLite would make an empty database of a name that is misspelt."""
        if self.file is not None and not self.file.is_file():
            what = "is a folder" if self.file.is_dir() else "is not there"
            raise Unavailable(f"the database {self} {what}")

    @contextmanager
    def spoken(self) -> Iterator[None]:
        """What the database says, as an `Unavailable` that names it: the transaction is not kept."""
        try:
            yield
        except SQLAlchemyError as error:
            raise Unavailable(self._said(error)) from None
        except UnicodeDecodeError:
            raise Unavailable(f"the database {self} holds what is no text in UTF-8") from None

    @contextmanager
    def _committing(self) -> Iterator[None]:
        try:
            yield
        except SQLAlchemyError as error:
            is_known: type[AdapterError] = Unavailable if "is locked" in str(error) else BadAnswer
            raise is_known(self._said(error)) from None

    def _said(self, error: SQLAlchemyError) -> str:
        words = self._in_words(error) if isinstance(error, DBAPIError) else f"failed: {_first_line(error)}"
        text = f"the database {self} {words}"
        for secret in self.secrets:
            text = text.replace(secret, "***")
        return text

    def _in_words(self, error: DBAPIError) -> str:
        said = _first_line(error.orig if error.orig is not None else error)
        state = getattr(error.orig, "sqlstate", None) or ""
        for pattern, words in _WORDS:
            if re.search(pattern, f"{state} {said}"):
                return words.format(said=said, seconds=f"{self.timeout:g}")
        if error.connection_invalidated or (isinstance(error, OperationalError) and not state and self.file is None):
            return f"cannot be reached: {said}"
        return f"refused: {said}"


_WORDS = (
    (r"^42501", "does not allow it: {said}"),
    (r"^(55P03|57014)|is locked", "is in use: what was waited for did not come within {seconds} seconds"),
    (r"^(28P01|28000)|password|role .* does not exist", "cannot be reached: the user or the password is not right"),
    (r"^3D000|database .* does not exist", "cannot be reached: there is no database of that name"),
    (r"not a database|malformed", "cannot be read: the file is not a whole database of SQLite's"),
    (r"readonly database", "cannot be written: the file, or its folder, is read-only"),
    (r"unable to open", "cannot be opened: the file, or its folder, may not be read or written"),
    (r"user-defined (aggregate|function)", "cannot be used: a quantity in `vault_rules_holds` is no number"),
)


def _first_line(error: BaseException) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0] if lines else type(error).__name__


# ---- connecting ------------------------------------------------------------------------------------------------------


def connect(place: Place, setup: Setup) -> Database:
    """The database of a configuration; nothing is connected yet. Raises `Unavailable` where its driver is missing."""
    url = make_url(place.url.reveal() if isinstance(place.url, Secret) else place.url)
    url = url.set(drivername=DRIVERS[url.drivername])
    if url.get_backend_name() == "sqlite":
        return _sqlite(url, setup)
    if place.password is not None:
        url = url.set(password=place.password.reveal())
    where = url.host or url.query.get("host") or "this machine"
    name = f"`{url.database}` on {where if isinstance(where, str) else where[0]}"
    return Database(_postgresql(url, setup.timeout), name, setup.timeout, _secrets(url))


def _secrets(url: URL) -> tuple[str, ...]:
    """All forms in which a driver might say a password."""
    given = [url.password, url.query.get("password"), url.query.get("sslpassword")]
    said = [one for one in given if isinstance(one, str) and one]
    return tuple(dict.fromkeys(form for one in said for form in (one, quote(one, safe=""), quote_plus(one))))


def _sqlite(url: URL, setup: Setup) -> Database:
    file = setup.folder / Path(str(url.database))
    engine = sa.create_engine(url.set(database=str(file), query={}), connect_args={"timeout": setup.timeout})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return Database(engine, file.name, setup.timeout, file=file)


def _prepare_sqlite(connection: sqlite3.Connection, _: Any) -> None:
    connection.isolation_level = None  # transactions begin where SQLAlchemy says so, by `_begin_sqlite`
    connection.text_factory = lambda data: data.decode("utf-8", "replace")
    connection.execute("PRAGMA synchronous = FULL")  # what is committed survives a loss of power
    add_exact_sum(connection)


def _begin_sqlite(connection: Connection) -> None:
    """A writer is alone from its first word on: what it reads cannot change before it writes."""
    reads = connection.get_execution_options().get(_READS)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def _postgresql(url: URL, timeout: float) -> Engine:
    more = {} if "connect_timeout" in url.query else {"connect_timeout": max(2, ceil(timeout))}
    try:
        # a lock that was waited for must show what others have committed meanwhile
        engine = sa.create_engine(url, connect_args=more, pool_pre_ping=True, isolation_level="READ COMMITTED")
    except ModuleNotFoundError:
        raise Unavailable("PostgreSQL needs a driver: pip install 'vault-rules-sql[postgres]'") from None
    milliseconds = max(1, round(timeout * 1000))
    settings = {
        "DateStyle": "ISO, YMD",
        "bytea_output": "hex",
        "lock_timeout": milliseconds,
        "statement_timeout": milliseconds,
        "idle_in_transaction_session_timeout": 10 * milliseconds,  # a caller that is gone must not keep its locks
    }

    @event.listens_for(engine, "connect")
    def set_up(connection: Any, _: Any) -> None:
        with connection.cursor() as cursor:
            for name, value in settings.items():
                cursor.execute("SELECT set_config(%s, %s, false)", (name, str(value)))
        connection.commit()

    return engine
