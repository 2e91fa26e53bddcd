"""Sheets to rows: every cell read as its column's kind says, every bad cell noted, and no policy known yet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import attrs

from vault_rules.domain.amounts import Unreadable
from vault_rules.domain.cells import READERS, RowUnits
from vault_rules.domain.heading import BadCells, Heading, heading
from vault_rules.domain.sheet import BadCell, Sheet
from vault_rules.domain.tables import IDS, named
from vault_rules.domain.units import MASS_UNITS

_PLAIN_UNITS = RowUnits()


@attrs.frozen(eq=False)
class Row:
    """One row: the values of the known columns, the texts of the others. A blank cell is in neither."""

    number: int
    values: Mapping[str, Any]
    texts: Mapping[str, str]
    units: RowUnits
    extra: Mapping[str, str]

    def get(self, column: str) -> Any:
        return self.values.get(column)


@attrs.frozen(eq=False)
class ReadTable:
    """A table's rows, and what is bad about its cells. `columns` are the header's words."""

    name: str
    place: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    bad: tuple[BadCell, ...]
    total_bad: int
    unreadable: Mapping[str, BadCell] = attrs.field(factory=dict)
    """Columns that no book has and that could not be read: bad only where a policy declares them."""


def read_table(sheet: Sheet) -> ReadTable:
    """Read every cell of a sheet."""
    bad = BadCells(sheet.place)
    found = heading(sheet, bad)
    if found is None:
        return ReadTable(sheet.name, sheet.place, tuple(sheet.given.columns), (), tuple(bad.kept), bad.total)
    rows = tuple(read_rows(sheet, found, bad))
    _duplicates(sheet.name, rows, bad)
    _agreement(sheet.name, rows, bad)
    columns, total = tuple(found.names.values()), len(found.seen) + bad.total
    return ReadTable(sheet.name, sheet.place, columns, rows, (*found.seen, *bad.kept), total, found.strange)


# ---- rows ----------------------------------------------------------------------------------------------------------


def read_rows(sheet: Sheet, found: Heading, bad: BadCells) -> Iterator[Row]:
    """The rows that are not blank, and what is bad about their cells. No row depends on another."""
    header, known, unread = found.names, found.known, found.unread
    columns = named(sheet.name)
    required = [name for name, column in columns.items() if column.required and name in known.values()]
    in_kg = {name for word, name in known.items() if header[word] != name}  # the plan's own columns
    memo: dict[tuple[str, str, RowUnits], Any] = {}
    for index, cells in enumerate(sheet.frame.iter_rows()):
        number = sheet.row_number(index)
        texts, extra = _texts(cells, header, known)
        if not texts and not extra:
            continue
        units = _units(texts)
        values: dict[str, Any] = {}
        for name, text in texts.items():
            if (None, name) in unread:
                continue
            key = (columns[name].kind, text, RowUnits(currency=units.currency) if name in in_kg else units)
            if key not in memo:
                value = read_cell(*key)
                if isinstance(value, Unreadable):  # not remembered: a million bad cells may all differ
                    bad.add(number, name, text, value.expected, value.said)
                    continue
                memo[key] = value
            values[name] = memo[key]
        for name in required:
            if name not in texts and not unread & {(None, name), (number, name)}:
                bad.add(number, name, None, "must not be blank")
        yield Row(number, values, texts, units, extra)


def _texts(
    cells: Sequence[str | None], header: Mapping[str, str], known: Mapping[str, str]
) -> tuple[dict[str, str], dict[str, str]]:
    texts: dict[str, str] = {}
    extra: dict[str, str] = {}
    for word, cell in zip(header, cells, strict=True):
        text = "" if cell is None else cell.strip()
        if not text:
            continue
        if word in known:
            texts[known[word]] = text
        else:
            extra[header[word]] = text
    return texts, extra


def _units(texts: Mapping[str, str]) -> RowUnits:
    """What the row says of its numbers; a unit that is none is noted at its own cell, and kg is read here."""
    unit, per = texts.get("unit", "kg"), texts.get("per", "kg")
    currency = read_cell("currency", texts["currency"], _PLAIN_UNITS) if "currency" in texts else None
    return RowUnits(
        unit if unit in MASS_UNITS else "kg",
        per if per in MASS_UNITS else "kg",
        currency if isinstance(currency, str) else None,
    )


def read_cell(kind: str, text: str, units: RowUnits) -> Any:
    """The cell's value, or the `Unreadable` itself."""
    try:
        return READERS[kind](text, units)
    except Unreadable as why:
        return why


# ---- rows together -------------------------------------------------------------------------------------------------


def _duplicates(table: str, rows: Sequence[Row], bad: BadCells) -> None:
    """Two rows with one id; two benchmarks of one index, form and date; two rates of one currency and date."""
    keys = {"benchmarks": ("mineral", "index", "form", "date"), "fx": ("currency", "date")}
    columns = (IDS[table],) if table in IDS else keys.get(table)
    if columns is None:
        return
    first: dict[tuple[Any, ...], int] = {}
    for row in rows:
        key = tuple(row.get(name) for name in columns)
        if key[0] is None or (table == "benchmarks" and key[-1] is None):
            continue  # noted where it is blank or bad
        if key in first:
            what = columns[0] if table in IDS else "row of the same " + ", ".join(columns)
            said = row.texts.get(columns[0]) if table in IDS else row.texts.get(columns[-1])
            column = columns[0] if table in IDS else columns[-1]
            bad.add(row.number, column, said, f"a second {what}: the first is in row {first[key]}")
        else:
            first[key] = row.number


def _agreement(table: str, rows: Sequence[Row], bad: BadCells) -> None:
    """A mineral's `demand_per_year` may stand on several rows only if equal."""
    if table != "holdings":
        return
    said: dict[str, Row] = {}
    for row in rows:
        demand, mineral = row.get("demand_per_year"), row.get("mineral")
        if demand is None or mineral is None:
            continue
        first = said.setdefault(mineral, row)
        if first.get("demand_per_year") != demand:
            expected = f"`{mineral}` has another demand in row {first.number}: `{first.texts['demand_per_year']}`"
            bad.add(row.number, "demand_per_year", row.texts["demand_per_year"], expected)
