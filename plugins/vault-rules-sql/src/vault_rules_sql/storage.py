"""The adapter `sql` of storages: facilities and holdings in tables, what is booked in tables of the plugin's own."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import TypeVar

from sqlalchemy import func, select
from sqlalchemy.engine import Connection

from vault_rules.adapters.holds import Entry, Holds
from vault_rules.adapters.messages import (
    Booking,
    Confirmation,
    Delivery,
    Placement,
    Query,
    Receipt,
    Refusal,
    Release,
    Row,
    Status,
    Why,
    content,
)
from vault_rules.adapters.registration import Setup
from vault_rules.domain.exact import has_end, plain
from vault_rules.errors import Unavailable
from vault_rules_sql.config import StorageConfig
from vault_rules_sql.databases import connect
from vault_rules_sql.holds import Amounts, SqlHolds
from vault_rules_sql.reading import mass, takes
from vault_rules_sql.server import described
from vault_rules_sql.sources import Cells, Source, find

T = TypeVar("T")
_NOTHING = Fraction(0)
_ENDLESS = "a quantity without an end cannot be written down"
_DESK = ""  # a warehouse is one, whatever it is called in a configuration


class SqlStorage:
    """A warehouse whose facilities and holdings stand in tables or views. What it receives is added to the holdings."""

    def __init__(self, config: StorageConfig, setup: Setup) -> None:
        self._config = config
        self._database = connect(config, setup)
        self._sources: dict[str, Source] = {}

    def health(self) -> str:
        with self._database.reading() as connection:
            count = connection.scalar(select(func.count()).select_from(self._facilities(connection).table))
            self._holdings(connection)
            return f"{described(connection, self._database)}, {count:,} facilities"

    def close(self) -> None:
        self._database.close()

    def facilities(self, query: Query) -> Iterator[Row]:
        """The facilities that take any of these minerals, without the room that is booked."""
        with self._database.reading() as connection:
            source = self._facilities(connection)
            held = self._holds(connection).all()
            for number, cells in enumerate(source.rows(connection), 1):
                if any(takes(cells, mineral) for mineral in query.minerals):
                    name = (cells.get("facility") or "").strip()
                    yield _without(cells, number, held.get(("", name), Amounts()))

    def holdings(self) -> Iterator[Row]:
        """The table's holdings, and below them what has been received."""
        with self._database.reading() as connection:
            number = 0
            for number, cells in enumerate(self._holdings(connection).rows(connection), 1):
                yield Row(cells, number)
            for below, entry in enumerate(self._holds(connection).received(), number + 1):
                yield Row(_holding(entry), below)

    def book(self, placement: Placement, key: str) -> Booking | Refusal:
        def work(connection: Connection) -> Booking | Refusal:
            rows = self._facilities(connection).locked(connection, "facility", placement.facility)
            free, against = self._free(connection, rows, placement.facility), _against(rows, placement)
            holds, said = self._holds(connection).change(key), content(placement)
            entry = holds.hold(key, placement.facility, said, placement.quantity, free=free, against=against)
            return entry if isinstance(entry, Refusal) else Booking(key, placement.quantity, number=key)

        return self._database.change(work)

    def confirm(self, key: str, quantity: Fraction) -> Confirmation | Refusal:
        if not has_end(quantity):
            return Refusal(key, Why.OTHER, _ENDLESS)
        return self._change(key, lambda holds: holds.confirm(key, quantity))

    def cancel(self, key: str) -> Release | Refusal:
        return self._change(key, lambda holds: holds.release(key))

    def receive(self, key: str, delivery: Delivery) -> Receipt | Refusal:
        if not has_end(delivery.quantity):
            return Refusal(key, Why.OTHER, _ENDLESS)
        return self._change(key, lambda holds: holds.receive(key, delivery))

    def status(self, key: str) -> Status:
        with self._database.reading() as connection:
            return self._holds(connection).status(key)

    # ---- within a transaction ----------------------------------------------------------------------------------------

    def _change(self, key: str, call: Callable[[Holds], T]) -> T:
        return self._database.change(lambda connection: call(self._holds(connection).change(key)))

    def _free(self, connection: Connection, rows: list[Cells], facility: str) -> Fraction | None:
        """The room that is left in a facility whose row is locked; None where the table does not say how much."""
        capacity = mass(rows[0], "facilities", "capacity") if rows else None
        if capacity is None:
            return None
        source = self._holdings(connection)
        lying = source.rows(connection, source.trimmed("facility") == facility)
        stored = sum((mass(cells, "holdings", "quantity") or _NOTHING for cells in lying), _NOTHING)
        held = self._holds(connection).of("", facility)
        return capacity - stored - held.stored - held.taken

    def _facilities(self, connection: Connection) -> Source:
        return self._source(connection, "facilities", self._config.facilities, self._config.facility_columns)

    def _holdings(self, connection: Connection) -> Source:
        return self._source(connection, "holdings", self._config.holdings, self._config.holding_columns)

    def _source(self, connection: Connection, table: str, name: str, columns: tuple[str, ...]) -> Source:
        """A table, looked at once."""
        if table not in self._sources:
            self._sources[table] = find(connection, self._database, table, name, columns)
        return self._sources[table]

    def _holds(self, connection: Connection) -> SqlHolds:
        return SqlHolds(connection, self._database, self._facilities(connection).book, _DESK)


def _against(rows: list[Cells], placement: Placement) -> str:
    """Why a facility does not take what is to be placed; nothing where it does, or where there is none."""
    if len(rows) > 1:
        return f"`{placement.facility}` stands twice in the table"
    if not has_end(placement.quantity):
        return _ENDLESS
    if rows and not takes(rows[0], placement.mineral):
        return f"`{placement.facility}` does not take {placement.mineral}"
    return ""


def _without(cells: Cells, number: int, held: Amounts) -> Row:
    capacity = mass(cells, "facilities", "capacity") if held.taken else None
    if capacity is None:
        return Row(cells, number)
    return Row({**cells, "capacity": f"{plain(max(capacity - held.taken, _NOTHING))} kg"}, number)


def _holding(entry: Entry) -> Cells:
    """What came under a key, as a row of holdings."""
    try:
        said = json.loads(entry.content)
        cells = {name: said[name] for name in ("mineral", "form", "origin", "facility")}
    except (ValueError, TypeError, KeyError):
        raise Unavailable(f"what was booked under {entry.key} was changed by others than vault-rules") from None
    return {**cells, "quantity": f"{plain(entry.received)} kg"}
