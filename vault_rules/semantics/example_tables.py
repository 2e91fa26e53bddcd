"""The tables of a `test` or `book`: the columns of a book's tables, and cells that a book could hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import attrs

from vault_rules.domain.amounts import Unreadable
from vault_rules.domain.bad_cell import sentence
from vault_rules.domain.cells import READERS, RowUnits, kind_of_field
from vault_rules.domain.spelling import did_you_mean
from vault_rules.domain.tables import IDS, TAKES_FIELDS, Column, named
from vault_rules.domain.units import MASS_UNITS
from vault_rules.language import ast
from vault_rules.language.expressions import cell_text
from vault_rules.semantics.elaborate import Elaborator
from vault_rules.semantics.types import ERROR
from vault_rules.source.diagnostic import Label
from vault_rules.source.text import Span


@attrs.define
class RowNames:
    """The rows of one test by name, table by table: no two may bear one name, though they come of several books."""

    seen: dict[str, dict[str, Span]] = attrs.field(factory=dict)

    def add(self, table: str, text: str, span: Span) -> Span | None:
        """Note a row; the place of the one that has its name already."""
        first = self.seen.setdefault(table, {}).setdefault(text, span)
        return None if first is span else first

    def add_book(self, use: ast.UseBook, book: ast.Book, of: Elaborator) -> None:
        """The rows of a book that a test uses; what is wrong within the book is said there."""
        own = RowNames()
        for item in book.items:
            if isinstance(item, ast.TestTable):
                for text, span in _names_in(item):
                    first = self.add(item.table, text, span) if own.add(item.table, text, span) is None else None
                    if first is not None:
                        labels = (Label(first, "the first"), Label(span, "the second"))
                        message = f"two rows of `{item.table}` are called `{text}`"
                        of.report("V0202", message, use.span, labels=labels, help="give one another name")


def _names_in(table: ast.TestTable) -> Iterator[tuple[str, Span]]:
    said = [column.name for column in table.columns]
    id = IDS.get(table.table)
    if id in said:
        at = said.index(id)
        for row in table.rows:
            if text := cell_text(row.cells[at]):
                yield text, row.cells[at].span


def check_table(table: ast.TestTable, names: RowNames, of: Elaborator) -> None:
    """Every column is one of the table's, every cell what its column holds; an unknown column hides its cells."""
    if not table.columns or not _columns(table, of):
        return
    columns = _known(table, of)
    said = [column.name for column in table.columns]
    for row in table.rows:
        _row(table.table, dict(zip(said, row.cells, strict=True)), columns, of)
    for text, span in _names_in(table):
        first = names.add(table.table, text, span)
        if first is not None:
            labels = (Label(first, "the first"),)
            of.report("V0202", f"two rows are called `{text}`", span, labels=labels, help="give one another name")


def _known(table: ast.TestTable, of: Elaborator) -> dict[str, Column]:
    columns = dict(named(table.table))
    if table.table in TAKES_FIELDS:
        columns |= {name: Column(name, kind_of_field(field.type.kind)) for name, field in of.fields.items()}
    return columns


def _columns(table: ast.TestTable, of: Elaborator) -> bool:
    columns = _known(table, of)
    for column in table.columns:
        if column.name not in columns:
            near = did_you_mean(column.name, columns)
            help = f"did you mean `{near}`?" if near else f"it has {', '.join(f'`{one}`' for one in columns)}"
            if near is None and table.table == "offers":
                help = f"an extra column of the offers is declared: `field {column.name}: text`"
            message = f"`{table.table}` has no column `{column.name}`" if column.name else "this column has no name"
            of.report("V0207", message, column.span, help=help)
            return False
    said = {column.name for column in table.columns}
    for name, wanted in columns.items():
        if wanted.required and name not in said:
            of.report("V0319", f"`{table.table}` needs a column `{name}`", table.span, help=f"add a column `{name}`")
            return False
    return True


def _row(name: str, cells: Mapping[str, ast.Cell], columns: Mapping[str, Column], of: Elaborator) -> None:
    units = RowUnits(_unit(cells, "unit"), _unit(cells, "per"))
    for word, cell in cells.items():
        column, text = columns[word], cell_text(cell).strip()
        if not text:
            if column.required:
                message = f"`{word}` must not be blank"
                of.report("V0319", message, cell.span, help=f"every row of `{name}` has its `{word}`")
            continue
        if column.kind == ERROR.kind:
            continue  # that the type of the field is none is told where it is declared
        try:
            READERS[column.kind](text, units)
        except Unreadable as why:
            of.report("V0204", sentence(text, why.expected), cell.span, help=why.hint or "write it as a book would")
            continue
        if column.refers is not None:
            _name(column.refers, text, cell, of)


def _unit(cells: Mapping[str, ast.Cell], word: str) -> str:
    text = cell_text(cells[word]).strip() if word in cells else ""
    return text if text in MASS_UNITS else "kg"  # one that is none is told at its own cell


def _name(what: str, text: str, cell: ast.Cell, of: Elaborator) -> None:
    """Minerals are known; traders and buyers once one is declared."""
    names = of.names
    declared = names.declared(what)
    if not declared or text in declared or names.incomplete:
        return
    near = did_you_mean(text, declared)
    label = ' "…"' if what == "mineral" else ""
    help = f"did you mean `{near}`?" if near else f"declare it: `{what} {text}{label}`"
    of.report("V0201", f"`{text}` is not a {what} that this policy knows", cell.span, help=help)
