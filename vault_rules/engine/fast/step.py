"""One step of one walk: from each candidate in order what it may give, until the request is full."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING
from weakref import WeakMethod

import polars as pl

from vault_rules.engine.fast.counted_by import Counting
from vault_rules.engine.fast.in_full import in_full
from vault_rules.engine.fast.lanes import asks
from vault_rules.engine.fast.segments import BLOCK, Lane
from vault_rules.engine.fast.shares import StepShare
from vault_rules.engine.fast.sieve import sieve_of, sifted_before
from vault_rules.engine.fast.sifted import Sifted
from vault_rules.engine.fast.taking import Taking
from vault_rules.engine.fast.vectors import Wide
from vault_rules.engine.fast.walk import Walk
from vault_rules.semantics import typed

if TYPE_CHECKING:
    from vault_rules.engine.fast.serving import Serving

_FEW = 2048
"""So many offers of a step are asked one by one before many are looked at together."""
SHORT = 96
"""Offers of a lane are asked one by one so many times: to look at them together takes longer."""
_PATIENCE = 6
"""So many that are asked in a row may give nothing before the rest are looked at together."""


class Step:
    """One step of one walk."""

    def __init__(self, serving: Serving, walk: Walk, step: typed.Step, caps: list[Counting]) -> None:
        self.serving, self.walk, self.step, self.caps = serving, walk, step, caps
        share: typed.Share | None = walk.clauses[step.number, "share"]
        self.share = None if share is None else StepShare(serving, walk, step, share)
        self.tallies, self.least = serving.tallies, serving.least_whole
        self.patience = _PATIENCE
        self.asked: pl.Expr | None = None
        """What the request states, where the lane holds other offers besides."""

    def lanes(self) -> Iterator[Lane]:
        """The lanes of the step's candidates: what a request states narrows them."""
        serving, request = self.serving, self.walk.request
        candidates = serving.queue(self.walk, self.step)
        asked, key = serving.lanes.asked(request), asks(request)
        for find in (candidates.first, candidates.rest):
            lane, self.asked = find(request.mineral), None
            if lane is None:
                continue
            if asked is not None and lane.stop - lane.start > SHORT and lane.first_with(key):
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
        size, place = BLOCK, lane.first
        self.patience = _PATIENCE
        lane.asked += lane.stop - lane.first
        if self.asked is None and lane.asked <= SHORT:
            self.patience = lane.stop
            self._singly(lane, place, lane.stop)
            return
        try:
            if self.asked is None and not sifted_before(lane, self):
                place = self._singly(lane, place, _FEW)
            while place < lane.stop and self.walk.need > 0:
                place = self._sift(lane, place, size)
                size *= 4
        except Wide:
            self.patience = lane.stop
            if self.asked is not None:
                lane = lane.narrowed(asks(self.walk.request), self.asked)
                place = lane.first
            self._singly(lane, place, lane.stop)

    def _singly(self, lane: Lane, place: int, most: int) -> int:
        """Ask offers one by one, besides those that can be summed up; the place behind the last."""
        taking = Taking(self, lane.segment, telling=True)
        place = in_full(taking, place, lane.stop)
        if taking.need > 0:
            stop = min(place + most, lane.stop)
            place = taking.take(range(place, stop)) or stop
        taking.note()
        lane.leave_sold(self.serving.left, place)
        return place

    def _sift(self, lane: Lane, place: int, size: int) -> int:
        """Ask those behind a place that may be able to give something, pass over all others together; the place of the
        first that was not looked at.

        Raises `Wide` where sums do not fit, before anything is taken.
        """
        walk, serving = self.walk, self.serving
        found = Sifted(self.step.number, lane, place, lane.stop, serving.ledger.made, self.asked)
        able: list[int] = []
        if self.top() >= max(self.least, 1):
            sieve = sieve_of(lane, self)
            able, stop = sieve.able(self, place, size)
            found.stop = lane.stop if stop is None else stop
        walk.sifted.append(found)
        walk.unsifted = WeakMethod(serving.tell_sifted)
        if able:
            taking = Taking(self, lane.segment, telling=False)
            found.stop = taking.take(found.asking(able)) or found.stop
            found.asked = found.given = taking.places
            sieve.sell(taking.sold)
            taking.note()
            if taking.missed >= self.patience and not taking.rows:
                self.patience *= 4  # what keeps them is not seen from here
        return found.stop

    def top(self) -> int:
        """The most that anybody can give now, whatever caps say."""
        if self.share is None or self.share.each:
            return self.walk.need
        return min(self.walk.need, self.share.left(0, 0))
