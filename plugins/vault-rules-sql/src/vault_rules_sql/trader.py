"""The adapter `sql` of traders: an order book in a table, and what is held of it in tables of the plugin's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

from sqlalchemy import func, select
from sqlalchemy.engine import Connection

from vault_rules.adapters import terms
from vault_rules.adapters.holds import Holds
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
)
from vault_rules.adapters.registration import Setup
from vault_rules.domain.exact import has_end, plain
from vault_rules_sql.config import TraderConfig
from vault_rules_sql.databases import connect
from vault_rules_sql.holds import Amounts, SqlHolds
from vault_rules_sql.reading import mass, read_row
from vault_rules_sql.server import described
from vault_rules_sql.sources import Cells, Source, find, of_minerals, of_trader

T = TypeVar("T")


class SqlTrader:
    """A trader whose offers stand in a table or view. Calls may come from any thread, and from any process."""

    def __init__(self, config: TraderConfig, setup: Setup) -> None:
        self._config = config
        self._database = connect(config, setup)
        self._trader = config.trader or setup.name
        self._source: Source | None = None

    def health(self) -> str:
        with self._database.reading() as connection:
            source = self._offers(connection)
            asked = select(func.count()).select_from(source.table).where(*of_trader(source, self._trader))
            count = connection.scalar(asked)
            return f"{described(connection, self._database)}, {count:,} offers of {self._trader}"

    def close(self) -> None:
        self._database.close()

    def offers(self, query: Query) -> Iterator[Row]:
        """The rows of these minerals, with what is left of each."""
        with self._database.reading() as connection:
            source = self._offers(connection)
            held = self._holds(connection, source).all()
            where = of_minerals(source, query.minerals), *of_trader(source, self._trader)
            for number, cells in enumerate(source.rows(connection, *where), 1):
                yield from _what_is_left(cells, number, held.get((_owner(cells), _offer(cells)), Amounts()))

    def reserve(self, award: Award, key: str) -> Reservation | Refusal:
        def work(connection: Connection) -> Reservation | Refusal:
            source = self._offers(connection)
            rows = source.locked(connection, "offer", award.offer, *of_trader(source, self._trader))
            owner, offered = (_owner(rows[0]), mass(rows[0], "offers", "quantity")) if rows else ("", None)
            kept = self._holds(connection, source)
            free = None if offered is None else offered - kept.of(owner, award.offer).taken
            said, against = content(award), _against(rows, award)
            entry = kept.change(key, owner).hold(
                key, award.offer, said, award.quantity, free=free, price=award.price, against=against
            )
            return entry if isinstance(entry, Refusal) else Reservation(key, award.quantity, number=key)

        return self._database.change(work)

    def confirm(self, key: str) -> Confirmation | Refusal:
        return self._change(key, lambda holds: holds.confirm(key))

    def release(self, key: str) -> Release | Refusal:
        return self._change(key, lambda holds: holds.release(key))

    def status(self, key: str) -> Status:
        with self._database.reading() as connection:
            return self._holds(connection, self._offers(connection)).status(key)

    # ---- within a transaction ----------------------------------------------------------------------------------------

    def _change(self, key: str, call: Callable[[Holds], T]) -> T:
        def work(connection: Connection) -> T:
            return call(self._holds(connection, self._offers(connection)).change(key))

        return self._database.change(work)

    def _offers(self, connection: Connection) -> Source:
        """The table, looked at once."""
        if self._source is None:
            self._source = find(connection, self._database, "offers", self._config.offers, self._config.columns)
        return self._source

    def _holds(self, connection: Connection, source: Source) -> SqlHolds:
        return SqlHolds(connection, self._database, source.book, self._trader)


def _offer(cells: Cells) -> str:
    return (cells.get("offer") or "").strip()


def _owner(cells: Cells) -> str:
    return (cells.get("trader") or "").strip()


def _what_is_left(cells: Cells, number: int, held: Amounts) -> Iterator[Row]:
    """The row as it stands in the table, or with what is left; nothing where nothing is."""
    shown = {name: cell for name, cell in cells.items() if name != "trader"}  # the table's name may be another
    offered = mass(cells, "offers", "quantity") if held.taken else None
    if offered is not None:
        if offered <= held.taken:
            return
        shown["quantity"] = f"{plain(offered - held.taken)} kg"
    yield Row(shown, number)


def _against(rows: list[Cells], award: Award) -> str:
    """Why an award is not to be had of the rows that bear its offer's name; nothing where it is, or where none does."""
    row = read_row(rows[0], "offers") if rows else None
    if len(rows) > 1:
        return f"`{award.offer}` stands twice in the table"
    if not (has_end(award.quantity) and has_end(award.price)):
        return "a quantity or a price without an end cannot be written down"
    return "" if row is None else terms.against(row, award)
