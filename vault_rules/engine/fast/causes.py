"""Why requests are not filled: the codes for which offers with quantity left were passed over or cut short."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import cached_property, partial
from typing import Any

import polars as pl

from vault_rules.domain.rows import Request
from vault_rules.engine.fast import codes
from vault_rules.engine.fast.blocking import Blocking
from vault_rules.engine.fast.kept_back import Unsaid, counts_of
from vault_rules.engine.fast.lanes import Queue, asks
from vault_rules.engine.fast.lost import Lost
from vault_rules.engine.fast.serving import Serving
from vault_rules.engine.fast.sifted import Sifted
from vault_rules.engine.fast.walk import Blocked, Walk
from vault_rules.engine.fast.withheld import allowed_then
from vault_rules.semantics import typed


class Causes:
    """The codes of shortfalls."""

    def __init__(
        self,
        serving: Serving,
        blocking: Blocking,
        made: Sequence[int] | None = None,
        lost: Lost | None = None,
    ) -> None:
        """`made`: the number of each award among those of all markets, where this is one of several.

        `lost`: what keeps offers, where there are few of them.
        """
        self.serving, self.blocking, self.made, self.lost = serving, blocking, made, lost
        self._codes_of: dict[tuple[int, int, int], set[str]] = {}

    def because(self, walk: Walk) -> tuple[str, ...]:
        """Every code for which an offer of the mineral with quantity left was passed over or cut short."""
        mineral = walk.request.mineral
        walk.tell_but_sifted()
        found = set(walk.cut) | self.ineligible.get(mineral, set())
        steps: tuple[typed.Step, ...] = walk.clauses["steps"]
        outside = self._outside(mineral, tuple(tier for step in steps for tier in step.tiers))
        if not outside <= self._sold(mineral, walk.begins[0]):
            found.add("not_in_waterfall")
        for step, begins in zip(steps, walk.begins, strict=True):
            sold = self._sold(mineral, begins)
            if self.lost is not None:
                found |= self._lost_by(self.lost, walk, step, sold, found)
                continue
            failing = self._failing(walk, step)
            found |= {code for code, (some, all) in failing.items() if some > len(sold) or not all() <= sold}
        found |= self._blocked_codes(walk)
        return tuple(sorted(found)) or ("no_offers",)

    def _lost_by(self, lost: Lost, walk: Walk, step: typed.Step, sold: set[int], known: set[str]) -> set[str]:
        """The codes, but those that are known, which keep an offer that is not sold from a step."""
        request = walk.request
        kept = lost.step(self.serving.queue(walk, step).queue, request.mineral)
        found = {code for code, rows in kept.items() if code not in known and not rows <= sold}
        if any(one is not None for one in asks(request)):
            left = lost.in_tiers(request.mineral, step.tiers) - sold
            of_terms = lost.terms(request)
            found |= {code for code, rows in of_terms.items() if code not in known and not rows.isdisjoint(left)}
        return found

    def _blocked_codes(self, walk: Walk) -> set[str]:
        """Why offers that were asked, or passed over together, could give nothing."""
        together: set[str] = set()
        try:
            for one in walk.sifted:
                together.update(self.counts_of(walk, one))
        except Unsaid:
            walk.tell()
        return together.union(*self.blocked_codes(walk, list(walk.blocked_but_sifted)))

    def counts_of(self, walk: Walk, one: Sifted, rows: Collection[int] | None = None) -> dict[str, int]:
        """How many of the offers (or of some of them) passed over together have each code. Raises `Unsaid`."""
        return counts_of(self.serving, walk, one, self.blocking.given, partial(self._asked_codes, walk), rows)

    def _asked_codes(self, walk: Walk, one: Blocked) -> set[str]:
        return {reason.code for reason in self.blocking.reasons(walk, one)}

    def blocked_codes(self, walk: Walk, ones: Sequence[Blocked]) -> Iterator[set[str]]:
        """The codes of each: from whole numbers, where every cap can say."""
        if not ones:
            return
        columns, places = self._columns(walk, [one.row for one in ones])
        for one in ones:
            key = (walk.number, one.step, one.row)
            found = self._codes_of.get(key)
            if found is None:
                found = self._why(walk, one, columns, places[one.row])
                if self.lost is not None:
                    self._codes_of[key] = found
            yield found

    def _why(self, walk: Walk, one: Blocked, columns: Mapping[str, list[Any]], at: int) -> set[str]:
        allowed = allowed_then(self.serving, self.blocking.given, walk, one, columns, at)
        if allowed is None:
            return self._asked_codes(walk, one)
        return self._codes(walk, one, [(each.quantity, each.code) for each in allowed], columns, at)

    def _columns(self, walk: Walk, rows: list[int]) -> tuple[dict[str, list[Any]], dict[int, int]]:
        """What walks look at of some offers, and where each of these stands in it."""
        if self.lost is not None:
            return self.lost.payload
        lanes = self.serving.lanes
        sight = lanes.sight(lanes.alive)
        some = pl.col("row").is_in(pl.Series(sorted(set(rows)), dtype=pl.UInt32).implode())
        frame = lanes.rows(sight, walk.request.mineral).lazy().filter(some)
        found = frame.select("row", *lanes.payload(sight)).collect()
        columns = {column.name: column.to_list() for column in found.iter_columns()}
        return columns, {row: at for at, row in enumerate(columns["row"])}

    def _codes(
        self, walk: Walk, one: Blocked, allowed: list[Any], columns: Mapping[str, list[Any]], at: int
    ) -> set[str]:
        wanted = min(walk.wanted - self.blocking.given(walk, one)[1], one.has)
        least = min([wanted, *(quantity for quantity, _ in allowed)])
        found = {code for quantity, code in allowed if quantity == least < wanted}
        lot = columns["#lot"][at]
        quantity = least if lot is None else least // lot * lot
        found |= {"lot"} if quantity < least else set()
        minimum = max(columns["#min_quantity"][at] or 0, self.serving.least_whole)
        return found | ({"min_quantity"} if 0 < quantity < minimum else set())

    def _outside(self, mineral: str, tiers: tuple[str, ...]) -> AbstractSet[int]:
        """The offers of a mineral whose tier is none of these, by row."""
        if self.lost is not None:
            return self.lost.outside(mineral, tiers)
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
        ledger, left = self.serving.ledger, self.serving.lefts()
        last = {row: at for at, row in enumerate(ledger.rows)}
        found: dict[str, tuple[list[int], list[int]]] = {}
        for at, (row, walk) in enumerate(zip(ledger.rows, ledger.walks, strict=True)):
            if last[row] == at and left[row] == 0:
                rows, times = found.setdefault(self.serving.walks[walk].request.mineral, ([], []))
                rows.append(row)
                times.append(at if self.made is None else self.made[at])
        return found

    @cached_property
    def _standing_codes(self) -> dict[str, pl.Expr]:
        return codes.together(codes.of_standing(self.serving.verdicts))

    @cached_property
    def ineligible(self) -> dict[str, set[str]]:
        """For each mineral the codes for which steps 3 and 4 rejected offers of it."""
        return {mineral: set(of) for mineral, of in self.ineligible_counts.items()}

    @cached_property
    def ineligible_counts(self) -> dict[str, dict[str, int]]:
        """For each mineral how many offers of it steps 3 and 4 rejected for each code."""
        masks = self._standing_codes
        table = self.serving.table
        names = getattr(table.column("mineral"), "values", [])
        return codes.by_mineral(table.frame, masks, names)
