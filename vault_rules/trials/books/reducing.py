"""A book made small and plain while it still does what it was found for.

Rows, columns and cells are left out; names that need not differ become the same; figures and days become plainer. Each
change that is kept makes the book plainer by one measure, so that this comes to an end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import attrs

from vault_rules.domain.tables import TABLES
from vault_rules.trials.books.plainer import names_alike, plainer_days, plainer_figures, renamed, scaled
from vault_rules.trials.draft import Draft, Table

Still = Callable[[Draft], bool]
MOST_TRIES = 1500
"""So many books are tried at most: a law is broken by a small book, or by one that is large for good reason."""


def reduced(draft: Draft, still: Still, fields: Iterable[str] = ()) -> Draft:
    """The smallest and plainest draft found for which `still` holds, as it does for the one given.

    `fields` are the columns that the policy declares.
    """
    return _Reducer(still, frozenset(fields)).go(draft)


class _Reducer:
    def __init__(self, still: Still, fields: frozenset[str]) -> None:
        self.still, self.fields = still, fields
        self.tried: dict[Draft, bool] = {}

    def go(self, draft: Draft) -> Draft:
        ways = (_without_tables, _without_rows, _without_columns, _without_cells, names_alike, scaled)
        for plainer in (*ways, plainer_figures, plainer_days):
            draft = self._as_far_as(draft, plainer)
        for _ in range(3):  # what one way leaves, another may have made needless
            before = draft
            for plainer in (*ways[1:], plainer_figures, plainer_days):
                draft = self._as_far_as(draft, plainer)
            if draft == before:
                break
        tidy = renamed(draft)
        return tidy if self._holds(tidy) else draft

    def _as_far_as(self, draft: Draft, plainer: Callable[[Draft], Iterable[Draft]]) -> Draft:
        """Take the first plainer draft that still does, and begin again from it, until none does."""
        while True:
            found = next((one for one in plainer(draft) if one != draft and self._holds(one)), None)
            if found is None:
                return draft
            draft = found

    def _holds(self, draft: Draft) -> bool:
        if draft not in self.tried:
            if len(self.tried) >= MOST_TRIES:
                return False
            self.tried[draft] = self.still(draft)
        return self.tried[draft]


def with_table(draft: Draft, name: str, table: Table | None) -> Draft:
    """The draft with another table in the place of one; None: without it."""
    tables = {key: one for key, one in draft.tables.items() if key != name}
    return attrs.evolve(draft, tables=tables if table is None else {**tables, name: table})


def _without_tables(draft: Draft) -> Iterator[Draft]:
    for name in draft.tables:
        if name not in ("offers", "requests"):
            yield with_table(draft, name, None)


def _without_rows(draft: Draft) -> Iterator[Draft]:
    """The later half of a table, then one row after the other, the last first."""
    for name, table in draft.tables.items():
        count = len(table.rows)
        if count > 3:
            yield with_table(draft, name, attrs.evolve(table, rows=table.rows[: count // 2]))
        for at in reversed(range(count)):
            rows = table.rows[:at] + table.rows[at + 1 :]
            yield with_table(draft, name, attrs.evolve(table, rows=rows) if rows else None)


def _without_columns(draft: Draft) -> Iterator[Draft]:
    for name, table in draft.tables.items():
        for at, column in enumerate(table.columns):
            if not _is_required(name, column):
                yield with_table(draft, name, _less(table, at))


def _without_cells(draft: Draft) -> Iterator[Draft]:
    for name, table in draft.tables.items():
        for at, column in enumerate(table.columns):
            if _is_required(name, column):
                continue
            for number, row in enumerate(table.rows):
                if row[at]:
                    cells = (*row[:at], "", *row[at + 1 :])
                    rows = (*table.rows[:number], cells, *table.rows[number + 1 :])
                    yield with_table(draft, name, attrs.evolve(table, rows=rows))


def _less(table: Table, at: int) -> Table:
    columns = table.columns[:at] + table.columns[at + 1 :]
    return Table(columns, tuple(row[:at] + row[at + 1 :] for row in table.rows))


def _is_required(name: str, column: str) -> bool:
    return any(one.name == column and one.required for one in TABLES[name])
