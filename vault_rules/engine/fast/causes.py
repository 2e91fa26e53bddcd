"""Why requests are not filled: the codes for which offers with quantity left were passed over or cut short."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from functools import cached_property, partial
from typing import Any

import polars as pl

from vault_rules.domain.plan import Reason
from vault_rules.domain.rows import Request
from vault_rules.engine.fast import codes
from vault_rules.engine.fast.lanes import Queue, asks
from vault_rules.engine.fast.serving import Serving
from vault_rules.engine.fast.walk import Blocked, Walk
from vault_rules.semantics import typed


class Causes:
    """The codes of shortfalls. `blocked` says why an offer that was asked could give nothing."""

    def __init__(self, serving: Serving, blocked: Callable[[Walk, Blocked], list[Reason]]) -> None:
        self.serving, self.blocked = serving, blocked

    def because(self, walk: Walk) -> tuple[str, ...]:
        """Every code for which an offer of the mineral with quantity left was passed over or cut short."""
        mineral = walk.request.mineral
        found = set(walk.cut) | self.ineligible.get(mineral, set())
        steps: tuple[typed.Step, ...] = walk.clauses["steps"]
        outside = self._outside(mineral, tuple(tier for step in steps for tier in step.tiers))
        if not outside <= self._sold(mineral, walk.begins[0]):
            found.add("not_in_waterfall")
        for step, begins in zip(steps, walk.begins, strict=True):
            sold = self._sold(mineral, begins)
            failing = self._failing(walk, step)
            found |= {code for code, (some, all) in failing.items() if some > len(sold) or not all() <= sold}
        for one in walk.blocked:
            found |= {reason.code for reason in self.blocked(walk, one)}
        return tuple(sorted(found)) or ("no_offers",)

    def _outside(self, mineral: str, tiers: tuple[str, ...]) -> set[int]:
        """The offers of a mineral whose tier is none of these, by row."""
        key = (mineral, tiers)
        if key not in self._others:
            lanes = self.serving.lanes
            rows = lanes.rows(lanes.sight(lanes.alive), mineral)
            self._others[key] = set(rows.filter(~codes.in_tiers(lanes.alive.column("tier"), tiers))["row"].to_list())
        return self._others[key]

    @cached_property
    def _others(self) -> dict[Any, set[int]]:
        return {}

    def _failing(self, walk: Walk, step: typed.Step) -> dict[str, tuple[int, Callable[[], set[int]]]]:
        """For each code how many offers of a step's tiers it keeps from the request, and which, by row."""
        lanes, request = self.serving.lanes, walk.request
        queue = self.serving.queue(walk, step).queue
        found = dict(self._fails(queue, None).get(request.mineral, {}))
        if any(one is not None for one in asks(request)):
            found |= self._fails(queue, request).get(request.mineral, {})
        sight = lanes.sight_of(queue)
        return {
            code: (count, partial(self._rows, lanes.rows(sight, request.mineral), masks))
            for code, (count, masks) in found.items()
        }

    def _fails(self, queue: Queue, request: Request | None) -> dict[str, dict[str, tuple[int, pl.Expr]]]:
        """For each mineral, how many offers each code keeps from a step, and where; or from what a request states."""
        lanes = self.serving.lanes
        key = (id(queue), None if request is None else (request.mineral, asks(request)))
        if key not in self._failed:
            here = codes.in_tiers(lanes.alive.column("tier"), queue.step.tiers)
            sight = lanes.sight_of(queue)
            found = codes.of_step(lanes, queue) if request is None else codes.of_terms(request, sight)
            masks = codes.together([(code, here & mask) for code, mask in found])
            rows = lanes.rows(sight, None if request is None else request.mineral)
            counts = codes.by_mineral(rows, masks, lanes.names)
            self._failed[key] = {
                mineral: {code: (count, masks[code]) for code, count in of.items()} for mineral, of in counts.items()
            }
        return self._failed[key]

    @cached_property
    def _failed(self) -> dict[Any, dict[str, dict[str, tuple[int, pl.Expr]]]]:
        return {}

    def _rows(self, rows: pl.DataFrame, mask: pl.Expr) -> set[int]:
        return set(rows.lazy().filter(mask).select("row").collect()["row"].to_list())

    def _sold(self, mineral: str, made: int) -> set[int]:
        """The offers of a mineral that were sold out when so many awards had been made, by row."""
        rows, times = self._sold_out.get(mineral, ([], []))
        return set(rows[: bisect_left(times, made)])

    @cached_property
    def _sold_out(self) -> dict[str, tuple[list[int], list[int]]]:
        """For each mineral the offers that were sold out, and by which award, in the order of these."""
        ledger, left = self.serving.ledger, self.serving.left
        last = {row: at for at, row in enumerate(ledger.rows)}
        found: dict[str, tuple[list[int], list[int]]] = {}
        for at, row in enumerate(ledger.rows):
            if last[row] == at and left[row] == 0:
                rows, times = found.setdefault(self.serving.walks[ledger.walks[at]].request.mineral, ([], []))
                rows.append(row)
                times.append(at)
        return found

    @cached_property
    def _standing_codes(self) -> dict[str, pl.Expr]:
        return codes.together(codes.of_standing(self.serving.verdicts))

    @cached_property
    def ineligible(self) -> dict[str, set[str]]:
        """For each mineral the codes for which steps 3 and 4 rejected offers of it."""
        masks = self._standing_codes
        table = self.serving.table
        names = getattr(table.column("mineral"), "values", [])
        return {mineral: set(of) for mineral, of in codes.by_mineral(table.frame, masks, names).items()}
