"""Tables: from rows of cells to typed values, and looking a value up."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING, Any

from vault_rules.domain.spelling import did_you_mean
from vault_rules.language import ast, parser
from vault_rules.language.expressions import ROW_HELP, row_length
from vault_rules.semantics import typed
from vault_rules.semantics.types import ERROR, FIELD_TYPES, OFFER_COLUMNS, REQUEST_COLUMNS, Type
from vault_rules.source.diagnostic import Label
from vault_rules.source.text import Source, Span

if TYPE_CHECKING:
    from vault_rules.semantics.naming import NameReader

_KEY_TYPES = {**FIELD_TYPES, **REQUEST_COLUMNS, **OFFER_COLUMNS}


def build(of: NameReader, node: ast.Table, source: Source | None) -> typed.TypedTable:
    """Type every cell; each column holds one kind of value."""
    assert node.name is not None
    before = len(of.diagnostics)
    columns, rows = (node.columns, node.rows) if source is None else _from_csv(of, node, source)
    names = [column.name for column in columns]
    _columns_once(of, columns)
    keys = tuple(key.name for key in node.keys) if node.keys is not None else tuple(names[:1])
    for column in columns if node.name.name not in of.names.broken else ():
        if not re.fullmatch(r"[A-Za-z_]\w*", column.name):
            shown = f"`{column.name}` is no name for a column" if column.name else "this column has no name"
            of.report("V0315", shown, column.span, help="a column is named by a word, as in `| mineral | max_spend |`")
    for key in node.keys or ():
        if key.name not in names and all(names):
            near = did_you_mean(key.name, names)
            of.report(
                "V0315",
                f"the table has no column `{key.name}`",
                key.span,
                help=f"did you mean `{near}`?" if near else f"its columns are {', '.join(f'`{one}`' for one in names)}",
            )
    types: dict[str, Type] = {}
    typed_rows: dict[tuple[Any, ...] | None, dict[str, typed.Expr]] = {}
    places: dict[tuple[Any, ...] | None, Span] = {}
    for row in rows:
        _row(of, row, names, keys, types, typed_rows, places)
    for name in (*names, *keys):
        types.setdefault(name, ERROR)
    values = tuple(name for name in names if name not in keys)
    if len(of.diagnostics) > before:
        of.names.broken.add(node.name.name)
    return typed.TypedTable(node.name.name, keys, values, types, typed_rows, node.span, places)


def _columns_once(of: NameReader, columns: tuple[ast.Identifier, ...]) -> None:
    seen: dict[str, Span] = {}
    for column in columns:
        if column.name in seen:
            of.report(
                "V0315",
                f"two columns are called `{column.name}`",
                column.span,
                labels=(Label(seen[column.name], "the first"),),
                help="give one of them another name",
            )
        seen.setdefault(column.name, column.span)


def _row(
    of: NameReader,
    row: ast.Row,
    names: list[str],
    keys: tuple[str, ...],
    types: dict[str, Type],
    rows: dict[tuple[Any, ...] | None, dict[str, typed.Expr]],
    places: dict[tuple[Any, ...] | None, Span],
) -> None:
    key: list[Any] = []
    values: dict[str, typed.Expr] = {}
    otherwise = row.cells[0].text == "otherwise"
    if None in rows:
        of.report("V0315", "a row after `otherwise` is never reached", row.span, help="`otherwise` is the last row")
        return
    for name, cell in zip(names, row.cells, strict=False):
        if name in keys and (otherwise or cell.value is None):
            if not otherwise and not cell.text:
                of.report(
                    "V0315",
                    f"this row has no `{name}`",
                    cell.span,
                    help="every row has its key; the last may say `otherwise`",
                )
                return
            continue
        if cell.value is None:
            continue
        hint = types.get(name) or (_KEY_TYPES.get(name) if name in keys else None)
        read = of.expr(cell.value, hint)
        read = _in_column(of, read, name, types)
        if name in keys:
            key.append(of.constant(read))
        elif read.type != ERROR:
            values[name] = read
    if not otherwise and (len(key) != len(keys) or None in key):
        return
    found = None if otherwise else tuple(key)
    if found in rows:
        of.report(
            "V0315",
            "this row has the same key as another",
            row.span,
            "again here",
            (Label(places[found], "first here"),),
            "remove one of them, or change its key",
        )
        return
    rows[found], places[found] = values, row.span


def _in_column(of: NameReader, read: typed.Expr, name: str, types: dict[str, Type]) -> typed.Expr:
    if read.type == ERROR:
        return read
    wanted = types.setdefault(name, read.type)
    if read.type == wanted:
        return read
    return of.coerce(read, wanted, f"every value in the column `{name}`")


def _from_csv(
    of: NameReader, node: ast.Table, source: Source
) -> tuple[tuple[ast.Identifier, ...], tuple[ast.Row, ...]]:
    """The same cells out of a CSV file; a cell's place is its line."""
    offset = 0
    starts = []
    for line in source.text.splitlines(keepends=True):
        starts.append(offset)
        offset += len(line)
    reader = csv.reader(io.StringIO(source.text.lstrip("\ufeff")), skipinitialspace=True)
    columns: tuple[ast.Identifier, ...] = ()
    rows = []
    for cells in reader:
        if not any(cell.strip() for cell in cells):
            continue
        start = starts[min(reader.line_num, len(starts)) - 1]
        end = source.text.find("\n", start)
        span = Span(source, start, len(source.text) if end < 0 else end)
        if not columns:
            columns = tuple(ast.Identifier(cell.strip(), span=span) for cell in cells)
        elif len(cells) != len(columns):
            of.report("V0111", row_length(len(cells), len(columns)), span, help=ROW_HELP)
        else:
            rows.append(ast.Row(tuple(_csv_cell(of, source, cell.strip(), span) for cell in cells), span=span))
    if not columns:
        help = "its first line names the columns, the others are rows of values"
        of.report("V0315", f'the file "{node.path}" has no rows', node.span, help=help)
    return columns, tuple(rows)


def _csv_cell(of: NameReader, source: Source, text: str, span: Span) -> ast.Cell:
    if text in ("", "otherwise"):
        return ast.Cell(None, text, span=span)
    at = source.text.find(text, span.start, span.end)
    value, diagnostics = parser.parse_cell_at(source, text, at if at >= 0 else span.start)
    of.diagnostics.extend(diagnostics)
    return ast.Cell(value, text, span=span)


def lookup(of: NameReader, node: ast.Lookup, column: ast.Identifier | None) -> typed.Expr:
    """`spec[mineral].purity`. Total where a row `otherwise` stands, or the keys cover all declared minerals."""
    span = node.span if column is None else node.span.to(column.span)
    name = node.table.name
    if not isinstance(of.names.values.get(name), ast.Table):
        near = did_you_mean(name, sorted(one for one, s in of.names.values.items() if isinstance(s, ast.Table)))
        if not of.names.is_lost(name, near):
            of.report(
                "V0201",
                f"there is no table `{name}`",
                node.table.span,
                help=f"did you mean `{near}`?" if near else f"tables are written `table {name} {{ | … | }}`",
            )
        return of.error(span)
    of.names.used.add(name)
    table = of.table(name)
    if table is None and name in of.open:
        help = "write the value into the cell, or take it out of the table"
        of.report("V0212", f"this table needs itself: `{name}`", span, help=help)
    if table is None or name in of.names.broken:
        return of.error(span)
    if column is None:
        help = f"for instance `{name}[…].{table.columns[0]}`" if table.columns else "it has no column beside its keys"
        of.report("V0207", f"say which column of `{name}` is meant", node.span, help=help)
        return of.error(span)
    if column.name not in table.columns:
        near = did_you_mean(column.name, table.columns)
        of.report(
            "V0207",
            f"the table `{name}` has no column `{column.name}`",
            column.span,
            help=f"did you mean `{near}`?" if near else f"it has {', '.join(f'`{one}`' for one in table.columns)}",
        )
        return of.error(span)
    if len(node.keys) != len(table.keys):
        wanted = ", ".join(f"`{key}`" for key in table.keys)
        help = f"give one value for each, in this order: `{name}[{', '.join(table.keys)}]`"
        of.report("V0206", f"the table `{name}` is looked up by {wanted}", node.span, help=help)
        return of.error(span)
    keys = [
        of.expect(key, table.types[what], f"the key `{what}` of `{name}`")
        for key, what in zip(node.keys, table.keys, strict=True)
    ]
    result = table.types[column.name]
    if ERROR in (result, *(key.type for key in keys)):
        return of.error(span)
    return typed.Lookup(result, name, tuple(keys), column.name, _is_total(of, table, column.name, keys), span=span)


def _is_total(of: NameReader, table: typed.TypedTable, column: str, keys: list[typed.Expr]) -> bool:
    known = of.totals.get((table.name, column))
    if known is None:  # a table of many rows is gone through once, however many look values up
        known = of.totals[table.name, column] = _totality(of, table, column)
    return known == "all" or (known == "minerals" and len(keys) == 1 and keys[0].type.kind == "mineral")


def _totality(of: NameReader, table: typed.TypedTable, column: str) -> str:
    """For which keys a column has a value: `all`, all declared `minerals`, or only `some`."""
    if any(column not in row for row in table.rows.values()):
        return "some"
    if None in table.rows:
        return "all"
    covered = {row[0] for row in table.rows if row is not None and len(row) == 1}
    return "minerals" if of.names.minerals and of.names.minerals.keys() <= covered else "some"
