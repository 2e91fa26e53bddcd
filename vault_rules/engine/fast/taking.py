"""Step 6 in whole numbers: what each offer may give, taken of one after the other.

The least of the need, what it has left, the share and the caps; then its lot; then what it must give at least.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from vault_rules.engine.fast.rooms import Bound, Room
from vault_rules.engine.fast.segments import Segment
from vault_rules.engine.fast.tallies import UNKNOWN

if TYPE_CHECKING:
    from vault_rules.engine.fast.step import Step


class Taking:
    """Offers of one step asked in turn. What the next one meets is counted at once, all else by `note`.

    A large plan waits for what is here.
    """

    def __init__(self, step: Step, segment: Segment, *, telling: bool) -> None:
        """`telling`: those that can give nothing are noted on the walk."""
        self.walk, self.serving, self.number, self.telling = step.walk, step.serving, step.step.number, telling
        self.segment, self.share, self.caps, self.tallies = segment, step.share, step.caps, step.tallies
        self.left, self.made = step.serving.left, step.serving.ledger.made
        self.patience, self.least = step.patience, max(step.least, 1)
        self.need = step.walk.need
        self.missed = 0
        """How many gave nothing, one after the other, up to now."""
        self.places: list[int] = []
        """Of those that were asked and gave something."""
        self.sold: list[int] = []
        """Of those that have too little left to give anything to anybody."""
        self.rows: list[int] = []
        self.quantities: list[int] = []
        self.costs: list[int] | None = [] if any(cap.money for cap in step.caps) else None
        """What the awards cost, where a cap counts that."""
        self.rooms: list[list[Room | None]] = [[] for _ in step.caps]
        """Where each cap counts them."""

    def take(self, places: Iterable[int]) -> int | None:
        """Ask each, until the request is full or many in a row gave nothing: then the place behind that one."""
        left, whole, lowest = self.left, self.segment.whole, self.least
        columns: Any = {}
        low = high = 0
        for at in places:
            if not low <= at < high:
                columns, low, length = self.segment.lists(at)
                high, rows, quantities = low + length, columns["row"], columns["#quantity"]
            i = at - low
            row = rows[i]
            has = left.get(row)
            if has is None:
                has = quantities[i]
            if not whole:
                lowest = self._lowest(columns, i)
            quantity = self._ask(columns, i, row, has, lowest) if has >= lowest else 0
            if has - quantity < lowest:
                self.sold.append(at)
            if quantity:
                self.missed = 0
                self.places.append(at)
                left[row] = has - quantity
                if self.need <= 0:
                    return at + 1
            elif has:
                self.missed += 1
                if self.telling:
                    self._tell(row, has)
                if self.missed >= self.patience:
                    return at + 1
        return None

    def _lowest(self, columns: Any, i: int) -> int:
        """The least that an offer can give."""
        lowest = max(columns["#min_quantity"][i] or 0, self.least)
        lot: int | None = columns["#lot"][i]
        return -(-lowest // lot) * lot if lot else lowest

    def _ask(self, columns: Any, i: int, row: int, has: int, lowest: int) -> int:
        """Take from an offer what it may give, if that is not too little."""
        wanted = least = min(self.need, has)
        if self.share is not None:
            least = min(least, self.share.left(row, self.walk.need - self.need))
        price = 0 if self.costs is None else columns["#price"][i]  # only caps on money read it
        rooms: list[Room | None] = []
        for cap in self.caps:
            said = cap.at(columns, i)
            if isinstance(said, Bound):
                room = said.room
                rest = self.tallies.allowed(said, room.used, price)
                if rest < least:
                    least = rest
                rooms.append(room)
            elif said is UNKNOWN:
                return 0
            else:
                rooms.append(said)
        lot = None if self.segment.whole else columns["#lot"][i]
        quantity: int = least // lot * lot if lot else least
        if quantity < lowest:
            return 0
        if least < wanted:
            self.walk.cut.update(self._binding(columns, i, row, least))
        if quantity < least:
            self.walk.cut.add("lot")
        self._give(row, quantity, price, rooms)
        return quantity

    def _binding(self, columns: Any, i: int, row: int, least: int) -> Iterator[str]:
        """The codes of the share and the caps that allow an offer no more than this."""
        price = 0 if self.costs is None else columns["#price"][i]
        if self.share is not None and self.share.left(row, self.walk.need - self.need) == least:
            yield self.share.code
        for cap in self.caps:
            said = cap.at(columns, i)
            if isinstance(said, Bound) and self.tallies.allowed(said, said.room.used, price) == least:
                yield cap.code

    def _give(self, row: int, quantity: int, price: int, rooms: Sequence[Room | None]) -> None:
        self.need -= quantity
        self.rows.append(row)
        self.quantities.append(quantity)
        cost = 0
        if self.costs is not None:
            cost = self.tallies.invoice(quantity, price)
            self.costs.append(cost)
        for cap, room, counted in zip(self.caps, rooms, self.rooms, strict=True):
            counted.append(room)
            if room is not None:
                room.used += cost if cap.money else quantity

    def give_all(self, rows: Sequence[int], has: Sequence[int], rooms: Sequence[Room | None]) -> None:
        """Take from offers all they have left, where every cap counts a mass, all of them in the same room."""
        some = [row for row, one in zip(rows, has, strict=True) if one]
        total = sum(has)
        self.need -= total
        self.rows += some
        self.quantities += [one for one in has if one]
        self.left.update(dict.fromkeys(some, 0))
        for room, counted in zip(rooms, self.rooms, strict=True):
            counted.extend([room] * len(some))
            if room is not None:
                room.used += total

    def _tell(self, row: int, has: int) -> None:
        _, rows, had, after = self.walk.run(self.number)
        rows.append(row)
        had.append(has)
        after.append(self.made + len(self.rows))

    def note(self) -> None:
        """Note the awards, and what each cap counted of them."""
        if not self.rows:
            return
        self.serving.award_all(self.walk, self.number, self.rows, self.quantities)
        for cap, rooms in zip(self.caps, self.rooms, strict=True):
            amounts = self.costs if cap.money and self.costs is not None else self.quantities
            self.tallies.history.add(self.made, amounts, rooms)
