"""A small book as it is written in a `test`: cells as text, with the day and the parameters that go with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import attrs

from vault_rules import api
from vault_rules.domain.tables import TABLES
from vault_rules.language import ast
from vault_rules.language.expressions import cell_text
from vault_rules.language.format_expressions import flat, quote
from vault_rules.semantics.fixtures import days_of, tables_of

if TYPE_CHECKING:
    from vault_rules.domain.book import Book
    from vault_rules.domain.sheet import Sheet

_NEEDED = {name: tuple(one.name for one in TABLES[name] if one.required) for name in ("offers", "requests")}
_SETTINGS_KEPT = 64
"""How many settings of one policy's parameters are kept checked: to check them again takes far longer than a plan."""


@attrs.frozen
class Table:
    """One table of a draft: columns by name, each row with a cell for each column. An empty cell is a null."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...] = ()


def _in_order(tables: Mapping[str, Table]) -> dict[str, Table]:
    """The tables in the order in which they are documented. Raises `ValueError` for one that no book has."""
    strange = sorted(set(tables) - set(TABLES))
    if strange:
        raise ValueError(f"a book has no table `{strange[0]}`: there are {', '.join(TABLES)}")
    return {name: tables[name] for name in TABLES if name in tables}


def _copy(parameters: Mapping[str, str]) -> dict[str, str]:
    return dict(parameters)


def _pairs(of: Mapping[str, object]) -> tuple[tuple[str, object], ...]:
    return tuple(sorted(of.items()))


@attrs.frozen
class Draft:
    """All that an evaluation takes besides the policy, small enough to be read at a glance.

    `parameters` are texts as `--set` takes them; `tables` are named like a book's. Drafts that say the same in the same
    words are equal.
    """

    as_of: date
    parameters: Mapping[str, str] = attrs.field(factory=dict, converter=_copy, eq=_pairs)
    tables: Mapping[str, Table] = attrs.field(factory=dict, converter=_in_order, eq=_pairs)

    def book(self) -> Book:
        """The book; one without offers or requests has empty tables of them. Nothing is judged yet."""
        return _book(self)

    def as_test(self, title: str, expectations: Sequence[str] = ()) -> str:
        """The text of a `test` block in the one layout, ending in a newline; `draft_of` gives this draft back.

        Each expectation is written as after `expect`, as in `award 10 t from a`.
        """
        inner = [f"as of {self.as_of.isoformat()}"]
        inner += [f"set {name} = {value}" for name, value in sorted(self.parameters.items())]
        for name, table in self.tables.items():
            lines = (table.columns, *(tuple(map(written_cell, row)) for row in table.rows))
            inner += [f"{name} {{", *(f"| {' | '.join(cells)} |" for cells in lines), "}"]
        inner += [f"expect {one}" for one in expectations]
        return api.format_text("\n".join([f"test {quote(title)} {{", *inner, "}"]))[1]


def written_cell(text: str) -> str:
    """A cell as a test writes it: between quotation marks where it would be read as something else."""
    plain = text == text.strip() and not any(letter in text for letter in '|"#\n\r')
    return text if plain else quote(text)


def draft_of(policy: api.Policy, test: ast.Test) -> Draft:
    """The draft of a test of this policy, with the shared books that it uses."""
    return drafted(test, policy.books)


def drafted(test: ast.Test, books: Mapping[str, ast.Book] | None = None) -> Draft:
    """The draft that a test says, with these shared books. Raises `ValueError` where no day is said, or several are."""
    books = books or {}
    days = days_of(test, books)
    if len(days) != 1:
        raise ValueError(f"the test {test.title!r} says {len(days)} days")
    parameters = {item.name.name: flat(item.value) for item in test.items if isinstance(item, ast.SetParameter)}
    tables: dict[str, Table] = {}
    for part in tables_of(test, books):
        read = table_of(part)
        tables[part.table] = _joined(tables[part.table], read) if part.table in tables else read
    return Draft(days[0], parameters, tables)


def table_of(table: ast.TestTable) -> Table:
    """A test's table as a draft's."""
    columns = tuple(one.name for one in table.columns)
    return Table(columns, tuple(tuple(map(cell_text, row.cells)) for row in table.rows))


def _joined(first: Table, second: Table) -> Table:
    """The rows of both, with the columns of both; a row has blanks in those that are not its own."""
    columns = tuple(dict.fromkeys((*first.columns, *second.columns)))
    rows = tuple(
        tuple(cells.get(name, "") for name in columns)
        for table in (first, second)
        for cells in (dict(zip(table.columns, row, strict=True)) for row in table.rows)
    )
    return Table(columns, rows)


def evaluate_draft(policy: api.Policy, draft: Draft, engine: str = "reference") -> api.Plan:
    """The plan of a policy and a draft. `engine` is `reference` or `fast`: of so few offers the reference makes the
    same plan in a sixth of the time.

    Raises `EvaluationError` where the evaluation stops, `BookError` where a cell is bad, `PolicyError` where the checks
    fail with these parameters, `UsageError` for a parameter that is none.
    """
    return api.evaluate(with_settings(policy, draft.parameters), draft.book(), draft.as_of, engine=engine)


def with_settings(policy: api.Policy, parameters: Mapping[str, str]) -> api.Policy:
    """The policy with other values for some parameters; the last of them are kept, since their check takes a while."""
    if not parameters:
        return policy
    kept = _settings.setdefault(policy, {})
    key = tuple(sorted(parameters.items()))
    if key not in kept:
        if len(kept) >= _SETTINGS_KEPT:
            del kept[next(iter(kept))]
        kept[key] = policy.with_parameters(parameters)
    return kept[key]


_settings: WeakKeyDictionary[api.Policy, dict[tuple[tuple[str, str], ...], api.Policy]] = WeakKeyDictionary()


@lru_cache(maxsize=256)
def _book(draft: Draft) -> Book:
    from vault_rules.domain.book import Book

    tables = {name: Table(columns) for name, columns in _NEEDED.items()} | dict(draft.tables)
    return Book({name: _sheet(name, table) for name, table in tables.items()})


def _sheet(name: str, table: Table) -> Sheet:
    import polars as pl

    from vault_rules.domain.sheet import Sheet

    given = {
        column: pl.Series(column, [row[at].strip() or None for row in table.rows], dtype=pl.String)
        for at, column in enumerate(table.columns)
    }
    return Sheet(name, f"the test's `{name}`", pl.DataFrame(given), is_clean=True)
