"""What is held, in tables of the plugin's own: the rules are those of `vault_rules.adapters.holds`."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import attrs
from sqlalchemy import Row, and_, insert, select, update
from sqlalchemy.engine import Connection

from vault_rules.adapters.holds import Entry, Holds
from vault_rules.adapters.messages import State, Status, Why
from vault_rules.errors import Unavailable
from vault_rules_sql.databases import Database
from vault_rules_sql.exact import exact_sum
from vault_rules_sql.schema import is_ready, must_be_ready
from vault_rules_sql.tables import deliveries, holds

_HOLDING = tuple(state.value for state in (State.HELD, State.CONFIRMED, State.RECEIVED))
_NOTHING = Fraction(0)


@attrs.frozen
class Amounts:
    """Of one offer or facility: what is not free though it has not arrived, and what has arrived."""

    taken: Fraction = _NOTHING
    stored: Fraction = _NOTHING


class SqlHolds:
    """The holds of one desk on the rows of one table, within a transaction."""

    def __init__(self, connection: Connection, database: Database, book: str, desk: str) -> None:
        self.connection, self.database, self.book, self.desk = connection, database, book, desk

    def change(self, key: str, owner: str = "") -> Holds:
        """The holds with what is known of a key, which nobody else changes until the transaction ends. `owner` is the
        trader of the row for which something will be held.
        """
        must_be_ready(self.connection, self.database)
        known = self._entry(key, lock=True)
        found = Holds(lambda entry: self._keep(entry, found.entries.get(key), owner))
        found.learn([] if known is None else [known])
        return found

    def status(self, key: str) -> Status:
        """Where there are no tables yet, nothing is held."""
        known = self._entry(key) if is_ready(self.connection, self.database) else None
        return Status(key, State.UNKNOWN) if known is None else known.status()

    # ---- amounts -----------------------------------------------------------------------------------------------------

    def of(self, owner: str, subject: str) -> Amounts:
        """What is held of one offer or facility, by whomever. It stays so while its row is locked."""
        must_be_ready(self.connection, self.database)
        where = and_(holds.c.owner == owner, holds.c.subject == subject)
        return next((amounts for _, amounts in self._amounts(where)), Amounts())

    def all(self) -> dict[tuple[str, str], Amounts]:
        """The same for all, by owner and subject."""
        return dict(self._amounts(True)) if is_ready(self.connection, self.database) else {}

    def _amounts(self, where: Any) -> Iterator[tuple[tuple[str, str], Amounts]]:
        dialect, ours = self.connection.dialect, holds.c
        sums = [exact_sum(column, dialect) for column in (ours.quantity, ours.received)]
        asked = (
            select(ours.owner, ours.subject, *sums)
            .where(ours.book == self.book, ours.state.in_(_HOLDING), where)
            .group_by(ours.owner, ours.subject)
        )
        for row in self._read(asked):
            owner, subject, quantity, received = tuple(row)
            stored = received or _NOTHING
            yield (owner, subject), Amounts((quantity or _NOTHING) - stored, stored)

    # ---- entries -----------------------------------------------------------------------------------------------------

    def received(self) -> Iterator[Entry]:
        """The entries under which something has arrived, at this table, in the order of their keys."""
        if is_ready(self.connection, self.database):
            where = holds.c.book == self.book, holds.c.state.in_(_HOLDING)
            for row in self._read(select(holds).where(*where).order_by(holds.c.desk, holds.c.key)):
                entry = self._made(row)
                if entry.received:
                    yield entry

    def _entry(self, key: str, *, lock: bool = False) -> Entry | None:
        asked = select(holds).where(self._is(holds, key))
        row = next(iter(self._read(asked.with_for_update() if lock else asked)), None)
        if row is None:
            return None
        entry = self._made(row)
        if not entry.received:
            return entry
        came = self._read(select(deliveries).where(self._is(deliveries, key)))
        return attrs.evolve(entry, deliveries={one.delivery: (one.content, one.received) for one in came})

    def _is(self, table: Any, key: str) -> Any:
        return and_(table.c.book == self.book, table.c.desk == self.desk, table.c.key == key)

    def _read(self, asked: Any) -> list[Row[Any]]:
        try:
            return list(self.connection.execute(asked))
        except ValueError as why:  # a number that is none
            raise self._damaged(why) from None

    def _made(self, row: Row[Any]) -> Entry:
        try:
            why = None if row.why is None else Why(row.why)
            state = State(row.state)
        except ValueError as error:
            raise self._damaged(error) from None
        return Entry(
            row.key, state, row.subject, row.content, row.quantity, row.price, row.received,
            why=why, text=row.words, left=row.remaining,
        )  # fmt: skip

    def _damaged(self, why: Exception) -> Unavailable:
        return Unavailable(f"`{holds.name}` in {self.database} was changed by others than vault-rules: {why}")

    def _keep(self, entry: Entry, before: Entry | None, owner: str) -> None:
        values = {
            "state": entry.state.value, "quantity": entry.quantity, "received": entry.received, "price": entry.price,
            "subject": entry.subject, "content": entry.content, "why": None if entry.why is None else entry.why.value,
            "words": entry.text, "remaining": entry.left,
        }  # fmt: skip
        ours = {"book": self.book, "desk": self.desk, "key": entry.key}
        if before is None:
            self.connection.execute(insert(holds).values(**ours, owner=owner, **values))
        else:
            self.connection.execute(update(holds).where(self._is(holds, entry.key)).values(**values))
        for name, (content, received) in entry.deliveries.items():
            if before is None or name not in before.deliveries:
                new = {"delivery": name, "content": content, "received": received}
                self.connection.execute(insert(deliveries).values(**ours, **new))
