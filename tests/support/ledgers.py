"""Ledgers for tests: a clock that stands where it is put, awards, runs, and a database's bare hands."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import count
from typing import Any

import attrs
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from tests.support.awards import COBALT as COBALT  # noqa: PLC0414  # handed on to the tests of ledgers
from vault_rules.domain.plan import Award, Placement
from vault_rules.domain.receipt import Receipt
from vault_rules.execution.ledger import open_ledger
from vault_rules.execution.ledger.drafts import Draft, Snapshot, awarded, claim, intent, outcome
from vault_rules.execution.ledger.store import Ledger
from vault_rules.execution.ledger.tables import GUARDS

AS_OF = date(2027, 8, 1)
RECEIPT = Receipt(
    policy="small",
    version="1",
    policy_sha256="a" * 64,
    book_sha256="b" * 64,
    as_of=AS_OF,
    program="0.1.0",
    parameters={"domestic_cap": "15%"},
    adapters={"files": "1.0"},
    functions={"landed": "2.1"},
)
SNAPSHOT = Snapshot("snapshots/2027-08-01", "c" * 64)
COPPER = attrs.evolve(
    COBALT, request="r2", offer="b", trader="traxys", mineral="copper", price=Fraction(10) / Fraction("0.45359237")
)
PLACEMENT = Placement("r1", "a", "houston", "early", Fraction(10_000), Decimal("120.00"))


class Clock:
    """Ten o'clock, and a second later each time."""

    def __init__(self) -> None:
        self._seconds = count()

    def __call__(self) -> datetime:
        return datetime(2027, 8, 1, 10, tzinfo=UTC) + timedelta(seconds=next(self._seconds))


def new_ledger(url: str, wait: float = 20) -> Ledger:
    return open_ledger(url, Clock(), wait=wait)


def begun(ledger: Ledger, *runs: str) -> Ledger:
    """The ledger with runs in it."""
    for run in runs or ("run-1",):
        ledger.begin(run, RECEIPT, SNAPSHOT)
    return ledger


def claimed(key: str, award: Award = COBALT, day: date = AS_OF) -> Draft:
    return claim(key, award, "USD", day)


def bought(key: str, award: Award = COBALT, day: date = AS_OF) -> list[Draft]:
    """All that a run says of an award that goes well."""
    return [
        claimed(key, award, day),
        intent(key, "reserve", award.trader),
        outcome(key, "reserve", award.trader, "done"),
        awarded(key, award, "USD", day),
    ]


@contextmanager
def bare_hands(ledger: Ledger) -> Iterator[Connection]:
    """The database without its guards, as its owner may have it."""
    with ledger.database.writing() as connection:
        drop_guards(connection)
        yield connection


def drop_guards(connection: Connection) -> None:
    dialect = connection.dialect.name
    for name in GUARDS[dialect]:
        table = "ledger_head" if "head" in name else "ledger_entries"
        connection.execute(sa.text(f"DROP TRIGGER {name}" + (f" ON {table}" if dialect == "postgresql" else "")))


def rows_of(ledger: Ledger) -> list[dict[str, Any]]:
    return [attrs.asdict(entry) for entry in ledger.entries()]
