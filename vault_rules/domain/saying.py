"""What a table says, as one hash: of the exact values, in whatever order, unit and format of file they were given.

Offers are hashed mineral by mineral, so that a book of which only one mineral's offers fit into memory has a hash too.
Rows stand in the order of their ids (those without, in the order of what they say), columns in that of their names;
a column that is blank everywhere is none. A column of numbers is hashed as whole numbers of the coarsest unit there is,
and so only by its values.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from functools import partial
from typing import Any

import attrs
import polars as pl

from vault_rules.domain.cells import Money
from vault_rules.domain.coding import Distinct
from vault_rules.domain.columns import Numbers, Texts, common_unit
from vault_rules.domain.read_column import Cells, taken, texts_of
from vault_rules.domain.read_offers import ReadOffers
from vault_rules.domain.reading import ReadTable, Row
from vault_rules.domain.scaling import Moneys, coarsest
from vault_rules.domain.tables import IDS
from vault_rules.domain.text_frame import WHITE, as_texts

_UNITS = ("unit", "per", "currency")
"""They are in the values that they belong to."""

_CURRENCY = " currency"
_EXTRA = "extra "
_AT_ONCE = 2**20
_BLANK = "\0"
_ESCAPES = {"\\": "\\\\", "\n": "\\n", _BLANK: "\\0"}
_Row = dict[str, Fraction | str]


@attrs.frozen(eq=False)
class Said:
    """A column as texts: of numbers, those of whole multiples of `unit`. Null is blank."""

    texts: pl.Series | list[str | None]
    unit: Fraction | None = None

    def blank(self) -> bool:
        """Whether no cell says anything."""
        if isinstance(self.texts, list):
            return not any(text is not None for text in self.texts)
        return self.texts.null_count() == len(self.texts)


def hash_of_book(tables: Mapping[str, bytes]) -> str:
    """The hash of a book, from that of each table."""
    return hashlib.sha256(b"".join(f"{name} ".encode() + said for name, said in tables.items())).hexdigest()


def hash_of_rows(table: ReadTable) -> bytes:
    """The hash of a table whose rows were read."""
    without = () if table.name == "fx" else _UNITS
    rows = [_cells(row, without) for row in table.rows]
    if table.name != "offers":
        return _hash_of_cells(rows, IDS.get(table.name, ""))
    markets: dict[str, list[_Row]] = {}
    for row in rows:
        markets.setdefault(str(row.get("mineral", "")), []).append(row)
    return hash_of_markets({name: _hash_of_cells(ones, "offer") for name, ones in markets.items()})


def hash_of_markets(hashes: Mapping[str, bytes]) -> bytes:
    """The hash of all offers, from that of each mineral's."""
    whole = hashlib.sha256()
    for name, said in sorted(hashes.items()):
        whole.update(f"{len(name)} {name} ".encode() + said)
    return whole.digest()


def _hash_of_cells(rows: list[_Row], id: str) -> bytes:
    rows.sort(key=lambda cells: (str(cells.get(id)), sorted((name, str(one)) for name, one in cells.items())))
    names = sorted({name for cells in rows for name in cells})
    return _hash(len(rows), ((name, _of_values([cells.get(name) for cells in rows])) for name in names))


def hash_of_columns(offers: ReadOffers) -> bytes:
    """The same of offers that were read as columns."""
    assert offers.columns is not None
    minerals = texts_of(offers.columns["mineral"], offers.sheet.given.height)
    hashes: dict[str, bytes] = {}
    start = 0
    for length, name in minerals.rle().struct.unnest().iter_rows():
        hashes[name] = hash_of_market(offers, start, length)
        start += length
    return hash_of_markets(hashes)


def hash_of_market(offers: ReadOffers, start: int, height: int) -> bytes:
    """The hash of offers that stand together."""
    assert offers.columns is not None
    ids = texts_of(offers.columns["offer"], offers.sheet.given.height)
    order = ids.slice(start, height).arg_sort() + start
    parts: dict[str, Callable[[], Said]] = {}
    for name, cells in offers.columns.items():
        parts[name] = partial(_of_cells, cells, order)
        if isinstance(cells, Moneys):  # a book's offers all have a price
            parts[f"{name}{_CURRENCY}"] = partial(_of_cells, cells.currency, order)
    found = {name: make for name, make in parts.items() if name not in _UNITS}
    in_sheet = offers.in_sheet(order)
    found |= {f"{_EXTRA}{name}": partial(_of_extra, cells, in_sheet) for name, cells in offers.extra.items()}
    return _hash(height, ((name, found[name]()) for name in sorted(found)))


# ---- rows ------------------------------------------------------------------------------------------------------------


def _cells(row: Row, without: Iterable[str]) -> dict[str, Fraction | str]:
    """What a row says, by column; money is an amount and its currency."""
    cells: dict[str, Fraction | str] = {f"{_EXTRA}{name}": _escaped(text) for name, text in row.extra.items()}
    for name, value in row.values.items():
        if name in without:
            continue
        if isinstance(value, Money):
            cells[name] = value.amount
            if value.currency is not None:
                cells[f"{name}{_CURRENCY}"] = value.currency
        elif isinstance(value, frozenset):
            cells[name] = ";".join(sorted(value))
        else:
            cells[name] = _plain(value)
    return cells


def _plain(value: Any) -> Fraction | str:
    """Numbers as numbers, all else as text."""
    return Fraction(value) if isinstance(value, int | Fraction) else str(value)


def _of_values(values: Sequence[Fraction | str | None]) -> Said:
    numbers = [value for value in values if isinstance(value, Fraction)]
    if not numbers:
        return Said([None if value is None else str(value) for value in values])
    unit = common_unit(numbers)
    whole = [None if value is None else str(int(Fraction(value) / unit)) for value in values]
    return Said(whole, unit)


# ---- columns ---------------------------------------------------------------------------------------------------------


def _of_cells(cells: Cells, rows: pl.Series) -> Said:
    """The texts of a column's rows in an order; of money, the amounts'."""
    cells = taken(cells.amounts if isinstance(cells, Moneys) else cells, rows)
    if isinstance(cells, Numbers):
        same = coarsest(cells)
        return Said(same.whole.cast(pl.String), same.unit)
    if isinstance(cells, Texts):
        return Said(cells.texts)
    assert isinstance(cells, Distinct)
    used = [code for code in cells.used() if cells.values[code] is not None]
    few = _of_values([_plain(cells.values[code]) for code in used])
    texts = dict(zip(used, few.texts, strict=True))
    table = Distinct(cells.codes, [texts.get(code) for code in range(len(cells.values))])
    return Said(texts_of(table, len(rows)), few.unit)


def _of_extra(cells: pl.Series, rows: pl.Series) -> Said:
    texts = as_texts(cells.gather(rows)).str.strip_chars(WHITE)
    for letter, written in _ESCAPES.items():
        texts = texts.str.replace_all(letter, written, literal=True)
    return Said(texts.set(texts == "", None))


# ---- both ------------------------------------------------------------------------------------------------------------


def _hash(height: int, columns: Iterable[tuple[str, Said]]) -> bytes:
    digest = hashlib.sha256(f"{height}\n".encode())
    for name, said in columns:
        if said.blank():
            continue
        digest.update(f"{len(name)} {name} {said.unit}\n".encode())
        for start in range(0, height, _AT_ONCE):
            digest.update(_lines(said.texts[start : start + _AT_ONCE]).encode())
    return digest.digest()


def _lines(texts: pl.Series | list[str | None]) -> str:
    """Each cell and a line's end, which no cell holds; a blank one is a mark that none holds either."""
    if isinstance(texts, list):
        return "".join(f"{_BLANK if text is None else text}\n" for text in texts)
    joined: str = texts.fill_null(_BLANK).str.join("\n").item()
    return joined + "\n"


def _escaped(text: str) -> str:
    """A text that nobody has read as a cell without line ends and marks."""
    for letter, written in _ESCAPES.items():
        text = text.replace(letter, written)
    return text
