"""The ledger: appending to it, claiming under its lock, reading it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import date
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from vault_rules.domain.canonical import canonical
from vault_rules.domain.entry import Entry, Head, Kind, chained
from vault_rules.domain.receipt import Receipt
from vault_rules.errors import LedgerError, UsageError
from vault_rules.execution.clock import Clock, moment
from vault_rules.execution.ledger import schema
from vault_rules.execution.ledger.checks import check, named
from vault_rules.execution.ledger.databases import Database, connect
from vault_rules.execution.ledger.drafts import Draft, Snapshot, begun
from vault_rules.execution.ledger.guards import lost
from vault_rules.execution.ledger.places import Key, Place, places
from vault_rules.execution.ledger.prior import prior_awards
from vault_rules.execution.ledger.rows import entry_of, fields, head_of, of_kinds
from vault_rules.execution.ledger.runs import Run, runs
from vault_rules.execution.ledger.standing import COUNTED, Standing
from vault_rules.execution.ledger.tables import entries, head
from vault_rules.execution.ledger.verify import Verified, verified

if TYPE_CHECKING:
    import polars as pl

Decide = Callable[[Standing], Sequence[Draft]]


class Ledger:
    """An open ledger, safe to share between threads. Make it by `open_ledger`; close it, or use it in a `with`."""

    def __init__(self, database: Database, clock: Clock | None) -> None:
        self.database = database
        self._clock = clock
        self._standing = Standing()
        self._claimed: set[tuple[str, str]] = set()
        self._runs: set[str] = set()
        self._lock = threading.Lock()
        self._holder: int | None = None

    @classmethod
    def open(cls, url: str, clock: Clock | None, *, wait: float) -> Self:
        """See `open_ledger`."""
        database = connect(url, wait=wait, make=clock is not None)
        try:
            schema.prepare(database, make=clock is not None)
        except BaseException:
            database.engine.dispose()
            raise
        return cls(database, clock)

    def __repr__(self) -> str:
        return f"<Ledger {self.database}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close every connection."""
        self.database.engine.dispose()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One thread at a time. Who asks again from inside `claim` would wait for itself, and is told so."""
        if self._holder == threading.get_ident():
            raise UsageError("what `Ledger.claim` calls must not use the ledger: it is given all that stands")
        with self._lock:
            self._holder = threading.get_ident()
            try:
                yield
            finally:
                self._holder = None

    # ---- writing ---------------------------------------------------------------------------------------------------

    def begin(self, run: str, receipt: Receipt, snapshot: Snapshot) -> Entry:
        """A run begins. Raises `UsageError` where the ledger has a run of this name."""
        (entry,) = self._write(run, (begun(receipt, snapshot),), is_new=True)
        return entry

    def append(self, run: str, drafts: Iterable[Draft]) -> tuple[Entry, ...]:
        """Record entries, all or none, behind all others. Many at once cost little more than one.

        Raises `UsageError` for an unknown run, or an award or release of what was never claimed; `LedgerError` where
        the database fails. When this returns, they stand.
        """
        return self._write(run, tuple(drafts))

    def claim(self, run: str, decide: Decide) -> tuple[Entry, ...]:
        """Look at what stands, then record or do not, while no other run can record anything.

        `decide` is given the standing of all runs, and gives what is to be recorded: claims, and what else belongs with
        them, or nothing. Nobody else can write until it returns, so that it should be quick, and it must not use the
        ledger. What it raises passes through, and nothing is recorded.
        """
        return self._write(run, decide)

    def _write(self, run: str, asked: tuple[Draft, ...] | Decide, *, is_new: bool = False) -> tuple[Entry, ...]:
        """The one way in: lock the head, look, decide, chain, write, move the head. Few words while the lock is held:
        the others wait.
        """
        if self._clock is None:
            raise UsageError(f"the ledger {self.database} was opened without a clock: for reading")
        named(run, "run")
        given = () if callable(asked) else _texts(asked)
        with self._alone(), self.database.writing() as connection:
            last = _lock_head(connection, self.database)
            self._find_run(connection, run, is_new)
            if callable(asked) or any(one.kind in COUNTED for one in asked):
                self._catch_up(connection, last)
            drafts = tuple(asked(self._standing)) if callable(asked) else asked
            check(run, drafts, self._standing, self._claimed)
            made = _chain(last, run, drafts, _texts(drafts) if callable(asked) else given, self._clock)
            if made:
                connection.execute(sa.insert(entries), [fields(one) for one in made])
                connection.execute(sa.update(head).values(entries=made[-1].sequence, hash=made[-1].hash))
        self._runs.add(run)
        return made

    def _find_run(self, connection: Connection, run: str, is_new: bool) -> None:
        """What was there once is there still, so that only a new name is looked up."""
        query = sa.select(entries.c.sequence).where(entries.c.run == run).limit(1)
        is_there = run in self._runs or connection.scalar(query) is not None
        if is_new and is_there:
            raise UsageError(f"the ledger {self.database} has a run {run} already")
        if not is_new and not is_there:
            raise UsageError(f"the ledger {self.database} has no run {run}")

    def _catch_up(self, connection: Connection, last: Head) -> None:
        """Read what all runs have done to the standing since the last look."""
        before = self._standing
        if last.entries < before.mark:
            raise LedgerError(f"the ledger {self.database} is shorter than it was: see `vault-rules ledger verify`")
        more = tuple(of_kinds(connection, COUNTED, after=before.mark))
        self._standing = before.after(more)
        self._claimed.update((one.run, one.award) for one in more if one.kind == Kind.CLAIM and one.award is not None)

    # ---- reading ---------------------------------------------------------------------------------------------------

    def head(self) -> Head:
        """How many entries there are, and the hash of the last: what to note elsewhere, for `verify`."""
        with self.database.reading() as connection:
            return head_of(connection, self.database)

    def standing(self) -> Standing:
        """What stands now."""
        with self._alone(), self.database.reading() as connection:
            self._catch_up(connection, head_of(connection, self.database))
            return self._standing

    def entries(
        self, *, run: str | None = None, kinds: Sequence[Kind] | None = None, award: str | None = None, after: int = 0
    ) -> Iterator[Entry]:
        """The entries in their order, a thousand at a time in memory; if asked for, only those of a run, of some kinds,
        of an award, behind a sequence number.
        """
        query = sa.select(entries).where(entries.c.sequence > after).order_by(entries.c.sequence)
        if run is not None:
            query = query.where(entries.c.run == run)
        if kinds is not None:
            query = query.where(entries.c.kind.in_([str(kind) for kind in kinds]))
        if award is not None:
            query = query.where(entries.c.award == award)
        with self.database.reading() as connection, closing(_few_at_a_time(connection, query)) as rows:
            for row in rows:
                yield entry_of(row)

    def run(self, name: str) -> Run:
        """A run by its name. Raises `UsageError` where there is none."""
        for one in self.runs():
            if one.name == name:
                return one
        raise UsageError(f"the ledger {self.database} has no run {name}")

    def runs(self) -> tuple[Run, ...]:
        """All runs, in the order begun."""
        standing = self.standing()
        with self.database.reading() as connection:
            ends = tuple(of_kinds(connection, (Kind.RUN, Kind.END)))
            query = sa.select(entries.c.run, sa.func.count()).group_by(entries.c.run)
            counts = {row[0]: row[1] for row in connection.execute(query)}
            return tuple(runs(ends, counts, standing))

    def places(self) -> dict[Key, tuple[Place, ...]]:
        """Where awards are stored, by run and key."""
        with self.database.reading() as connection:
            return places(of_kinds(connection, (Kind.PLACEMENT,)))

    def prior_awards(self, as_of: date, *, claimed: bool = True) -> pl.DataFrame:
        """What stands on a day as a book's table `awards`: with what is only claimed, unless `claimed` is false.

        A frame of texts: all columns of `awards`, and the policies' fields. An award is `received` once its placements
        are, all of it. What is dated after `as_of` is left out.
        """
        lines = self.standing().lines(until=as_of, confirmed=None if claimed else True)
        return prior_awards(lines, self.places(), as_of)

    def verify(self, noted: Head | None = None) -> Verified:
        """Whether all is as it was written. `noted`: a head that was noted elsewhere, which must still be in the chain.

        Raises `LedgerError` only where the database cannot be read.
        """
        with self.database.reading() as connection:
            row = connection.execute(sa.select(head.c.entries, head.c.hash)).one_or_none()
            query = sa.select(entries).order_by(entries.c.sequence)
            now = None if row is None else Head(row.entries, row.hash)
            with closing(_few_at_a_time(connection, query)) as rows:
                return verified(map(entry_of, rows), now, noted, lost(connection))


def _lock_head(connection: Connection, database: Database) -> Head:
    """The head, kept from all other writers until the transaction ends."""
    return head_of(connection, database, lock=connection.dialect.name == "postgresql")


def _few_at_a_time(connection: Connection, query: sa.Select[Any]) -> sa.CursorResult[Any]:
    """The rows, a thousand in memory; to be closed, also where not all are read."""
    return connection.execution_options(yield_per=1000).execute(query)


def _texts(drafts: Iterable[Draft]) -> tuple[str, ...]:
    return tuple(canonical(one.payload) for one in drafts)


def _chain(last: Head, run: str, drafts: Sequence[Draft], payloads: Sequence[str], clock: Clock) -> tuple[Entry, ...]:
    """The drafts as entries behind the last one."""
    made: list[Entry] = []
    previous, at = last.hash, moment(clock) if drafts else ""
    for sequence, (one, payload) in enumerate(zip(drafts, payloads, strict=True), start=last.entries + 1):
        kind = Kind(one.kind).value
        hash = chained(sequence, run, one.award, kind, at, payload, previous)
        made.append(Entry(sequence, run, one.award, kind, at, payload, previous, hash))
        previous = hash
    return tuple(made)
