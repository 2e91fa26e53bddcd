"""Questions about single offers, each asked once for all offers that read alike."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Generic, TypeVar

import polars as pl

from vault_rules.engine.fast.dependence import expressions
from vault_rules.engine.program import Day
from vault_rules.engine.readings import columns_read
from vault_rules.semantics import typed

T = TypeVar("T")
Columns = Mapping[str, list[Any]]
"""Columns of some offers as lists, by name."""
_KEPT = 100_000
"""So many answers are kept."""
_UNASKED = object()


class Alike(Generic[T]):
    """A question whose answer depends on some columns: one offer is asked for all that have the same in these."""

    def __init__(self, names: Iterable[str], ask: Callable[[int], T]) -> None:
        """`ask` takes an offer's row in the book."""
        self.names, self._ask = tuple(sorted(names)), ask
        self._known: dict[Any, T] = {}

    def of(self, columns: Columns, at: int, row: int) -> T:
        """The answer for the offer that stands `at` a place in columns."""
        key = tuple([columns[name][at] for name in self.names])
        found: Any = self._known.get(key, _UNASKED)
        if found is _UNASKED:
            if len(self._known) >= _KEPT:
                self._known.clear()
            found = self._known[key] = self._ask(row)
        answer: T = found
        return answer


class Listed(dict[str, list[Any]]):
    """The columns of a frame as lists, each made when it is first asked for."""

    def __init__(self, frame: pl.DataFrame) -> None:
        super().__init__()
        self.frame = frame

    def __missing__(self, name: str) -> list[Any]:
        self[name] = found = self.frame[name].to_list()
        return found


def read_by(content: Any, day: Day, targets: Iterable[str] = ()) -> set[str]:
    """The columns that some clauses read, with their mineral, and what decides which exceptions to targets apply."""
    exceptions = [one for target in targets for one in day.exceptions_below(target)]
    whens = [one.when for one in exceptions if one.when is not None]
    exprs = expressions([content, whens, [dict(one.changes) for one in exceptions]])
    return set().union({"mineral"}, *(columns_read(expr, day) for expr in exprs))


def read_by_rule(rule: typed.Rule, day: Day) -> set[str]:
    """The columns that decide what a rule says of an offer."""
    return read_by(dict(rule.clauses), day, [rule.name]) | ({"trader"} if rule.kind == "route" else set())
