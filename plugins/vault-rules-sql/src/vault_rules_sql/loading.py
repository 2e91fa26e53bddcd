"""Files of a book into the plugin's own tables: numbers as numbers, each in the unit, currency and `per` of its row."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import attrs
from sqlalchemy import Connection, Date, Table, delete, insert

from vault_rules.adapters.files import read_some
from vault_rules.domain.exact import has_end
from vault_rules.domain.reading import ReadTable, Row, read_table
from vault_rules.domain.tables import named
from vault_rules.domain.units import MASS_UNITS
from vault_rules.errors import BookError, UsageError
from vault_rules_sql.tables import facilities, holdings, offers

OWN: Mapping[str, Table] = {"offers": offers, "facilities": facilities, "holdings": holdings}
_MASSES = ("mass", "stock")


@attrs.frozen
class Loaded:
    """How many rows stand in a table now, and how many of the file were another trader's."""

    table: str
    rows: int
    others: int = 0


def read_files(path: Path, *tables: str) -> list[ReadTable]:
    """Tables of a folder, a workbook or a file, every cell of which can be read. Raises `BookError`, `UsageError`."""
    sheets, bad = read_some(path, *tables, required=tables[:1])
    read = [read_table(sheet) for sheet in sheets.values()]
    found = (one for table in read for one in table.bad)
    # a trader's own book need not name the trader
    unread = [*bad, *(one for one in found if one.column != "trader" or one.value is not None)]
    if unread:
        raise BookError(unread)
    return read


def load(connection: Connection, table: ReadTable, trader: str = "") -> Loaded:
    """Put the rows in the place of those that stood there (of offers: the trader's). What is held stays held."""
    own = OWN[table.name]
    rows = [row for row in table.rows if _is_of(row, table.name, trader)]
    records = [_record_of(row, table, trader) for row in rows]
    connection.execute(delete(own).where(own.c.trader == trader) if table.name == "offers" else delete(own))
    if records:
        connection.execute(insert(own), records)
    return Loaded(table.name, len(records), len(table.rows) - len(rows))


def _is_of(row: Row, table: str, trader: str) -> bool:
    return table != "offers" or row.texts.get("trader", trader) == trader


def _record_of(row: Row, table: ReadTable, trader: str) -> dict[str, Any]:
    if row.extra:
        raise UsageError(
            f"{table.place}: the table `{OWN[table.name].name}` has no column for `{next(iter(row.extra))}`: keep such "
            "a book in a table of your own, and name its columns in vault.toml"
        )
    if "content" in row.texts and table.name == "offers":
        raise UsageError(
            f"{table.place}, row {row.number}: an offer with a `content` is not traded from the table "
            f"`{offers.name}`: give the quantity and the price of what is contained"
        )
    return to_record(table.name, row) | ({"trader": trader} if table.name == "offers" else {})


# ---- one row ---------------------------------------------------------------------------------------------------------


def to_record(table: str, row: Row) -> dict[str, Any]:
    """The row for the plugin's own table. Masses that cannot be written in the row's unit are in kilograms."""
    record: dict[str, Any] = {name: row.texts.get(name) for name in named(table) if name in OWN[table].c}
    record |= {name: row.get(name) for name in row.texts if isinstance(OWN[table].c[name].type, Date)}
    record |= _masses(table, row)
    if row.get("purity") is not None:
        record["purity"] = 100 * row.get("purity")
    return record | _price(row)


def _masses(table: str, row: Row) -> dict[str, Any]:
    names = [name for name in row.texts if named(table)[name].kind in _MASSES]
    unit = row.units.unit
    if not all(has_end(row.get(name) / MASS_UNITS[unit]) for name in names):
        if "cost" in row.texts and "/" not in row.texts["cost"]:
            raise UsageError(
                f"row {row.number}: the capacity has no end in `{unit}`, which the cost is for: name its unit"
            )
        unit = "kg"
    return {"unit": unit} | {name: row.get(name) / MASS_UNITS[unit] for name in names}


def _price(row: Row) -> dict[str, Any]:
    """The price as it was offered: for its own unit, where it has an end."""
    if "price" not in row.texts:
        return {}
    money, (_, slash, per) = row.get("price"), row.texts["price"].rpartition("/")
    per = per.strip() if slash else row.units.per
    return {"price": money.amount * MASS_UNITS[per], "currency": money.currency, "per": per}
