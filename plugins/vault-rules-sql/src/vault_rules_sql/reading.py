"""Rows of cells as the core reads them: one for a judgement, or single amounts of it."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from vault_rules.adapters.messages import Row
from vault_rules.adapters.rows import sheet_of
from vault_rules.domain.amounts import Unreadable
from vault_rules.domain.cells import READERS, RowUnits
from vault_rules.domain.reading import Row as ReadRow
from vault_rules.domain.reading import read_table
from vault_rules.domain.tables import named
from vault_rules.domain.units import MASS_UNITS

Cells = Mapping[str, str | None]


def read_row(cells: Cells, table: str) -> ReadRow | None:
    """A row, with the cells that can be read; None where all are blank."""
    return next(iter(read_table(sheet_of([Row(cells)], table, table)).rows), None)


def mass(cells: Cells, table: str, name: str) -> Fraction | None:
    """A cell of a mass in kilograms; None where it is blank or no mass: whoever reads the row says so."""
    text, unit = (cells.get(name) or "").strip(), (cells.get("unit") or "").strip()
    if not text:
        return None
    try:
        return READERS[named(table)[name].kind](text, RowUnits(unit if unit in MASS_UNITS else "kg"))  # type: ignore[no-any-return]  # the kinds of mass
    except Unreadable:
        return None


def takes(cells: Cells, mineral: str) -> bool:
    """Whether a facility takes a mineral; where it does not say which, it takes all."""
    try:
        accepts = READERS["minerals"](cells.get("accepts") or "", RowUnits())
    except Unreadable:
        return True  # the row must be shown, so that its bad cell is
    return not accepts or mineral in accepts
