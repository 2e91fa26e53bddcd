"""The table of offers read as columns, once a book and before any policy is known."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import attrs
import polars as pl

from vault_rules.domain.at_once import at_once
from vault_rules.domain.cells import RowUnits
from vault_rules.domain.coding import Distinct, distinct_texts, looked_up
from vault_rules.domain.columns import code_type
from vault_rules.domain.heading import BadCells, Heading, heading
from vault_rules.domain.read_column import PLAIN_UNITS, Cells, ReadColumn, read_column, taken, texts_of
from vault_rules.domain.reading import read_cell, read_rows
from vault_rules.domain.sheet import BadCell, Sheet, part
from vault_rules.domain.tables import named
from vault_rules.domain.text_frame import WHITE, as_texts
from vault_rules.domain.units import MASS_UNITS


@attrs.frozen(eq=False)
class ReadOffers:
    """The offers as columns, and what is bad about their cells: as `reading.ReadTable`, without rows.

    Rows of one mineral stand together, minerals in the order of their names; `order` gives the sheet's row of each,
    None where that is so in the sheet. `columns` None: there are bad cells, or numbers of over 128 bits. `extra` are
    the cells, in the sheet's order, of columns that only a policy may know; `units` are those of the sheet's rows.
    """

    place: str
    sheet: Sheet
    heading: Heading | None
    bad: tuple[BadCell, ...]
    total_bad: int
    columns: Mapping[str, Cells] | None = None
    order: pl.Series | None = None
    extra: Mapping[str, pl.Series] = attrs.field(factory=dict)
    units: Mapping[str, Distinct] = attrs.field(factory=dict)

    @property
    def unreadable(self) -> Mapping[str, BadCell]:
        """Columns that no book has and that could not be read: bad only where a policy declares them."""
        return {} if self.heading is None else self.heading.strange

    def in_sheet(self, rows: pl.Series) -> pl.Series:
        """The sheet's rows of some rows of the columns."""
        return rows if self.order is None else self.order.gather(rows)


def read_offers(sheet: Sheet) -> ReadOffers:
    """Read every cell of the sheet."""
    bad = BadCells(sheet.place)
    found = heading(sheet, bad)
    if found is None:
        return ReadOffers(sheet.place, sheet, None, tuple(bad.kept), bad.total)
    sheet = _without_blank_rows(sheet, found)
    cells = {name: sheet.given[word] for word, name in found.known.items()}
    units = _units(cells)
    read = _read_all(cells, units, found)
    _note_bad_rows(sheet, found, read, bad)
    _note_duplicates(sheet, read, bad)
    kept, total = (*found.seen, *bad.kept), len(found.seen) + bad.total
    if total or any(column.cells is None for column in read.values()):
        return ReadOffers(sheet.place, sheet, found, kept, total)
    columns = {name: column.cells for name, column in read.items() if column.cells is not None}
    order = _by_mineral(columns)
    if order is not None:
        columns = dict(zip(columns, at_once(partial(taken, rows=order), columns.values(), len(order)), strict=True))
    return ReadOffers(sheet.place, sheet, found, kept, total, columns, order, other_columns(sheet, found), units)


# ---- rows and units --------------------------------------------------------------------------------------------------


def _without_blank_rows(sheet: Sheet, found: Heading) -> Sheet:
    """A wholly blank row is no row; where every row has an id, there is none."""
    id = next((word for word, name in found.known.items() if name == "offer"), None)
    if id is not None and not _blank(sheet.given[id]).any():
        return sheet
    filled = sheet.given.select(~pl.all_horizontal(*(_blank(column) for column in sheet.given.iter_columns())))
    keep = filled.to_series()
    return sheet if keep.all() else part(sheet, keep.arg_true())


def _blank(cells: pl.Series) -> pl.Series:
    empty = cells.is_null()
    if cells.dtype == pl.String:
        doubtful = (~empty & ~((cells >= "$") & (cells < "\x7f"))).arg_true()
        blank = doubtful.filter(cells.gather(doubtful).str.strip_chars(WHITE) == "")
        empty = empty.scatter(blank, True)
    elif isinstance(cells.dtype, pl.Categorical | pl.Enum):
        found = distinct_texts(cells, None)
        assert found is not None
        blank = found.rows([code for code, text in enumerate(found.values) if text is None], len(cells))
        empty = empty.scatter(blank, True)
    return empty


def _units(cells: Mapping[str, pl.Series]) -> Mapping[str, Distinct]:
    """What each row says of its numbers: a word that is no unit or no currency counts as not said."""
    said = {name: distinct_texts(cells[name], None) for name in PLAIN_UNITS if name in cells}
    meant = {name: found.mapped(partial(_meant, name)) for name, found in said.items() if found is not None}
    return {**PLAIN_UNITS, **meant}


def _meant(name: str, text: str | None) -> str | None:
    if name != "currency":
        return text if text in MASS_UNITS else "kg"
    value = None if text is None else read_cell("currency", text, RowUnits())
    return value if isinstance(value, str) else None


def _read_all(cells: Mapping[str, pl.Series], units: Mapping[str, Distinct], found: Heading) -> dict[str, ReadColumn]:
    """The known columns; one that the reader of the file could not read has been judged."""
    kinds = named("offers")
    names = [name for name in cells if (None, name) not in found.unread]
    height = len(next(iter(cells.values()), ()))
    read = at_once(lambda name: read_column(name, kinds[name].kind, cells[name], units), names, height)
    return dict(zip(names, read, strict=True))


# ---- what is bad -----------------------------------------------------------------------------------------------------


def _note_bad_rows(sheet: Sheet, found: Heading, read: Mapping[str, ReadColumn], bad: BadCells) -> None:
    """Cells that cannot be read and blank ones that must not be: the first rows' said, all counted."""
    judged = {(row, name) for row, name in found.unread if row is not None}
    words = {name: word for word, name in found.known.items()}
    rows = [column.bad for column in read.values()]
    for name, column in read.items():
        if named("offers")[name].required:
            blank = column.blank(sheet.given.height)
            if blank is None:
                blank = _blank(sheet.given[words[name]]).arg_true()
            told = [at for at in blank if (sheet.row_number(at), name) in judged] if judged else []
            known = pl.concat([column.bad, pl.Series(told, dtype=pl.UInt32)])
            rows.append(blank.filter(~blank.is_in(known.implode())) if len(known) else blank)
    every = pl.concat([pl.Series(dtype=pl.UInt32), *rows])
    if every.is_empty():
        return
    before = bad.total
    for _ in read_rows(first_rows(sheet, every, bad.limit), found, bad):
        pass
    bad.total = before + len(every)


def first_rows(sheet: Sheet, rows: pl.Series, limit: int) -> Sheet:
    """The first few of these rows, once each, in the order of the sheet."""
    return part(sheet, rows.unique().sort().head(limit))


def _note_duplicates(sheet: Sheet, read: Mapping[str, ReadColumn], bad: BadCells) -> None:
    """A second offer of one id."""
    cells = read["offer"].cells if "offer" in read else None
    if cells is None:
        return
    ids = texts_of(cells, sheet.given.height)
    if _surely_different(ids.drop_nulls()):
        return
    first = pl.col("row").min().over("id")
    frame = pl.DataFrame({"id": ids}).with_row_index("row").drop_nulls().with_columns(first=first)
    second = frame.filter(pl.col("row") > pl.col("first"))
    for row, id, before in second.head(bad.limit).rows():
        expected = f"a second offer: the first is in row {sheet.row_number(before)}"
        bad.add(sheet.row_number(row), "offer", id, expected)
    bad.total += max(0, second.height - bad.limit)


def _surely_different(ids: pl.Series) -> bool:
    if len(ids) < 2 or (ids.slice(1) > ids.slice(0, len(ids) - 1)).all():
        return True
    return ids.hash().n_unique() == len(ids)  # texts of different hashes are different


# ---- order and other columns -----------------------------------------------------------------------------------------


def _by_mineral(columns: Mapping[str, Cells]) -> pl.Series | None:
    """The rows in the order of their minerals' names; None where they stand so."""
    mineral = columns["mineral"]
    assert isinstance(mineral, Distinct)
    if mineral.codes is None:
        return None
    names = sorted(mineral.values, key=lambda name: name or "")
    places = {name: place for place, name in enumerate(names)}
    ranks = looked_up(mineral.codes, [places[name] for name in mineral.values], code_type(len(names)))
    stand_so = (ranks.slice(1) >= ranks.slice(0, len(ranks) - 1)).all()
    return None if stand_so else ranks.arg_sort()


def other_columns(sheet: Sheet, found: Heading) -> dict[str, pl.Series]:
    """The columns that no book has, by name; of two of one name the last that is not blank counts."""
    extra: dict[str, pl.Series] = {}
    for word, name in found.names.items():
        if word in found.known or sheet.given[word].null_count() == sheet.given.height:
            continue
        cells = sheet.given[word]
        if name in extra:
            first, last = (as_texts(one).alias("_") for one in (extra[name], cells))
            cells = last.zip_with(~_blank(last), first)
        extra[name] = cells
    return extra
