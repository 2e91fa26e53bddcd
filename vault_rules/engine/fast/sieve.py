"""Step 6, passing over: of many offers of a lane only those are asked that may be able to give something.

What the request, the share and the caps still allow only ever shrinks while a step is walked. So an offer that could
not give what it must at least give (its lot, its smallest quantity) when many are looked at together, cannot when its
turn comes. It is passed over without being asked; what it had left is told when somebody asks.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from math import prod
from typing import TYPE_CHECKING, Any

import attrs
import polars as pl

from vault_rules.engine.fast.rooms import Bound
from vault_rules.engine.fast.segments import Lane, Segment
from vault_rules.engine.fast.table import decoded, index_of
from vault_rules.engine.fast.tallies import UNKNOWN, Counting, Tallies
from vault_rules.engine.fast.vectors import dtype_for
from vault_rules.engine.fast.walk import Walk

if TYPE_CHECKING:
    from vault_rules.engine.fast.step import Step

GROUPS = 4096
"""A cap that tells more kinds of offers apart is left to the asking."""


@attrs.frozen(eq=False)
class Kinds:
    """The kinds of offers that a cap tells apart."""

    columns: Mapping[str, list[Any]]
    """What a cap reads of an offer of each kind."""
    places: Sequence[int]
    """The number of each kind."""
    of: pl.Series | None
    """The number of each offer's kind; None where there is one only."""


class Sieve:
    """A lane's offers: the least that each can give, and where each cap counts them."""

    def __init__(self, lane: Lane, least: int) -> None:
        """`least` is the least award, in whole units. Raises `Wide` where sums do not fit."""
        self.start = lane.start
        self.frame = lane.segment.frame.slice(lane.start, lane.stop - lane.start)
        self.most = 0
        self.needs = self._needs(max(least, 1))
        self._costs: pl.Series | None = None
        self._kinds: dict[tuple[str, ...], Kinds | None] = {}

    def _needs(self, least: int) -> pl.Series:
        """The least that each offer can give: its smallest quantity, the least award, up to whole lots."""
        lot, smallest = self.frame["#lot"], self.frame["#min_quantity"]
        kind = dtype_for(0, _largest(lot) + max(_largest(smallest), least) + 1)
        lots = pl.col("#lot").cast(kind)
        lowest = pl.max_horizontal(pl.col("#min_quantity").cast(kind), pl.lit(least, dtype=kind))
        up = (lowest + lots - pl.lit(1, dtype=kind)) // lots * lots
        needs = self.frame.select(needs=pl.coalesce(up, lowest)).to_series()
        self.most = _largest(needs)
        return needs

    @property
    def costs(self) -> pl.Series:
        """What the least costs, in the unit of the products of quantities and prices. Raises `Wide`."""
        if self._costs is None:
            kind = dtype_for(0, self.most * _largest(self.frame["#price"]))
            self._costs = self.needs.cast(kind) * self.frame["#price"].cast(kind)
        return self._costs

    def sell(self, places: Sequence[int]) -> None:
        """These are sold out: they can give nothing to anybody."""
        if places:
            never = pl.Series([self.most + 1] * len(places), dtype=self.needs.dtype)
            self.needs = self.needs.scatter([one - self.start for one in places], never)
            self._costs = None

    # ---- which may be able to give something -----------------------------------------------------------------------

    def able(self, step: Step, start: int, stop: int) -> list[int]:
        """The places from `start` of offers that may be able to give something now."""
        at, length = start - self.start, stop - start
        needs = self.needs.slice(at, length)
        mask = needs <= min(step.top(), self.most)
        for cap in step.caps:
            kinds = self._kinds_of(cap)
            if kinds is not None:
                mask &= self._within(step.tallies, cap, kinds, at, length)
        return [start + one for one in mask.arg_true().to_list()]

    def _within(self, tallies: Tallies, cap: Counting, kinds: Kinds, at: int, length: int) -> pl.Series:
        """Where a cap may allow what each offer must give at least."""
        numbers, most = (self.costs, _largest(self.costs)) if cap.money else (self.needs, self.most)
        least = numbers.slice(at, length)
        found = [min(_allows(tallies, cap.at(kinds.columns, at)), most) for at in range(len(kinds.places))]
        if kinds.of is None or min(found) == max(found):
            return least <= found[0]
        table = [0] * (max(kinds.places) + 1)
        for place, one in zip(kinds.places, found, strict=True):
            table[place] = one
        return least <= pl.Series(table, dtype=least.dtype)[kinds.of.slice(at, length)]

    def _kinds_of(self, cap: Counting) -> Kinds | None:
        """The kinds of offers that a cap tells apart; None where these are too many."""
        names = tuple(cap.names)
        if names not in self._kinds:
            self._kinds[names] = self._by_codes(cap) if cap.places is not None else self._by_rows(names)
        return self._kinds[names]

    def _by_codes(self, cap: Counting) -> Kinds | None:
        """Where codes decide: one kind for each combination of codes."""
        assert cap.places is not None
        sizes = tuple(cap.places.names[name] for name in cap.names)
        if prod(sizes) > GROUPS:
            return None
        mineral = self.frame["mineral"][0]
        if not cap.names:
            return Kinds({"mineral": [mineral]}, [0], None)
        of = self.frame.select(index_of(tuple(cap.names), sizes).cast(pl.UInt32)).to_series()
        places = of.unique().to_list()
        codes = [decoded(one, sizes) for one in places]
        columns = {name: [one[at] for one in codes] for at, name in enumerate(cap.names)}
        return Kinds({**columns, "mineral": [mineral] * len(places)}, places, of)

    def _by_rows(self, names: tuple[str, ...]) -> Kinds | None:
        """Where offers have to be asked: the first of each kind stands for all."""
        found = self.frame.unique(subset=list(names), keep="first", maintain_order=True) if names else self.frame[:1]
        if found.height > GROUPS:
            return None
        columns = {column.name: column.to_list() for column in found.iter_columns()}
        if not names:
            return Kinds(columns, [0], None)
        numbered = found.select(names).with_row_index("#kind")
        of = self.frame.select(names).join(numbered, on=names, how="left", nulls_equal=True, maintain_order="left")
        return Kinds(columns, range(found.height), of["#kind"])


def _largest(numbers: pl.Series) -> int:
    largest = numbers.max()
    return int(largest) if isinstance(largest, int) else 0


def _allows(tallies: Tallies, said: Any) -> int:
    """At most what a cap allows: a mass, or for a cap on money a product of quantity and price."""
    if said is UNKNOWN:
        return -1
    if not isinstance(said, Bound):
        return 1 << 200
    return tallies.payable(said) if said.money else tallies.allowed(said, 1)


# ---- passing over ----------------------------------------------------------------------------------------------------


@attrs.define(eq=False)
class Sifted:
    """Offers of a lane that were looked at together, from `start` up to `stop`."""

    step: int
    segment: Segment
    start: int
    stop: int
    made: int
    """How many awards had been made before."""
    asked: list[int] = attrs.field(factory=list)
    """The places of those that were asked, or were sold out."""
    given: list[int] = attrs.field(factory=list)
    """The places of those that gave something."""

    def tell(self, walk: Walk, past: Past) -> None:
        """Note on the walk those that were passed over."""
        length = self.stop - self.start
        frame = self.segment.frame.select("row", "#quantity").slice(self.start, length)
        rest = pl.repeat(True, length, eager=True).scatter([one - self.start for one in self.asked], False)
        places = rest.arg_true()
        _, rows, had, after = walk.run(self.step)
        for place, row, quantity in zip(
            places.to_list(), frame["row"][places].to_list(), frame["#quantity"][places].to_list(), strict=True
        ):
            made = self.made + bisect_left(self.given, self.start + place)
            has = past.left(row, quantity, made)
            if has > 0:
                rows.append(row)
                had.append(has)
                after.append(made)


class Past:
    """What had been taken of each offer when so many awards had been made."""

    def __init__(self, left: Mapping[int, int]) -> None:
        """`left` of offers, by row, before the first award, where that is not all they offer."""
        self._before = dict(left)
        self._taken: dict[int, tuple[list[int], list[int]]] = {}
        self.noted = 0

    def note(self, awards: Iterator[tuple[int, int, int]]) -> None:
        """Awards in the order made: the number of each, its offer's row, and its quantity."""
        for number, row, quantity in awards:
            numbers, sums = self._taken.setdefault(row, ([], [0]))
            numbers.append(number)
            sums.append(sums[-1] + quantity)

    def left(self, row: int, quantity: int, made: int) -> int:
        """What an offer of such a quantity had left when so many awards had been made."""
        has = self._before.get(row, quantity)
        if row not in self._taken:
            return has
        numbers, sums = self._taken[row]
        return has - sums[bisect_left(numbers, made)]


def sift(step: Step, lane: Lane, place: int, size: int) -> int:
    """Take from the offers behind a place what they may give; the place of the first that was not looked at.

    Raises `Wide` where sums do not fit, before anything is taken.
    """
    walk, serving, segment = step.walk, step.serving, lane.segment
    found = Sifted(step.step.number, segment, place, lane.stop, serving.ledger.made)
    able: list[int] = []
    if step.top() >= max(step.least, 1):
        if lane.sieve is None:
            lane.sieve = Sieve(lane, step.least)
        found.stop = min(lane.stop, place + size)
        able = lane.sieve.able(step, place, found.stop)
    walk.sifted.append(found)
    walk.untold = serving.tell_sifted
    sold: list[int] = []
    for at in able:
        columns, base, _ = segment.lists(at)
        row = columns["row"][at - base]
        has = serving.left.get(row, columns["#quantity"][at - base])
        found.asked.append(at)
        if has <= 0:
            sold.append(at)
            continue
        made = serving.ledger.made
        step.ask(columns, at - base, row, has)
        if serving.ledger.made > made:
            found.given.append(at)
        if walk.need <= 0 or step.missed >= step.patience:
            found.stop = at + 1
            break
    if step.missed >= step.patience and not found.given:
        step.patience *= 4  # what keeps them is not seen from here
    if lane.sieve is not None:
        lane.sieve.sell(sold)
    return found.stop
