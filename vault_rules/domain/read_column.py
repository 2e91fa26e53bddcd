"""One column of cells, read as its kind says: each different cell once, or all of them as figures. No policy yet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs
import polars as pl

from vault_rules.domain.amounts import Unreadable
from vault_rules.domain.cells import LONGEST_TEXT, Money, RowUnits
from vault_rules.domain.coding import Distinct, distinct_texts, looked_up, together
from vault_rules.domain.columns import ALWAYS_NUMBERS, FEW, Numbers, Texts, TooWide, numbers
from vault_rules.domain.read_figures import MONEYS, NO_ROWS, read_figures
from vault_rules.domain.reading import read_cell
from vault_rules.domain.scaling import Moneys
from vault_rules.domain.text_frame import WHITE, as_texts, begins_well

_UNITS_OF: Mapping[str, tuple[str, ...]] = {
    "charge": ("per", "currency"), "mass": ("unit",), "money": ("currency",), "price": ("per", "currency"),
    "stock": ("unit",),
}  # fmt: skip
"""What of the row's units the cells of a kind are read with."""

_NUMBERS = ("charge", "mass", "money", "number", "price", "purity", "ratio", "stock")
_MANY = ("text", *_NUMBERS)
"""The kinds of which a column may hold too many different cells to read each for itself."""

PLAIN_UNITS: Mapping[str, Distinct] = {
    "unit": Distinct(None, ["kg"]), "per": Distinct(None, ["kg"]), "currency": Distinct(None, [None]),
}  # fmt: skip


Cells = Distinct | Numbers | Moneys | Texts
"""A column that was read. In `Distinct` None is a blank cell."""


@attrs.frozen(eq=False)
class ReadColumn:
    """A column as it was read; `cells` None: too wide for whole numbers of 128 bits.

    `bad` are the rows whose cells cannot be read; they are blank in `cells`.
    """

    cells: Cells | None
    bad: pl.Series = NO_ROWS

    def blank(self, height: int) -> pl.Series | None:
        """The rows that are blank, bad ones among them; None where that is not known."""
        cells = self.cells.amounts if isinstance(self.cells, Moneys) else self.cells
        if isinstance(cells, Distinct):
            return cells.rows([code for code, value in enumerate(cells.values) if value is None], height)
        series = cells.whole if isinstance(cells, Numbers) else cells.texts if isinstance(cells, Texts) else None
        return None if series is None else series.is_null().arg_true()


def taken(cells: Cells, rows: pl.Series) -> Cells:
    """Some rows of a column, in their order."""
    if isinstance(cells, Distinct):
        return cells.taken(rows)
    if isinstance(cells, Numbers):
        return Numbers(cells.whole.gather(rows), cells.unit)
    if isinstance(cells, Moneys):
        return Moneys(Numbers(cells.amounts.whole.gather(rows), cells.amounts.unit), cells.currency.taken(rows))
    return Texts(cells.texts.gather(rows))


def texts_of(cells: Cells, height: int) -> pl.Series:
    """A column of texts in full; null is blank."""
    if isinstance(cells, Texts):
        return cells.texts
    assert isinstance(cells, Distinct)
    if cells.codes is None:
        return pl.Series([cells.values[0]], dtype=pl.String).new_from_index(0, height)
    return looked_up(cells.codes, cells.values, pl.String())


def read_column(name: str, kind: str, cells: pl.Series, units: Mapping[str, Distinct]) -> ReadColumn:
    """Every cell of a column. `units` are those of the rows: `unit`, `per` and `currency`."""
    few = None if kind in _MANY and name != "mineral" else distinct_texts(cells, None)
    mine = {unit: units[unit] for unit in _UNITS_OF.get(kind, ())}
    if name in ALWAYS_NUMBERS and cells.dtype.is_numeric():
        return ReadColumn(*read_figures(kind, cells, mine))
    few = few or distinct_texts(cells, FEW)
    if few is not None:
        read = _by_distinct(kind, few, mine, len(cells))
        return _as_numbers(kind, read, len(cells)) if name in ALWAYS_NUMBERS else read
    return _names(cells) if kind == "text" else ReadColumn(*read_figures(kind, cells, mine))


def _by_distinct(kind: str, texts: Distinct, units: Mapping[str, Distinct], height: int) -> ReadColumn:
    whole = together([texts, *units.values()])
    values: list[Any] = []
    bad: list[int] = []
    said_by = {one[1:]: RowUnits(**dict(zip(units, one[1:], strict=True))) for one in whole.values}
    for code, (text, *said) in enumerate(whole.values):
        value = None if text is None else read_cell(kind, text, said_by[tuple(said)])
        if isinstance(value, Unreadable):
            bad.append(code)
        values.append(None if isinstance(value, Unreadable) else value)
    rows = whole.rows(bad, height) if bad else NO_ROWS
    return ReadColumn(Distinct(whole.codes, values).mapped(lambda value: value), rows)


def _as_numbers(kind: str, read: ReadColumn, height: int) -> ReadColumn:
    """A column of few different prices or quantities, as numbers all the same."""
    assert isinstance(read.cells, Distinct)
    codes, values = read.cells.codes, read.cells.values
    try:
        few = numbers("", [value.amount if isinstance(value, Money) else value for value in values])
    except TooWide:
        return ReadColumn(None, read.bad)
    whole = few.whole.new_from_index(0, height) if codes is None else few.whole.gather(codes)
    amounts = Numbers(whole, few.unit)
    if kind not in MONEYS:
        return ReadColumn(amounts, read.bad)
    return ReadColumn(Moneys(amounts, read.cells.mapped(lambda value: value and value.currency)), read.bad)


def _names(cells: pl.Series) -> ReadColumn:
    """Texts of which most are different: those that are not surely in order are read one by one."""
    texts = as_texts(cells)
    in_order = begins_well(pl.col("_")) & ~pl.col("_").str.contains(r"[^ -~]| $")
    in_order &= pl.col("_").str.len_bytes() <= LONGEST_TEXT
    odd = texts.to_frame("_").select(~in_order).to_series().fill_null(False).arg_true()
    if odd.is_empty():
        return ReadColumn(Texts(texts))
    bare = texts.gather(odd).str.strip_chars(WHITE)
    bare = bare.set(bare == "", None)
    wrong = [text for text in bare.unique().drop_nulls() if isinstance(read_cell("text", text, RowUnits()), Unreadable)]
    bad = bare.is_in(pl.Series(wrong, dtype=pl.String).implode()).fill_null(False)
    return ReadColumn(Texts(texts.scatter(odd, bare.set(bad, None))), odd.filter(bad))
