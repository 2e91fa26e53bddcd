"""Of a book with few offers: which of them each code keeps from a step or a request, as sets of rows.

Queries by the hundred, each of a few rows, take far longer than the rows do: here each queue is asked once, for all
minerals and all of its codes, and what a request states is looked at row by row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

import polars as pl

from vault_rules.domain.rows import Request
from vault_rules.engine.fast import codes
from vault_rules.engine.fast.lanes import Lanes, Queue, asks
from vault_rules.engine.fast.vectors import Exact, Keyed, threshold

FEW_OFFERS_LEFT = 50_000
"""Of so many offers that may serve, sets are quicker than columns."""

Rows = frozenset[int]
ByCode = Mapping[str, Rows]
NONE: Rows = frozenset()


class Lost:
    """What keeps the offers of each mineral; rows are those of the book."""

    def __init__(self, lanes: Lanes) -> None:
        self.lanes = lanes
        self._lists: dict[str, list[Any]] = {}
        self._steps: dict[Any, tuple[dict[str, dict[str, Rows]], dict[str, Rows]]] = {}
        self._terms: dict[Any, dict[str, Rows]] = {}
        self._all: dict[str, Rows] = {}
        self._tiers: dict[tuple[str, tuple[str, ...]], Rows] = {}

    @classmethod
    def of(cls, lanes: Lanes) -> Lost | None:
        """None where there are many offers: then columns are looked at."""
        return cls(lanes) if lanes.alive.frame.height <= FEW_OFFERS_LEFT else None

    # ---- rows ------------------------------------------------------------------------------------------------------

    def rows(self, mineral: str) -> list[int]:
        """All offers of a mineral that may serve."""
        return self._of(mineral, "row")

    def _of(self, mineral: str, name: str) -> list[Any]:
        """What a column holds of a mineral's offers."""
        if name not in self._lists:
            self._lists[name] = self.lanes.alive.frame[name].to_list()
        start, length = self.lanes.places.get(mineral, (0, 0))
        return self._lists[name][start : start + length]

    def in_tiers(self, mineral: str, tiers: tuple[str, ...]) -> Rows:
        """Those whose tier is one of these."""
        key = (mineral, tiers)
        if key not in self._tiers:
            tier = self.lanes.alive.column("tier")
            assert isinstance(tier, Keyed)
            among = [name in tiers for name in tier.values]
            pairs = zip(self.rows(mineral), self._of(mineral, "tier"), strict=True)
            self._tiers[key] = frozenset(row for row, code in pairs if among[code])
        return self._tiers[key]

    def outside(self, mineral: str, tiers: tuple[str, ...]) -> Rows:
        """Those whose tier is none of these."""
        return self._every(mineral) - self.in_tiers(mineral, tiers)

    def _every(self, mineral: str) -> Rows:
        if mineral not in self._all:
            self._all[mineral] = frozenset(self.rows(mineral))
        return self._all[mineral]

    @cached_property
    def payload(self) -> tuple[dict[str, list[Any]], dict[int, int]]:
        """What walks look at of all offers, and where each of these stands in it."""
        lanes = self.lanes
        found = lanes.alive.frame.select("row", *lanes.payload(lanes.sight(lanes.alive)))
        columns = {column.name: column.to_list() for column in found.iter_columns()}
        return columns, {row: at for at, row in enumerate(columns["row"])}

    # ---- steps -----------------------------------------------------------------------------------------------------

    def step(self, queue: Queue, mineral: str) -> ByCode:
        """The offers of a step's tiers that each code keeps from it, whatever a request states."""
        return self._asked(queue)[0].get(mineral, {})

    def held(self, queue: Queue, mineral: str) -> Rows:
        """Its candidates, whatever a request states."""
        return self._asked(queue)[1].get(mineral, NONE)

    def _asked(self, queue: Queue) -> tuple[dict[str, dict[str, Rows]], dict[str, Rows]]:
        if id(queue) not in self._steps:
            lanes = self.lanes
            here = codes.in_tiers(lanes.alive.column("tier"), queue.step.tiers)
            masks = codes.together((code, here & mask) for code, mask in codes.of_step(lanes, queue))
            every = [lanes.held(queue), *masks.values()]
            named = [mask.alias(f"#at{at}") for at, mask in enumerate(every)]
            found = lanes.sight_of(queue).table.frame.select("row", "mineral", *named)
            places = [_by_mineral(found, f"#at{at}", lanes.names) for at in range(len(every))]
            steps: dict[str, dict[str, Rows]] = {}
            for code, by_mineral in zip(masks, places[1:], strict=True):
                for mineral, rows in by_mineral.items():
                    steps.setdefault(mineral, {})[code] = rows
            self._steps[id(queue)] = (steps, places[0])
        return self._steps[id(queue)]

    # ---- what a request states ---------------------------------------------------------------------------------------

    def terms(self, request: Request) -> ByCode:
        """The offers of its mineral that each code keeps from a request because of what it states, in any tier."""
        key = (request.mineral, asks(request))
        if key not in self._terms:
            found: dict[str, set[int]] = {}
            form, purity, need_by, most = request.form, request.purity, request.need_by, request.max_price
            if form is not None:
                self._note(found, request.mineral, "form", "spec", lambda one: one == form)
            if purity is not None:
                self._note(found, request.mineral, "purity", "spec", lambda one: one >= purity, (">=", purity))
            if need_by is not None:
                self._note(found, request.mineral, "delivery", "late", lambda one: one <= need_by)
            if most is not None:
                self._note(found, request.mineral, "price", "max_price", lambda one: one <= most, ("<=", most))
            self._terms[key] = {code: frozenset(rows) for code, rows in found.items() if rows}
        return self._terms[key]

    def _note(
        self,
        found: dict[str, set[int]],
        mineral: str,
        name: str,
        code: str,
        meets: Callable[[Any], bool],
        limit: tuple[str, Any] | None = None,
    ) -> None:
        """Those whose column is blank, and those whose value does not meet what is asked of it."""
        failing, blank = found.setdefault(code, set()), found.setdefault(f"missing:{name}", set())
        value = self.lanes.alive.column(name)
        if isinstance(value, Keyed):
            (column,) = value.base
            said = [None if one is None else meets(one) for one in value.values]
            verdicts = (said[place] for place in self._of(mineral, column))
        elif isinstance(value, Exact):
            assert limit is not None
            operator, bound = limit
            edge = threshold(operator, bound, value)
            numbers = self._of(mineral, name)
            verdicts = (None if one is None else one >= edge if operator == ">=" else one <= edge for one in numbers)
        else:
            said_of_all = None if value.value is None else meets(value.value)  # type: ignore[union-attr]
            verdicts = (said_of_all for _ in self.rows(mineral))
        for row, met in zip(self.rows(mineral), verdicts, strict=True):
            if met is None:
                blank.add(row)
            elif not met:
                failing.add(row)

    def unmet(self, request: Request) -> Rows:
        """The offers of its mineral that do not meet what a request states."""
        return NONE.union(*self.terms(request).values())


def _by_mineral(found: pl.DataFrame, name: str, minerals: list[str]) -> dict[str, Rows]:
    """The rows where a mask holds, by mineral."""
    some = found.filter(pl.col(name))
    rows: dict[int, list[int]] = {}
    for mineral, row in zip(some["mineral"].to_list(), some["row"].to_list(), strict=True):
        rows.setdefault(mineral, []).append(row)
    return {minerals[mineral]: frozenset(of) for mineral, of in rows.items()}
