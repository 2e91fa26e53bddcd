"""The built-in adapter `files` of traders: an order book in CSV, Parquet or Excel, and a journal of reservations."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from vault_rules.adapters import terms
from vault_rules.adapters.files_config import FilesConfig
from vault_rules.adapters.kept import KeptHolds, Tables
from vault_rules.adapters.messages import (
    Award,
    Confirmation,
    Query,
    Refusal,
    Release,
    Reservation,
    Row,
    Status,
    content,
)  # fmt: skip
from vault_rules.adapters.registration import Setup
from vault_rules.domain.exact import plain
from vault_rules.domain.reading import Row as ReadRow


class FilesTrader:
    """A trader whose offers stand in files. Made for order books that a person keeps: all rows are held in memory."""

    def __init__(self, config: FilesConfig, setup: Setup) -> None:
        path, journal = config.places(setup)
        self._tables = Tables(path, ("offers",), ("offers",))
        self._kept = KeptHolds(journal)

    def health(self) -> str:
        count = len(self._tables.table("offers").rows)
        return f"{self._tables.path.name}, {count:,} offers"

    def close(self) -> None:
        """Nothing is kept open between calls."""

    def offers(self, query: Query) -> Iterator[Row]:
        """The rows of these minerals, with what is left of each."""
        rows = self._tables.table("offers").rows
        with self._kept.seen() as holds:
            taken = {row.texts.get("offer"): holds.taken(row.texts.get("offer", "")) for row in rows}
        for row in rows:
            if row.texts.get("mineral") in query.minerals:
                yield from _what_is_left(row, taken[row.texts.get("offer")])

    def reserve(self, award: Award, key: str) -> Reservation | Refusal:
        row = next((one for one in self._tables.table("offers").rows if one.texts.get("offer") == award.offer), None)
        with self._kept.open() as holds:
            offered = None if row is None else row.get("quantity")
            free = None if offered is None else offered - holds.taken(award.offer)
            against = "" if row is None else terms.against(row, award)
            said, kept = content(award), holds.hold
            entry = kept(key, award.offer, said, award.quantity, free=free, price=award.price, against=against)
            return entry if isinstance(entry, Refusal) else Reservation(key, award.quantity, number=key)

    def confirm(self, key: str) -> Confirmation | Refusal:
        with self._kept.open() as holds:
            return holds.confirm(key)

    def release(self, key: str) -> Release | Refusal:
        with self._kept.open() as holds:
            return holds.release(key)

    def status(self, key: str) -> Status:
        with self._kept.seen() as holds:
            return holds.status(key)


def _what_is_left(row: ReadRow, taken: Fraction) -> Iterator[Row]:
    """The row as it stands in the file, or with what is left; nothing where nothing is."""
    cells = {**row.texts, **row.extra}
    offered = row.get("quantity")
    if taken and offered is not None:
        if offered <= taken:
            return
        cells["quantity"] = f"{plain(offered - taken)} kg"
    yield Row(cells, row.number)
