"""Step 6, many offers: those that may be able to give something are asked in turn, all others passed over together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vault_rules.engine.fast.rooms import Bound, Room
from vault_rules.engine.fast.segments import Lane
from vault_rules.engine.fast.sieve import Sieve, sieve_of
from vault_rules.engine.fast.sifted import Sifted
from vault_rules.engine.fast.tallies import UNKNOWN

EACH, NOT_KNOWN = object(), object()
"""A share that depends on the offer, and one that is not known."""

if TYPE_CHECKING:
    from vault_rules.engine.fast.step import Step


def sift(step: Step, lane: Lane, place: int, size: int) -> int:
    """Take from the offers behind a place what they may give; the place of the first that was not looked at.

    Raises `Wide` where sums do not fit, before anything is taken.
    """
    walk, serving = step.walk, step.serving
    found = Sifted(step.step.number, lane, place, lane.stop, serving.ledger.made, step.asked)
    if step.top() < max(step.least, 1):
        able: list[int] = []
    else:
        sieve = sieve_of(lane, step)
        able, stop = sieve.able(step, place, size)
        found.stop = lane.stop if stop is None else stop
    walk.sifted.append(found)
    walk.unsifted = serving.tell_sifted
    if able:
        _InTurn(step, sieve, found).take(found.asking(able))
    return found.stop


class _InTurn:
    """Offers asked one after the other. What is counted is noted at the end, but for what the next one meets."""

    def __init__(self, step: Step, sieve: Sieve, found: Sifted) -> None:
        self.step, self.sieve, self.found = step, sieve, found
        self.left, self.tallies, self.caps = step.serving.left, step.tallies, step.caps
        self.need, self.given = step.walk.need, 0
        self.base = None if step.share is None or step.ratio is EACH else step.share_base(0)
        self.rows: list[int] = []
        self.quantities: list[int] = []
        self.counted: list[tuple[list[int], list[Room | None]]] = [([], []) for _ in step.caps]
        self.sold: list[int] = []

    def take(self, able: list[int]) -> None:
        """Ask each, until the request is full or many in a row can give nothing."""
        segment, missed, made = self.found.lane.segment, 0, self.step.serving.ledger.made
        columns: Any = {}
        low = high = 0
        for at in able:
            if not low <= at < high:
                columns, low, length = segment.lists(at)
                high = low + length
            gave = self._ask(columns, at - low, at)
            missed = 0 if gave else missed + 1
            if gave:
                self.found.given.append(at)
            if self.need <= 0 or missed >= self.step.patience:
                self.found.stop = at + 1
                break
        if missed >= self.step.patience and not self.rows:
            self.step.patience *= 4  # what keeps them is not seen from here
        self.found.asked = self.found.given
        self.sieve.sell(self.sold)
        self._note(made)

    def _ask(self, columns: Any, i: int, at: int) -> bool:
        """Take from one offer what it may give; whether it gave something."""
        row, price, lot = columns["row"][i], columns["#price"][i], columns["#lot"][i]
        has = self.left.get(row)
        if has is None:
            has = columns["#quantity"][i]
        lowest = max(columns["#min_quantity"][i] or 0, self.step.least, 1)
        if lot:
            lowest = -(-lowest // lot) * lot
        if has < lowest:  # and will not have more
            self.sold.append(at)
            return False
        said: list[Any] = []
        limits = self._limits(columns, i, row, price, said)
        if limits is None:
            return False
        wanted = min(self.need, has)
        least = min([wanted, *(rest for rest, _ in limits)])
        quantity = least // lot * lot if lot else least
        if quantity < lowest:
            return False
        cut = self.step.walk.cut
        if least < wanted:
            cut.update(code for rest, code in limits if rest == least)
        if quantity < least:
            cut.add("lot")
        self.left[row] = has - quantity
        if has - quantity < lowest:
            self.sold.append(at)
        self._give(row, quantity, price, said)
        return True

    def _limits(self, columns: Any, i: int, row: int, price: int, said: list[Any]) -> list[tuple[int, str]] | None:
        """What the share and each cap allow, with the code of each; None where one is not known.

        `said` is filled with what each cap says.
        """
        found: list[tuple[int, str]] = []
        if self.step.share is not None:
            base = self.step.share_base(row) if self.step.ratio is EACH else self.base
            if base is NOT_KNOWN:
                return None
            if base is not None:
                found.append((self.step.share_rest(base, self.given), self.step.share_code))
        for cap in self.caps:
            bound = cap.at(columns, i)
            if isinstance(bound, Bound):
                found.append((self.tallies.allowed(bound, price), cap.code))
            elif bound is UNKNOWN:
                return None
            said.append(bound)
        return found

    def _give(self, row: int, quantity: int, price: int, said: list[Any]) -> None:
        self.need -= quantity
        self.given += quantity
        self.rows.append(row)
        self.quantities.append(quantity)
        for cap, bound, (amounts, rooms) in zip(self.caps, said, self.counted, strict=True):
            room = bound.room if isinstance(bound, Bound) else bound
            amount = self.tallies.invoice(quantity, price) if cap.money else quantity
            amounts.append(amount)
            rooms.append(room)
            if room is not None:
                room.used += amount

    def _note(self, made: int) -> None:
        """Note the awards, and what each cap counted of them."""
        if not self.rows:
            return
        self.step.serving.award_all(self.step.walk, self.step.step.number, self.rows, self.quantities)
        for amounts, rooms in self.counted:
            self.tallies.history.add(made, amounts, rooms)
