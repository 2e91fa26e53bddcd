"""Rows of an order book as Quotes: each number in a field of its own, without its unit."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from vault_rules.adapters.messages import Row
from vault_rules.domain.cells import RowUnits, read_date, read_price, read_quantity
from vault_rules.domain.exact import plain
from vault_rules_fix.orders import KG
from vault_rules_fix.said import Said, say
from vault_rules_fix.tags import COLUMN_NAME, COLUMN_VALUE, COLUMNS, NO_COLUMNS, QUOTE_REQ_ID, Kind

_PRICE = re.compile(r"([0-9.+]+)\s*([A-Z]{3})?\s*(?:/\s*(\w+))?", re.ASCII)
_MASSES = ("quantity", "min_quantity", "lot")


def quote(row: Row, id: str) -> Said:
    """The Quote of a row. Raises `Unreadable`, and `ValueError` for a text that FIX cannot say."""
    cells = {name: text for name, text in row.cells.items() if text}
    read_price(cells["price"], RowUnits())  # a price that is none is not quoted
    cells |= dict(_prices(cells)) | dict(_masses(cells)) | dict(_days(cells))
    more = {name: text for name, text in cells.items() if name not in COLUMNS and name != "trader"}
    pairs = [pair for name, text in more.items() for pair in ((COLUMN_NAME, name), (COLUMN_VALUE, text))]
    counted = [(NO_COLUMNS, str(len(more))), *pairs] if more else []
    return say(Kind.QUOTE, {QUOTE_REQ_ID: id} | {tag: cells.get(name) for name, tag in COLUMNS.items()}, counted)


def _prices(cells: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """A price's own currency and unit win over those of the row."""
    found = _PRICE.fullmatch(cells.get("price", ""))
    if found is not None:
        parts = {"price": found[1], "currency": found[2], "per": found[3]}
        yield from ((name, text) for name, text in parts.items() if text)


def _masses(cells: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """All masses of a row in kilograms, since one may have another unit than the others."""
    units = RowUnits(unit=cells.get("unit", KG))
    yield "unit", KG
    yield from ((name, plain(read_quantity(cells[name], units))) for name in _MASSES if name in cells)


def _days(cells: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name, end in (("delivery", ""), ("valid_until", "-23:59:59")):
        if name in cells:
            yield name, f"{read_date(cells[name], RowUnits()):%Y%m%d}{end}"
