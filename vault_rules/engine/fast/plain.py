"""The inner loop: offers that give all they have, or nothing at all, one after the other.

What a large plan waits for is here, so that it is written for speed: whole runs of offers are summed up by what Python
does in C, and only the offer at a limit is left to be asked closely.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from vault_rules.engine.fast.in_turn import EACH, NOT_KNOWN
from vault_rules.engine.fast.rooms import Bound, Room
from vault_rules.engine.fast.segments import Segment
from vault_rules.engine.fast.tallies import Counting

if TYPE_CHECKING:
    from vault_rules.engine.fast.step import Step

_SHORTEST, _LONGEST = 64, 2048
"""Runs grow from so many offers to so many."""
Columns = Mapping[str, list[Any]]


def runs(step: Step, segment: Segment) -> bool:
    """Whether runs of offers can be summed up: offers may be taken in any quantity, and one cap at most counts them."""
    return segment.whole and len(step.caps) <= 1 and all(len(cap.names) <= 1 for cap in step.caps)


def through(step: Step, segment: Segment, columns: Columns, at: int, end: int) -> int:
    """Take from offers; the place of the first that has to be asked closely, or `end`."""
    if not runs(step, segment):
        return at
    length = _SHORTEST
    while at < end and step.walk.need > 0:
        done = _Run(step, columns, at, min(end, at + length)).take()
        if not done:
            break
        at += done
        length = min(length * 4, _LONGEST)
    return at


class _Run:
    """A run of offers, all of which may be taken in any quantity; those that are sold out are left out."""

    def __init__(self, step: Step, columns: Columns, at: int, end: int) -> None:
        self.step, self.serving, self.walk = step, step.serving, step.walk
        self.columns, self.at, self.length = columns, at, end - at
        self.rows: list[int] = columns["row"][at:end]
        self.has: list[int] = columns["#quantity"][at:end]
        self.places: list[int] | None = None
        """Where each stands in the run, if not all do."""
        self.made = self.serving.ledger.made
        left = self.serving.left
        if not left.keys().isdisjoint(self.rows):
            has = [left.get(row, quantity) for row, quantity in zip(self.rows, self.has, strict=True)]
            self.places = [place for place, one in enumerate(has) if one]
            self.rows = [self.rows[place] for place in self.places]
            self.has = [has[place] for place in self.places]

    def take(self) -> int:
        """How many places are done with."""
        return self._places_of(self._taken()) if self.rows else self.length

    def _places_of(self, count: int) -> int:
        """How many places the first offers take up, with those sold out between and behind them."""
        if self.places is None:
            return count
        return self.places[count] if count < len(self.places) else self.length

    def _place(self, at: int) -> int:
        """Where an offer of the run stands in the columns."""
        return self.at + (at if self.places is None else self.places[at])

    def _taken(self) -> int:
        limit = min(self.walk.need, _share(self.step))
        if self.step.least and min(self.has) < self.step.least:
            return 0
        if not self.step.caps:
            count = bisect_right(list(accumulate(self.has)), limit)
            return self._give(self.rows[:count], self.has[:count])
        if len(self.step.caps) == 1 and not self.step.caps[0].money:
            return self._by_room(self.step.caps[0], limit)
        return self._as_one(limit)

    def _give(self, rows: list[int], has: list[int]) -> int:
        self.serving.left.update(dict.fromkeys(rows, 0))
        self.serving.award_all(self.walk, self.step.step.number, rows, has)
        return len(rows)

    # ---- one cap on a mass, several of its groups ------------------------------------------------------------------

    def _by_room(self, cap: Counting, limit: int) -> int:
        """Each offer against what its own group has left; those whose group is full give nothing."""
        codes = self._codes(cap)
        found = {code: self._rest(cap, codes.index(code)) for code in set(codes)}
        rests = {code: rest for code, rest in found.items() if rest is not None}
        if len(rests) < len(found):
            return self._known(cap, codes, found)
        rooms: dict[Any, Room | None] = {code: _room(cap.known[code]) for code in rests}
        if len({id(room) for room in rooms.values()}) < len(rooms):
            return self._as_one(limit)
        got_rows, got, got_rooms = [], [], []
        count = 0
        for row, has, code in zip(self.rows, self.has, codes, strict=True):
            rest = rests[code]
            if limit <= 0:
                break  # what comes when the request is full is not even asked
            if rest >= has:
                limit -= has
                if limit < 0:
                    break
                rests[code] = rest - has
                got_rows.append(row)
                got.append(has)
                got_rooms.append(rooms[code])
            elif rest <= 0:
                self._blocked(row, has, len(got))
            else:
                break
            count += 1
        for room, has in zip(got_rooms, got, strict=True):
            if room is not None:
                room.used += has
        if got:
            self.step.tallies.history.add(self.made, got, got_rooms)
            self._give(got_rows, got)
        return count

    def _codes(self, cap: Counting) -> list[Any]:
        if not cap.names:
            return [()] * len(self.rows)
        codes: list[Any] = self.columns[cap.names[0]]
        if self.places is None:
            return codes[self.at : self.at + len(self.rows)]
        return [codes[self.at + place] for place in self.places[: len(self.rows)]]

    def _rest(self, cap: Counting, at: int) -> int | None:
        """What a cap surely allows an offer; None where it cannot say, or what it says is not whole."""
        found = cap.at(self.columns, self._place(at))
        if found is None or isinstance(found, Room):
            return _UNBOUNDED
        if not isinstance(found, Bound):
            return None
        rest = found.whole - found.room.used
        milligram = self.step.tallies.milligram
        return rest if found.exact or milligram == 1 else None if rest > 0 else 0

    def _known(self, cap: Counting, codes: list[Any], rests: Mapping[Any, int | None]) -> int:
        """The offers before the first of which the cap cannot say."""
        first = next(at for at, code in enumerate(codes) if rests[code] is None)
        self.rows, self.has = self.rows[:first], self.has[:first]
        return self._by_room(cap, min(self.walk.need, _share(self.step))) if first else 0

    def _blocked(self, row: int, has: int, given: int) -> None:
        self.step.passed += 1
        _, rows, had, after = self.walk.run(self.step.step.number)
        rows.append(row)
        had.append(has)
        after.append(self.made + given)

    # ---- a cap on money, or one whose kinds of offers share a group ------------------------------------------------

    def _as_one(self, limit: int) -> int:
        """As many as the request may take, if no cap cuts them short."""
        sums = list(accumulate(self.has))
        count = bisect_right(sums, limit)
        if not count:
            return 0
        self.rows, self.has = self.rows[:count], self.has[:count]
        return self._together(sums[count - 1])

    def _together(self, total: int) -> int:
        """All, where the cap has room for all of them in one group; else what half of them may give."""
        counted = []
        for cap in self.step.caps:
            found = {id(_room(one) or one): one for one in self._said(cap)}
            if len(found) != 1:
                return self._half()
            (bound,) = found.values()
            amounts = self._costs() if cap.money else self.has
            if isinstance(bound, Bound) and not self._fits(bound, sum(amounts) if cap.money else total):
                return self._half()
            if not isinstance(bound, Bound | Room | None):
                return self._half()
            counted.append((_room(bound), amounts))
        for room, amounts in counted:
            if room is not None:
                room.used += sum(amounts)
                self.step.tallies.history.add(self.made, amounts, [room] * len(amounts))
        return self._give(self.rows, self.has)

    def _half(self) -> int:
        half = len(self.rows) // 2
        if not half:
            return 0
        self.rows, self.has = self.rows[:half], self.has[:half]
        return self._together(sum(self.has))

    def _said(self, cap: Counting) -> list[Any]:
        """What a cap says to the offers: once for each code."""
        codes = self._codes(cap)
        return [cap.at(self.columns, self._place(codes.index(code))) for code in dict.fromkeys(codes)]

    def _fits(self, bound: Bound, total: int) -> bool:
        rest = bound.whole - bound.room.used - total
        tallies = self.step.tallies
        if not bound.money:
            return rest >= (0 if bound.exact or tallies.milligram == 1 else tallies.milligram)
        prices = self._prices()
        return tallies.surely(max(self.has) + tallies.milligram, max(prices), rest)

    def _prices(self) -> list[int]:
        prices = self.columns["#price"]
        return [prices[self._place(at)] for at in range(len(self.has))]

    def _costs(self) -> list[int]:
        prices = self._prices()
        invoice = self.step.tallies.invoice
        return [invoice(quantity, price) for quantity, price in zip(self.has, prices, strict=True)]


_UNBOUNDED = 1 << 200


def _room(found: Any) -> Room | None:
    return found.room if isinstance(found, Bound) else found if isinstance(found, Room) else None


def _share(step: Step) -> int:
    """What the step's share surely allows, however it is rounded on the way."""
    if step.share is None:
        return step.walk.need
    if step.ratio is EACH:
        return 0
    rest = step.share_left(0)
    if rest is NOT_KNOWN:
        return 0
    if rest is None:
        return step.walk.need
    milligram = step.tallies.milligram
    return int(rest) if milligram == 1 else int(rest) - milligram
