"""A trader and a warehouse that keep their books in PostgreSQL, for several processes at once: rows are locked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from fractions import Fraction
from typing import Any

import psycopg

from vault_rules.adapters.messages import (
    Award,
    Booking,
    Confirmation,
    Placement,
    Query,
    Refusal,
    Release,
    Reservation,
    Row,
    State,
    Status,
    Why,
)  # fmt: skip

SCHEMA = """
CREATE TABLE subjects (name text PRIMARY KEY, free numeric NOT NULL CHECK (free >= 0));
CREATE TABLE holds (key text PRIMARY KEY, subject text, quantity numeric, price text, state text NOT NULL);
"""


def connection(url: str) -> psycopg.Connection[Any]:
    return psycopg.connect(url, autocommit=True)


def make(url: str, subjects: Mapping[str, int]) -> None:
    with connection(url) as to:
        for statement in SCHEMA.strip().split(";\n"):
            to.execute(statement.encode())
        for name, free in subjects.items():
            to.execute("INSERT INTO subjects VALUES (%s, %s)", (name, free))


class Books:
    """What both have in common. A call comes from whatever thread: it takes a connection that is free, or a new one."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._free_ones: list[psycopg.Connection[Any]] = []

    @contextmanager
    def transaction(self) -> Iterator[psycopg.Connection[Any]]:
        to = self._free_ones.pop() if self._free_ones else connection(self.url)
        with to.transaction():
            yield to
        self._free_ones.append(to)

    def health(self) -> str:
        return "there"

    def close(self) -> None:
        pass

    def hold(self, key: str, subject: str, quantity: Fraction, price: Fraction | None) -> Refusal | None:
        with self.transaction() as to:
            known = to.execute("SELECT state FROM holds WHERE key = %s", (key,)).fetchone()
            if known is not None:
                return None if known[0] in ("held", "confirmed") else Refusal(key, Why.RELEASED)
            row = to.execute("SELECT free FROM subjects WHERE name = %s FOR UPDATE", (subject,)).fetchone()
            assert row is not None
            if Fraction(row[0]) < quantity:
                return Refusal(key, Why.LESS, "less is left", Fraction(row[0]) or None)
            self._free(to, subject, -quantity)
            said = None if price is None else str(price)
            to.execute("INSERT INTO holds VALUES (%s, %s, %s, %s, 'held')", (key, subject, _number(quantity), said))
            return None

    def _free(self, to: psycopg.Connection[Any], subject: str, more: Fraction) -> None:
        to.execute("UPDATE subjects SET free = free + %s WHERE name = %s", (_number(more), subject))

    def bind(self, key: str, quantity: Fraction | None) -> Confirmation | Refusal:
        with self.transaction() as to:
            row = to.execute("SELECT state, quantity, subject FROM holds WHERE key = %s FOR UPDATE", (key,)).fetchone()
            if row is None or row[0] not in ("held", "confirmed"):
                return Refusal(key, Why.UNKNOWN)
            held = Fraction(row[1])
            bound = held if quantity is None else quantity
            if row[0] == "held":
                self._free(to, row[2], held - bound)
                to.execute("UPDATE holds SET state = 'confirmed', quantity = %s WHERE key = %s", (_number(bound), key))
            return Confirmation(key, bound)

    def give_back(self, key: str) -> Release | Refusal:
        with self.transaction() as to:
            row = to.execute("SELECT state, quantity, subject FROM holds WHERE key = %s FOR UPDATE", (key,)).fetchone()
            if row is None:
                to.execute("INSERT INTO holds VALUES (%s, NULL, NULL, NULL, 'released')", (key,))
            elif row[0] == "confirmed":
                return Refusal(key, Why.CONFIRMED)
            elif row[0] == "held":
                self._free(to, row[2], Fraction(row[1]))
                to.execute("UPDATE holds SET state = 'released', quantity = NULL WHERE key = %s", (key,))
            return Release(key)

    def status(self, key: str) -> Status:
        with self.transaction() as to:
            row = to.execute("SELECT state, quantity, price FROM holds WHERE key = %s", (key,)).fetchone()
        if row is None:
            return Status(key, State.UNKNOWN)
        quantity = None if row[1] is None else Fraction(row[1])
        price = Fraction(row[2]) if row[0] == "confirmed" and row[2] is not None else None
        return Status(key, State(row[0]), quantity, price=price)


class PgTrader(Books):
    def offers(self, query: Query) -> Iterable[Row]:
        return []

    def reserve(self, award: Award, key: str) -> Reservation | Refusal:
        return self.hold(key, award.offer, award.quantity, award.price) or Reservation(key, award.quantity)

    def confirm(self, key: str) -> Confirmation | Refusal:
        return self.bind(key, None)

    def release(self, key: str) -> Release | Refusal:
        return self.give_back(key)


class PgStorage(Books):
    def facilities(self, query: Query) -> Iterable[Row]:
        return []

    def holdings(self) -> Iterable[Row]:
        return []

    def book(self, placement: Placement, key: str) -> Booking | Refusal:
        return self.hold(key, placement.facility, placement.quantity, None) or Booking(key, placement.quantity)

    def confirm(self, key: str, quantity: Fraction) -> Confirmation | Refusal:
        return self.bind(key, quantity)

    def cancel(self, key: str) -> Release | Refusal:
        return self.give_back(key)

    def receive(self, key: str, delivery: Any) -> Any:
        raise AssertionError("an execution ends before anything arrives")


def _number(quantity: Fraction) -> str:
    from vault_rules.domain.exact import plain

    return plain(quantity)
