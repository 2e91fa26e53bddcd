"""Plainer books: equal names where they need not differ, round figures, days that are easy to read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from fractions import Fraction

import attrs

from vault_rules.domain.amounts import Unreadable
from vault_rules.domain.cells import READERS, Money, RowUnits
from vault_rules.domain.exact import has_end, plain
from vault_rules.domain.tables import TABLES
from vault_rules.trials.books.figures import shifted, written
from vault_rules.trials.books.regimes import PLAIN_DAY
from vault_rules.trials.draft import Draft, Table

_FIGURES = ("mass", "stock", "price", "money", "purity", "ratio", "storage", "number")
_ID_TABLES = {"offer": "offers", "request": "requests", "facility": "facilities"}
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
Cell = Callable[[str, str, str], str]
"""Given table, column and text of a cell: another text."""


def cells_changed(draft: Draft, change: Cell) -> Draft:
    """The draft with every cell changed."""
    tables = {}
    for name, table in draft.tables.items():
        rows = (
            tuple(change(name, column, text) for column, text in zip(table.columns, row, strict=True))
            for row in table.rows
        )
        tables[name] = Table(table.columns, tuple(rows))
    return attrs.evolve(draft, tables=tables)


def kind_of(table: str, column: str) -> str:
    """The kind of a column's cells; text for those that a policy declares."""
    return next((one.kind for one in TABLES[table] if one.name == column), "text")


def _each_cell(draft: Draft, kinds: tuple[str, ...]) -> Iterator[tuple[str, int, int, str, str]]:
    """Table, row, column, kind and text of every cell of some kinds in which something stands."""
    for name, table in draft.tables.items():
        for at, column in enumerate(table.columns):
            kind = kind_of(name, column)
            if kind in kinds:
                for number, row in enumerate(table.rows):
                    if row[at]:
                        yield name, number, at, kind, row[at]


def _with_cell(draft: Draft, name: str, number: int, at: int, text: str) -> Draft:
    table = draft.tables[name]
    row = table.rows[number]
    rows = (*table.rows[:number], (*row[:at], text, *row[at + 1 :]), *table.rows[number + 1 :])
    return attrs.evolve(draft, tables={**draft.tables, name: Table(table.columns, rows)})


# ---- names ---------------------------------------------------------------------------------------------------------


def names_alike(draft: Draft) -> Iterator[Draft]:
    """One name of a kind becomes another, wherever it stands; the first are kept where any would do."""
    columns = {
        "mineral": ("mineral",),
        "trader": ("trader", "operator"),
        "buyer": ("buyer",),
        "country": ("origin", "processed_in", "melted_in", "country"),
        "form": ("form",),
        "kind": ("kind",),
    }
    for names in columns.values():
        said = list(
            dict.fromkeys(
                row[at]
                for table in draft.tables.values()
                for at, column in enumerate(table.columns)
                if column in names
                for row in table.rows
                if row[at]
            )
        )
        for later in reversed(said):
            for other in (*said[: said.index(later)], *said[said.index(later) + 1 :]):
                yield cells_changed(draft, _replacing(names, later, other))


def _replacing(columns: tuple[str, ...], old: str, new: str) -> Cell:
    return lambda _, column, text: new if column in columns and text == old else text


def renamed(draft: Draft) -> Draft:
    """Offers a, b, …, requests r1, r2, …, facilities f1, f2, … in the order of their names, which breaks ties."""
    names: dict[str, Mapping[str, str]] = {}
    for column, table in _ID_TABLES.items():
        said = sorted({row[at] for at, row in _ids(draft.tables.get(table), column)})
        letters = column == "offer" and len(said) <= len(_LETTERS)
        names[column] = {
            name: _LETTERS[at] if letters else f"{column[0]}{at + 1:0{len(str(len(said)))}}"
            for at, name in enumerate(said)
        }
    return cells_changed(draft, lambda _, column, text: names.get(column, {}).get(text, text))


def _ids(table: Table | None, column: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    if table is not None and column in table.columns:
        at = table.columns.index(column)
        yield from ((at, row) for row in table.rows)


# ---- figures -------------------------------------------------------------------------------------------------------


def read_figure(kind: str, text: str) -> tuple[Fraction, str] | None:
    """A figure and its currency (none: the policy's); None for what is no figure."""
    try:
        value = READERS[kind](text, RowUnits())
    except Unreadable:
        return None
    if isinstance(value, Money):
        return value.amount, value.currency or ""
    return (value, "") if isinstance(value, Fraction) else None


def scaled(draft: Draft) -> Iterator[Draft]:
    """All masses, or all prices, in proportion, so that the largest of one table becomes a round figure."""
    for kinds, rounds in ((("mass", "stock"), (1000, 100, 10_000)), (("price",), (10, 100))):
        figures = [read_figure(kind, text) for _, _, _, kind, text in _each_cell(draft, kinds)]
        values = [one[0] for one in figures if one is not None and one[0] > 0]
        for base in dict.fromkeys((*values[:3], *([max(values), min(values)] if values else []))):
            for target in rounds:
                factor = target / base
                if factor != 1:
                    yield from _if_plainer(draft, cells_changed(draft, _times(kinds, factor)))


def _times(kinds: tuple[str, ...], factor: Fraction) -> Cell:
    def change(table: str, column: str, text: str) -> str:
        kind = kind_of(table, column)
        found = read_figure(kind, text) if kind in kinds and text else None
        return text if found is None else _written(found[0] * factor, found[1], kind)

    return change


def _written(value: Fraction, currency: str, kind: str) -> str:
    if currency or kind in ("mass", "stock", "purity", "ratio", "number"):
        return written(value, kind, currency)
    return plain(value)


def _if_plainer(draft: Draft, other: Draft) -> Iterator[Draft]:
    if _digits(other) < _digits(draft):
        yield other


def _digits(draft: Draft) -> int:
    """How many digits stand in the figures, those of thousands counting little."""
    return sum(_cost(text) for _, _, _, _, text in _each_cell(draft, _FIGURES))


def _cost(text: str) -> int:
    number = text.split(" ", maxsplit=1)[0].rstrip("%")
    digits = number.replace(".", "")
    telling = digits.strip("0")
    return 4 * len(telling) + len(digits) + 2 * ("." in number) + (telling not in ("", "1"))


def plainer_figures(draft: Draft) -> Iterator[Draft]:
    """One figure as another of its kind, or with fewer digits."""
    for name, number, at, kind, text in _each_cell(draft, _FIGURES):
        found = read_figure(kind, text)
        if found is None:
            continue
        others = [row[at] for row in draft.tables[name].rows if row[at] != text and row[at]]
        for other in (*others, *_rounded(found[0], found[1], kind)):
            if _cost(other) < _cost(text) or (other in others and _cost(other) == _cost(text) and other < text):
                yield _with_cell(draft, name, number, at, other)


def _rounded(value: Fraction, currency: str, kind: str) -> Iterator[str]:
    whole = [Fraction(one) for one in (1000, 100, 10, 1)] if kind != "purity" else [Fraction(99, 100)]
    found = [*whole, *(_significant(value, digits) for digits in (1, 2, 3, 4, 6))]
    for one in dict.fromkeys(found):
        if one > 0 and has_end(one):
            yield _written(one, currency, kind)


def _significant(value: Fraction, digits: int) -> Fraction:
    """The value with so many digits."""
    if value == 0:
        return value
    unit = Fraction(1)
    while value / unit >= 10:
        unit *= 10
    while value / unit < 1:
        unit /= 10
    step = unit / Fraction(10) ** (digits - 1)
    return step * round(value / step)


# ---- days ----------------------------------------------------------------------------------------------------------


def _later(time: timedelta) -> Cell:
    """Every day so much later."""

    def change(table: str, column: str, text: str) -> str:
        if kind_of(table, column) != "date" or not text:
            return text
        day = shifted(date.fromisoformat(text), time.days)
        return text if day is None else day.isoformat()

    return change


def plainer_days(draft: Draft) -> Iterator[Draft]:
    """The whole book on a plain day; one day as the as-of date, or the last or first of a year."""
    if draft.as_of != PLAIN_DAY:
        yield attrs.evolve(cells_changed(draft, _later(PLAIN_DAY - draft.as_of)), as_of=PLAIN_DAY)
    plain_days = [draft.as_of, date(draft.as_of.year, 12, 31), date(draft.as_of.year, 1, 1)]
    ranks = {day.isoformat(): rank for rank, day in enumerate(plain_days)}
    for name, number, at, _, text in _each_cell(draft, ("date",)):
        for other, rank in ranks.items():
            if rank < ranks.get(text, len(ranks)):
                yield _with_cell(draft, name, number, at, other)
