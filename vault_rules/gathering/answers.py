"""Answers as they come in: looked at, put together, and each row with its origin."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import attrs

from vault_rules.adapters.config import Counterparty
from vault_rules.adapters.messages import Row
from vault_rules.adapters.rows import sheet_of
from vault_rules.domain.bad_cell import BadCell
from vault_rules.domain.plan import Missing
from vault_rules.domain.sheet import Sheet
from vault_rules.errors import AdapterError, BadAnswer, BookError

_IDS = {"offers": ("offer",), "facilities": ("facility",), "holdings": ("facility",)}
"""The columns that hold a counterparty's own ids."""


class Answers:
    """All that was answered. `storages` says of each facility whose it is."""

    def __init__(self) -> None:
        self.rows: dict[str, list[Row]] = {}
        self.origins: dict[str, list[tuple[str, int]]] = {}
        self.missing: list[Missing] = []
        self.storages: dict[str, str] = {}
        self._bad: list[BadCell] = []
        self._total = 0

    def add(self, one: Counterparty, tables: Mapping[str, list[Row]]) -> None:
        for name, rows in tables.items():
            if rows or name == "facilities":
                self.rows.setdefault(name, []).extend(rows)
                self.origins.setdefault(name, []).extend((str(one), row.number or 0) for row in rows)
        for row in tables.get("facilities", ()):
            self.storages.setdefault((row.cells.get("facility") or "").strip(), one.name)

    def bad_cells(self, one: Counterparty, why: BookError) -> None:
        self._bad += [attrs.evolve(cell, place=f"{one}, {cell.place}") for cell in why.bad_cells]
        self._total += why.total

    def stop_if_bad(self, allow_missing: bool) -> None:
        """Raise `BookError` where files of counterparties are bad, `AdapterError` where somebody did not answer."""
        if self._bad:
            raise BookError(self._bad, self._total)
        if self.missing and not allow_missing:
            raise AdapterError("\n".join(f"{one.kind} {one.name}: {one.why}" for one in self.missing))

    def sheets(self) -> dict[str, Sheet]:
        """The tables, rows numbered from 1 through all answers: `origins` says which is which."""
        return {
            name: sheet_of([Row(row.cells, at) for at, row in enumerate(rows, 1)], name, name)
            for name, rows in self.rows.items()
        }


def checked_offers(
    one: Counterparty, asked: Mapping[str, tuple[str, ...]], tables: Mapping[str, list[Row]]
) -> Mapping[str, list[Row]]:
    """The answer of a trader with its name in every row; any other as it is.

    Raises `BadAnswer` for offers in another trader's name, or of minerals for which it was not asked.
    """
    if one.kind != "trader":
        return tables
    return {"offers": list(_in_its_name(one, frozenset(asked[one.name]), tables["offers"]))}


def _in_its_name(one: Counterparty, minerals: frozenset[str], rows: list[Row]) -> Iterator[Row]:
    for row in rows:
        named, mineral = (row.cells.get("trader") or "").strip(), (row.cells.get("mineral") or "").strip()
        if named not in ("", one.name):
            raise BadAnswer(f"{one}: row {row.number} is an offer in another trader's name, `{named[:40]}`")
        if mineral and mineral not in minerals:
            raise BadAnswer(f"{one}: row {row.number} is an offer of `{mineral[:40]}`, for which nobody asked it")
        yield Row({**row.cells, "trader": one.name}, row.number)


def prefixed(one: Counterparty, tables: Mapping[str, list[Row]]) -> Mapping[str, list[Row]]:
    """Ids with the counterparty's prefix before them."""
    if not one.prefix:
        return tables
    return {name: [_prefixed(one.prefix, _IDS.get(name, ()), row) for row in rows] for name, rows in tables.items()}


def _prefixed(prefix: str, columns: tuple[str, ...], row: Row) -> Row:
    ids = {name: f"{prefix}{row.cells[name]}" for name in columns if (row.cells.get(name) or "").strip()}
    return Row({**row.cells, **ids}, row.number)
