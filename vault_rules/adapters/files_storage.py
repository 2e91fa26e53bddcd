"""The built-in adapters `files` of storages and of reference prices: tables in files, and a journal of bookings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction

from vault_rules.adapters.files_config import FilesConfig, PricesConfig
from vault_rules.adapters.holds import Entry, Holds
from vault_rules.adapters.kept import KeptHolds, Tables
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
    content,
)  # fmt: skip
from vault_rules.adapters.registration import Setup
from vault_rules.domain.exact import plain
from vault_rules.domain.reading import Row as ReadRow

_NOTHING = Fraction(0)


class FilesStorage:
    """A warehouse whose facilities and holdings stand in files. What it receives is added to the files' holdings."""

    def __init__(self, config: FilesConfig, setup: Setup) -> None:
        path, journal = config.places(setup)
        self._tables = Tables(path, ("facilities", "holdings"), ("facilities",))
        self._kept = KeptHolds(journal)

    def health(self) -> str:
        count = len(self._tables.table("facilities").rows)
        return f"{self._tables.path.name}, {count:,} facilities"

    def close(self) -> None:
        """Nothing is kept open between calls."""

    def facilities(self, query: Query) -> Iterator[Row]:
        """The facilities that take any of these minerals, without the room that is booked."""
        rows = self._tables.table("facilities").rows
        with self._kept.seen() as holds:
            booked = {row.texts.get("facility"): holds.taken(row.texts.get("facility", "")) for row in rows}
        for row in rows:
            accepts = row.get("accepts")
            if not accepts or not accepts.isdisjoint(query.minerals):
                yield _without(row, booked[row.texts.get("facility")])

    def holdings(self) -> Iterator[Row]:
        """The files' holdings, and below them what has been received."""
        rows = self._tables.table("holdings").rows
        for row in rows:
            yield Row({**row.texts, **row.extra}, row.number)
        with self._kept.seen() as holds:
            received = [entry for entry in holds.entries.values() if entry.received]
        for number, entry in enumerate(received, 1 + max((row.number for row in rows), default=0)):
            yield _holding(entry, number)

    def book(self, placement: Placement, key: str) -> Booking | Refusal:
        rows = self._tables.table("facilities").rows
        row = next((one for one in rows if one.texts.get("facility") == placement.facility), None)
        with self._kept.open() as holds:
            free = None if row is None else self._free(row, placement.facility, holds)
            accepts = frozenset() if row is None else row.get("accepts") or frozenset()
            refused = bool(accepts) and placement.mineral not in accepts
            against = f"`{placement.facility}` does not take {placement.mineral}" if refused else ""
            entry = holds.hold(
                key, placement.facility, content(placement), placement.quantity, free=free, against=against
            )
            return entry if isinstance(entry, Refusal) else Booking(key, placement.quantity, number=key)

    def _free(self, row: ReadRow, facility: str, holds: Holds) -> Fraction | None:
        """The room that is left; None where the file does not say how much there is."""
        capacity: Fraction | None = row.get("capacity")
        if capacity is None:
            return None
        held = (one for one in self._tables.table("holdings").rows if one.texts.get("facility") == facility)
        stored = sum((one.get("quantity") or _NOTHING for one in held), holds.stored(facility))
        return capacity - stored - holds.taken(facility)

    def confirm(self, key: str, quantity: Fraction) -> Confirmation | Refusal:
        with self._kept.open() as holds:
            return holds.confirm(key, quantity)

    def cancel(self, key: str) -> Release | Refusal:
        with self._kept.open() as holds:
            return holds.release(key)

    def receive(self, key: str, delivery: Delivery) -> Receipt | Refusal:
        with self._kept.open() as holds:
            return holds.receive(key, delivery)

    def status(self, key: str) -> Status:
        with self._kept.seen() as holds:
            return holds.status(key)


def _without(row: ReadRow, booked: Fraction) -> Row:
    cells = {**row.texts, **row.extra}
    capacity = row.get("capacity")
    if booked and capacity is not None:
        cells["capacity"] = f"{plain(max(capacity - booked, _NOTHING))} kg"
    return Row(cells, row.number)


def _holding(entry: Entry, number: int) -> Row:
    """What came under a key, as a row of holdings."""
    import json

    said = json.loads(entry.content)
    cells = {name: said[name] for name in ("mineral", "form", "origin", "facility")}
    return Row({**cells, "quantity": f"{plain(entry.received)} kg"}, number)


# ---- reference prices ------------------------------------------------------------------------------------------------


class FilesPrices:
    """Published prices and exchange rates that stand in files."""

    def __init__(self, config: PricesConfig, setup: Setup) -> None:
        self._tables = Tables(setup.folder / config.path, ("benchmarks", "fx"), ())

    def health(self) -> str:
        count = len(self._tables.table("benchmarks").rows)
        return f"{self._tables.path.name}, {count:,} benchmarks"

    def close(self) -> None:
        """Nothing is kept open between calls."""

    def benchmarks(self, query: Query) -> Iterable[Row]:
        rows = self._tables.table("benchmarks").rows
        return [Row({**row.texts, **row.extra}, row.number) for row in rows if row.get("mineral") in query.minerals]

    def rates(self) -> Iterable[Row]:
        return [Row({**row.texts, **row.extra}, row.number) for row in self._tables.table("fx").rows]
