"""The tables of a book and their columns: the one list that readers, checker and documentation share."""

from __future__ import annotations

from collections.abc import Mapping

import attrs


@attrs.frozen
class Column:
    """`kind` is one of `cells.READERS`; `refers` says whose name the cell holds (mineral, trader, buyer)."""

    name: str
    kind: str
    required: bool = False
    refers: str | None = None


def _columns(text: str) -> tuple[Column, ...]:
    """`offer* price*:price` as columns: `*` is required; a kind that is not said is text, or what the name says."""
    return tuple(_column(word) for word in text.split())


def _column(word: str) -> Column:
    name, _, kind = word.partition(":")
    required, name = name.endswith("*"), name.removesuffix("*")
    refers = name if name in ("mineral", "trader", "buyer") else None
    return Column(name, kind or _KINDS.get(name, "text"), required, refers)


_KINDS = {
    name: kind
    for kind, names in {
        "content": "content",
        "country": "melted_in origin processed_in",
        "currency": "currency",
        "date": "date delivery need_by received valid_until",
        "mass": "lot min_quantity quantity",
        "price": "max_price price",
        "purity": "purity",
        "unit": "per unit",
    }.items()
    for name in names.split()
}
"""What a column's name says of its cells, in whichever table."""

TABLES: Mapping[str, tuple[Column, ...]] = {
    "offers": _columns(
        "offer* trader* mineral* price* quantity* currency per unit form purity origin processed_in melted_in producer "
        "content lot min_quantity delivery valid_until incoterm location hazard"
    ),
    "requests": _columns(
        "request* buyer* mineral* quantity* unit form purity need_by max_price currency per priority:number"
    ),
    "benchmarks": _columns("mineral* price* date* currency per form index"),
    "facilities": _columns(
        "facility* kind* operator country:country capacity*:stock unit cost:storage currency accepts:minerals"
    ),
    "holdings": _columns("mineral* quantity*:stock unit facility form origin demand_per_year:mass"),
    "awards": _columns(
        "mineral* quantity* cost*:money date* unit currency received request offer trader buyer form origin "
        "processed_in melted_in producer purity delivery tier waterfall step:step step_label price per "
        "incoterm location hazard"
    ),
    "fx": _columns("currency* rate*:rate date"),
}
"""Each table of a book, its columns in the order in which they are documented."""

IDS: Mapping[str, str] = {"offers": "offer", "requests": "request", "facilities": "facility"}
"""The column that names a row, where rows have names."""

TAKES_FIELDS = ("offers", "awards")
"""The tables that may hold the columns that a policy declares by `field`."""

PLAN_COLUMNS: Mapping[str, str] = {"quantity_kg": "quantity", "price_per_kg": "price"}
"""What a plan's `awards` call two columns, always in kilograms: so that a plan can be read back."""


def named(table: str) -> Mapping[str, Column]:
    """A table's columns by name."""
    return {column.name: column for column in TABLES[table]}
