"""Sheets to rows: every cell read as its column's kind says, every bad cell noted, and no policy known yet."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import attrs

from vault_rules.domain.amounts import Unreadable
from vault_rules.domain.cells import READERS, RowUnits
from vault_rules.domain.sheet import BadCell, Sheet
from vault_rules.domain.spelling import did_you_mean
from vault_rules.domain.tables import IDS, PLAN_COLUMNS, named
from vault_rules.domain.units import MASS_UNITS

Hint = str | Callable[[], str | None] | None
_SURELY_MISSPELT = 0.85
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


class BadCells:
    """Collects bad cells: the first `limit` of a table are kept, all are counted."""

    def __init__(self, place: str, limit: int = 200) -> None:
        self.place, self.limit = place, limit
        self.kept: list[BadCell] = []
        self.total = 0

    def add(self, row: int | None, column: str | None, value: str | None, expected: str, hint: Hint = None) -> None:
        """Note a bad cell; a hint that takes long to find is looked for only where the cell is kept."""
        self.total += 1
        if len(self.kept) < self.limit:
            self.kept.append(BadCell(self.place, row, column, value, expected, hint() if callable(hint) else hint))


def read_table(sheet: Sheet) -> ReadTable:
    """Read every cell of a sheet."""
    bad = BadCells(sheet.place)
    header = {word: _folded(word) for word in sheet.frame.columns}
    if not _is_header(sheet.name, header.values()):
        expected = "the first row does not name the columns"
        bad.add(None, None, None, expected, "is a title above the header? remove it")
        return ReadTable(sheet.name, sheet.place, tuple(header.values()), (), tuple(bad.kept), 1)
    known = _known_columns(sheet, header, bad)
    unread = {(one.row, known.get(one.column or "")) for one in sheet.bad}  # the reader has said what is wrong there
    rows = tuple(_rows(sheet, header, known, unread, bad))
    _duplicates(sheet.name, rows, bad)
    _agreement(sheet.name, rows, bad)
    strange = {
        header[one.column]: one
        for one in sheet.bad
        if one.row is None and one.column in header and one.column not in known
    }
    seen = [one for one in sheet.bad if one not in strange.values()]
    total = len(seen) + bad.total
    return ReadTable(sheet.name, sheet.place, tuple(header.values()), rows, (*seen, *bad.kept), total, strange)


def _is_header(table: str, names: Iterable[str]) -> bool:
    """Whether the first row names any column that such a table has; else all that follows would be told of in vain."""
    columns = named(table)
    said = set(names)
    return bool(said & {*columns, *PLAN_COLUMNS}) or any(did_you_mean(name, said) for name in columns)


def _folded(word: str) -> str:
    """A header's word as a column's name: `Processed in` is `processed_in`."""
    return word.strip().casefold().replace(" ", "_")


# ---- columns -------------------------------------------------------------------------------------------------------


def _known_columns(sheet: Sheet, header: Mapping[str, str], bad: BadCells) -> dict[str, str]:
    """The header's words that are known columns, and which; what is missing, doubled or misspelt is bad."""
    columns = named(sheet.name)
    known: dict[str, str] = {}
    for word, name in header.items():
        meant = PLAN_COLUMNS.get(name, name) if sheet.name == "awards" else name
        if meant not in columns:
            continue
        if meant in known.values():
            bad.add(None, word, None, f"the column `{meant}` stands twice")
        else:
            known[word] = meant
    strangers = [name for word, name in header.items() if word not in known]
    absent = [name for name in columns if name not in known.values()]
    _missing(sheet, [name for name in absent if columns[name].required], strangers, bad)
    _misspelt(sheet, [name for name in absent if not columns[name].required], strangers, bad)
    return known


def _missing(sheet: Sheet, absent: Sequence[str], strangers: list[str], bad: BadCells) -> None:
    for name in absent:
        near = did_you_mean(name, strangers)
        hint = f"is that what `{near}` should be called?" if near else None
        bad.add(None, name, None, f"the column `{name}` is missing", hint)
        if near:
            strangers.remove(near)


def _misspelt(sheet: Sheet, absent: Sequence[str], strangers: Sequence[str], bad: BadCells) -> None:
    """A column that nobody knows is ignored, unless it is surely a slip of the pen for one that is absent."""
    for word in strangers:
        near = did_you_mean(word, absent)
        if near and _alike(word, near):
            bad.add(None, word, None, f"`{sheet.name}` has no such column", f"did you mean `{near}`?")


def _alike(one: str, other: str) -> bool:
    import difflib

    return difflib.SequenceMatcher(None, one, other).ratio() >= _SURELY_MISSPELT


# ---- rows ----------------------------------------------------------------------------------------------------------


def _rows(
    sheet: Sheet,
    header: Mapping[str, str],
    known: Mapping[str, str],
    unread: set[tuple[int | None, str | None]],
    bad: BadCells,
) -> Iterator[Row]:
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
                value = _read(*key)
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
    currency = _read("currency", texts["currency"], _PLAIN_UNITS) if "currency" in texts else None
    return RowUnits(
        unit if unit in MASS_UNITS else "kg",
        per if per in MASS_UNITS else "kg",
        currency if isinstance(currency, str) else None,
    )


def _read(kind: str, text: str, units: RowUnits) -> Any:
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
