"""Step 6 in whole numbers: what each offer may give, taken of one after the other.

The least of the need, what it has left, the share and the caps; then its lot; then what it must give at least.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from vault_rules.engine.fast.rooms import Bound, Room
from vault_rules.engine.fast.segments import Segment
from vault_rules.engine.fast.tallies import UNKNOWN

if TYPE_CHECKING:
    from vault_rules.engine.fast.step import Step


class Taking:
    """Offers of one step asked in turn. What the next one meets is counted at once, all else by `note`."""

    def __init__(self, step: Step, segment: Segment, *, telling: bool) -> None:
        """`telling`: those that can give nothing are noted on the walk."""
        self.walk, self.serving, self.number, self.telling = step.walk, step.serving, step.step.number, telling
        self.segment, self.share, self.caps = segment, step.share, step.caps
        self.tallies, self.left, self.made = step.tallies, step.serving.left, step.serving.ledger.made
        self.patience = step.patience
        self.need, self.given = step.walk.need, 0
        self.least = max(step.least, 1)
        self.money = any(cap.money for cap in step.caps)
        self.missed = 0
        """How many gave nothing, one after the other, up to now."""
        self.places: list[int] = []
        """Of those that gave something."""
        self.rows: list[int] = []
        self.quantities: list[int] = []
        self.costs: list[int] = []
        self.rooms: list[list[Room | None]] = []
        self.sold: list[int] = []
        """The places of those that have too little left to give anything to anybody."""

    def take(self, places: Iterable[int]) -> int | None:
        """Ask each, until the request is full or many in a row give nothing: then the place behind that one."""
        left, whole = self.left, self.segment.whole
        lowest = self.least
        low = high = 0
        columns: Any = {}
        for at in places:
            if not low <= at < high:
                columns, low, length = self.segment.lists(at)
                high = low + length
                rows, quantities = columns["row"], columns["#quantity"]
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
            elif has:
                self.missed += 1
                if self.telling:
                    self._tell(row, has)
            if self.need <= 0 or self.missed >= self.patience:
                return at + 1
        return None

    def _lowest(self, columns: Any, i: int) -> int:
        """The least that an offer can give."""
        lowest = max(columns["#min_quantity"][i] or 0, self.least)
        lot: int | None = columns["#lot"][i]
        return -(-lowest // lot) * lot if lot else lowest

    def _ask(self, columns: Any, i: int, row: int, has: int, lowest: int) -> int:
        """Take from one offer what it may give."""
        limits: list[tuple[int, str]] = []
        rooms: list[Room | None] = []
        if self.share is not None:
            limits.append((self.share.left(row, self.given), self.share.code))
        for cap in self.caps:
            said = cap.at(columns, i)
            if isinstance(said, Bound):
                room: Room | None = said.room
                limits.append((self.tallies.allowed(said, columns["#price"][i]), cap.code))
            elif said is UNKNOWN:
                return 0
            else:
                room = said
            rooms.append(room)
        wanted = min(self.need, has)
        least = min([wanted, *(rest for rest, _ in limits)])
        lot = columns["#lot"][i]
        quantity: int = least // lot * lot if lot else least
        if quantity < lowest:
            return 0
        if least < wanted:
            self.walk.cut.update(code for rest, code in limits if rest == least)
        if quantity < least:
            self.walk.cut.add("lot")
        self._give(row, quantity, rooms, columns["#price"][i])
        return quantity

    def _give(self, row: int, quantity: int, rooms: list[Room | None], price: int) -> None:
        self.need -= quantity
        self.given += quantity
        self.rows.append(row)
        self.quantities.append(quantity)
        cost = 0
        if self.money:
            cost = self.tallies.invoice(quantity, price)
            self.costs.append(cost)
        self.rooms.append(rooms)
        for cap, room in zip(self.caps, rooms, strict=True):
            if room is not None:
                room.used += cost if cap.money else quantity

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
        for cap, rooms in zip(self.caps, zip(*self.rooms, strict=True), strict=True):
            self.tallies.history.add(self.made, self.costs if cap.money else self.quantities, rooms)
