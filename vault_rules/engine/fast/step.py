"""One step of one walk: from each candidate in order what it may give, until the request is full."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import polars as pl

from vault_rules.engine.fast.in_turn import EACH, NOT_KNOWN, sift
from vault_rules.engine.fast.lanes import asks
from vault_rules.engine.fast.plain import runs, through
from vault_rules.engine.fast.rooms import Bound
from vault_rules.engine.fast.segments import BLOCK, Lane
from vault_rules.engine.fast.sieve import sifted_before
from vault_rules.engine.fast.tallies import UNKNOWN, Counting
from vault_rules.engine.fast.vectors import Wide
from vault_rules.engine.fast.walk import Walk
from vault_rules.semantics import typed
from vault_rules.semantics.meaning import value_of

if TYPE_CHECKING:
    from vault_rules.engine.fast.serving import Serving

_FEW = 64
"""So many offers of a step are asked one by one before many are looked at together."""
SHORT = 96
"""Offers of a lane are asked one by one so many times: to look at them together takes longer."""
_PATIENCE = 6
"""So many that are asked in a row may give nothing before the rest are looked at together."""


class Step:
    """One step of one walk."""

    def __init__(self, serving: Serving, walk: Walk, step: typed.Step, caps: list[Counting]) -> None:
        self.serving, self.walk, self.step, self.caps = serving, walk, step, caps
        self.share: typed.Share | None = walk.clauses[step.number, "share"]
        self.mass, self.tallies = serving.mass, serving.tallies
        self.least = serving.least_whole
        self.ratio = self._ratio()
        self.passed = 0
        """How many offers were asked and could give nothing."""
        self.missed = 0
        """How many of these came one after the other, up to now."""
        self.patience = _PATIENCE
        self.asked: pl.Expr | None = None
        """What the request states, where the lane holds other offers besides."""

    def _ratio(self) -> Any:
        """The share's ratio where it is the same for all offers; `EACH` where each is asked."""
        if self.share is None:
            return None
        if self.serving.asks_each(self.share.ratio):
            return EACH
        return value_of(self.share.ratio, self.serving.world.view(None, self.walk.request))

    def lanes(self) -> Iterator[Lane]:
        """The lanes of the step's candidates: what a request states narrows them."""
        serving, request = self.serving, self.walk.request
        candidates = serving.queue(self.walk, self.step)
        asked, key = serving.lanes.asked(request), asks(request)
        for find in (candidates.first, candidates.rest):
            lane, self.asked = find(request.mineral), None
            if lane is None:
                continue
            long = lane.stop - lane.start > SHORT
            if asked is not None and long and not runs(self, lane.segment) and lane.first_with(key):
                self.asked = asked
                yield lane
            else:
                yield lane if asked is None else lane.narrowed(key, asked)

    def take(self) -> None:
        """From each candidate in order what it may give, until the request is full."""
        for lane in self.lanes():
            self._through(lane)
            if self.walk.need <= 0:
                return

    def _through(self, lane: Lane) -> None:
        """One by one at first; where many of these give nothing, those behind them that can are sifted out."""
        size, summed, place = BLOCK, runs(self, lane.segment), lane.first
        self.patience = _PATIENCE
        lane.asked += lane.stop - lane.first
        if self.asked is None and lane.asked <= SHORT:
            self.patience = lane.stop
            self._singly(lane, place, lane.stop)
            return
        try:
            if summed or (self.asked is None and not sifted_before(lane, self)):
                place = self._singly(lane, place, lane.stop if summed else _FEW)
            while place < lane.stop and self.walk.need > 0:
                place = sift(self, lane, place, size)
                size *= 4
                if summed:
                    place = self._singly(lane, place, lane.stop)  # runs are summed up more quickly
        except Wide:
            self.patience = lane.stop
            if self.asked is not None:
                lane = lane.narrowed(asks(self.walk.request), self.asked)
                place = lane.first
            self._singly(lane, place, lane.stop)

    def _singly(self, lane: Lane, place: int, most: int) -> int:
        """Look at a number of offers, one by one; the place behind the last."""
        left, walk, segment = self.serving.left, self.walk, lane.segment
        last = min(lane.stop, place + most)
        self.missed = 0
        while place < last and walk.need > 0 and self.missed < self.patience:
            columns, base, size = segment.lists(place)
            end = min(last - base, size)
            passed = self.passed
            at = through(self, segment, columns, place - base, end)
            if lane.first == place and passed == self.passed:
                lane.first = base + at  # all of these have given all they had
            if at < end and walk.need > 0:
                row = columns["row"][at]
                has = left.get(row, columns["#quantity"][at])
                if has > 0:
                    self.ask(columns, at, row, has)
                at += 1
            if lane.first < base + at:
                lane.first = (
                    self._unsold(columns["row"], lane.first - base, at) + base if lane.first >= base else lane.first
                )
            place = base + at
        return place

    def _unsold(self, rows: list[int], at: int, end: int) -> int:
        """The first place of which something is left."""
        left = self.serving.left
        while at < end and left.get(rows[at]) == 0:
            at += 1
        return at

    # ---- one that needs a closer look ------------------------------------------------------------------------------

    def ask(self, columns: Mapping[str, list[Any]], at: int, row: int, has: int) -> None:
        """Take from one offer what it may give."""
        walk = self.walk
        wanted = min(walk.need, has)
        bounds = self._bounds(columns, at)
        allowances = None if bounds is None else self._allowances(bounds, columns, at, row)
        if bounds is None or allowances is None:
            return self._blocked(row, has)
        least = min([wanted, *(quantity for quantity, _ in allowances)])
        codes = [code for quantity, code in allowances if quantity == least < wanted]
        quantity = least
        lot = columns["#lot"][at]
        if lot is not None:
            quantity = least // lot * lot
            if quantity < least:
                codes.append("lot")
        if quantity <= 0 or quantity < max(columns["#min_quantity"][at] or 0, self.least):
            return self._blocked(row, has)
        walk.cut.update(codes)
        self.missed = 0
        self.serving.left[row] = has - quantity
        self._count(bounds, columns["#price"][at], quantity)
        self.serving.award(walk, self.step.number, row, quantity)
        return None

    def _allowances(self, bounds: Any, columns: Mapping[str, list[Any]], at: int, row: int) -> Any:
        """What the share and each cap still allow, and the code where that is the least; None where one is unknown."""
        found = []
        if self.share is not None:
            rest = self.share_left(row)
            if rest is NOT_KNOWN:
                return None
            if rest is not None:
                found.append((rest, self.share_code))
        for cap, bound in bounds:
            if isinstance(bound, Bound):
                found.append((self.tallies.allowed(bound, columns["#price"][at]), cap.code))
        return found

    def _count(self, bounds: Any, price: int, quantity: int) -> None:
        made = self.serving.ledger.made
        for cap, bound in bounds:
            room = bound.room if isinstance(bound, Bound) else bound
            self.tallies.count(room, self.tallies.invoice(quantity, price) if cap.money else quantity, made)

    def _blocked(self, row: int, has: int) -> None:
        self.passed += 1
        self.missed += 1
        _, rows, had, after = self.walk.run(self.step.number)
        rows.append(row)
        had.append(has)
        after.append(self.serving.ledger.made)

    def top(self) -> int:
        """The most that anybody can give now, whatever caps say."""
        if self.share is None or self.ratio is EACH:
            return self.walk.need
        rest = self.share_left(0)
        return 0 if rest is NOT_KNOWN else self.walk.need if rest is None else min(self.walk.need, rest)

    @property
    def share_code(self) -> str:
        return f"share:{self.step.code}"

    def share_left(self, row: int) -> Any:
        """What the step's share still allows an offer; None where it allows everything, `NOT_KNOWN` where unknown."""
        base = self.share_base(row)
        return base if base is None or base is NOT_KNOWN else self.share_rest(base, 0)

    def share_base(self, row: int) -> Any:
        """The same before it is rounded. What is given from now on is taken off."""
        walk, share = self.walk, self.share
        assert share is not None
        ratio = self.ratio
        if ratio is EACH:
            offer = self.serving.book.offers.offer(row)
            ratio = value_of(share.ratio, self.serving.world.view(offer, walk.request))
        if ratio is None:
            return NOT_KNOWN
        taken = walk.in_step[self.step.number]
        if not share.of_awarded:
            return ratio * walk.wanted - taken
        return None if ratio >= 1 else (ratio * walk.awarded - taken) / (1 - ratio)

    def share_rest(self, base: Fraction, given: int) -> int:
        """What it allows when so much more has been given: whole milligrams."""
        milligram, below = self.tallies.milligram, base.denominator
        return max((base.numerator - given * below) // (below * milligram) * milligram, 0)

    def _bounds(self, columns: Mapping[str, list[Any]], at: int) -> list[tuple[Counting, Any]] | None:
        """What each cap says to an offer; None where one cannot say."""
        found = []
        for cap in self.caps:
            bound = cap.at(columns, at)
            if bound is UNKNOWN:
                return None
            if bound is not None:
                found.append((cap, bound))
        return found
