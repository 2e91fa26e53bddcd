"""Step 6, passing over: of many offers of a lane only those are asked that may be able to give something.

What the request, the share and the caps still allow only ever shrinks while a step is walked. So an offer that could
not give what it must at least give (its lot, its smallest quantity) when many are looked at together, cannot when its
turn comes. It is passed over without being asked; what it had left is told when somebody asks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod
from typing import TYPE_CHECKING, Any

import attrs
import polars as pl

from vault_rules.engine.fast.counted_by import Counting
from vault_rules.engine.fast.rooms import EVERYTHING, Bound
from vault_rules.engine.fast.segments import Lane
from vault_rules.engine.fast.table import decoded, index_of
from vault_rules.engine.fast.tallies import UNKNOWN, Tallies
from vault_rules.engine.fast.vectors import dtype_for

if TYPE_CHECKING:
    from vault_rules.engine.fast.step import Step

SOLD = 512
"""So many that are sold out are left out at a time."""
GROUPS = 4096
"""A cap that tells more kinds of offers apart is left to the asking."""


@attrs.frozen(eq=False)
class Kinds:
    """The kinds of offers that a cap tells apart."""

    columns: Mapping[str, list[Any]]
    """What a cap reads of an offer of each kind."""
    places: Sequence[int]
    """The number of each kind."""
    of: str | None
    """The column with the number of each offer's kind; None where there is one only."""


class Needs:
    """A lane's offers with the least that each can give, and the kinds that caps tell apart."""

    def __init__(self, lane: Lane, least: int) -> None:
        """`least` is the least award, in whole units. Raises `Wide` where sums do not fit."""
        self.offers = lane.segment.frame.slice(lane.start, lane.stop - lane.start)
        lot, smallest = self.offers["#lot"], self.offers["#min_quantity"]
        kind = dtype_for(0, _largest(lot) + max(_largest(smallest), least) + 1)
        lots = pl.col("#lot").cast(kind)
        lowest = pl.max_horizontal(pl.col("#min_quantity").cast(kind), pl.lit(max(least, 1), dtype=kind))
        up = (lowest + lots - pl.lit(1, dtype=kind)) // lots * lots
        place = pl.int_range(lane.start, lane.stop, dtype=pl.UInt32)
        self.frame = self.offers.select(place.alias("#at"), pl.coalesce(up, lowest).alias("#needs"))
        self.most = _largest(self.frame["#needs"])
        self.costliest = 0
        self._kinds: dict[tuple[tuple[str, ...], bool], Kinds | None] = {}

    def add_costs(self) -> None:
        """What the least costs, in the unit of the products of quantities and prices. Raises `Wide`."""
        if "#costs" not in self.frame.columns:
            kind = dtype_for(0, self.most * _largest(self.offers["#price"]))
            costs = self.frame["#needs"].cast(kind) * self.offers["#price"].cast(kind)
            self.frame = self.frame.with_columns(costs.alias("#costs"))
            self.costliest = _largest(costs)

    def kinds(self, cap: Counting) -> Kinds | None:
        """The kinds of offers that a cap tells apart; None where these are too many."""
        names, coded = tuple(cap.names), cap.places is not None
        if (names, coded) not in self._kinds:
            self._kinds[names, coded] = self._by_codes(cap) if coded else self._by_rows(names)
        return self._kinds[names, coded]

    def _by_codes(self, cap: Counting) -> Kinds | None:
        """Where codes decide: one kind for each combination of codes."""
        assert cap.places is not None
        sizes = tuple(cap.places.names[name] for name in cap.names)
        if prod(sizes) > GROUPS:
            return None
        mineral = self.offers["mineral"][0]
        if not cap.names:
            return Kinds({"mineral": [mineral]}, [0], None)
        of = self.offers.select(index_of(tuple(cap.names), sizes).cast(pl.UInt32)).to_series()
        places = of.unique().to_list()
        codes = [decoded(one, sizes) for one in places]
        columns = {name: [one[at] for one in codes] for at, name in enumerate(cap.names)}
        return Kinds({**columns, "mineral": [mineral] * len(places)}, places, self._named(of))

    def _by_rows(self, names: tuple[str, ...]) -> Kinds | None:
        """Where offers have to be asked: the first of each kind stands for all."""
        found = self.offers.unique(subset=list(names), keep="first", maintain_order=True) if names else self.offers[:1]
        if found.height > GROUPS:
            return None
        columns = {column.name: column.to_list() for column in found.iter_columns()}
        if not names:
            return Kinds(columns, [0], None)
        numbered = found.select(names).with_row_index("#kind")
        of = self.offers.select(names).join(numbered, on=names, how="left", nulls_equal=True, maintain_order="left")
        return Kinds(columns, range(found.height), self._named(of["#kind"]))

    def _named(self, of: pl.Series) -> str:
        name = f"#kind{len(self._kinds)}"
        self.frame = self.frame.with_columns(of.alias(name))
        return name


class Sieve:
    """The offers of a lane that some caps may still let give something: caps allow ever less, so they get fewer."""

    def __init__(self, needs: Needs, caps: Sequence[Counting]) -> None:
        """Raises `Wide`."""
        self.needs, self.caps = needs, caps
        self.kinds = [(cap, kinds) for cap in caps if (kinds := needs.kinds(cap)) is not None]
        if any(cap.money for cap in caps):
            needs.add_costs()
        self.frame = needs.frame
        self._sold: list[int] = []
        self._dull = 1
        """How often too few were kept back to leave these out from now on."""
        self._waits = 0

    def able(self, step: Step, start: int, size: int) -> tuple[list[int], int | None]:
        """The places, from `start`, of offers that may be able to give something now, of the first so many that are
        left; and the place of the first that was not looked at. None where all were.
        """
        frame = self.frame
        if not frame.height:
            return [], None
        places = frame["#at"]
        low = 0 if start <= places[0] else int(places.search_sorted(start))
        part = frame.slice(low, size)
        held = self._held(step.tallies, part)
        if held is not None and 2 * (held.sum() or 0) < part.height:
            self._waits += 1
            if self._waits >= self._dull:
                self._leave_out(step.tallies)
        able = part["#needs"] <= min(step.top(), self.needs.most)
        found = part["#at"].filter(able if held is None else held & able).to_list()
        return found, places[low + size] if low + size < frame.height else None

    def _held(self, tallies: Tallies, part: pl.DataFrame) -> pl.Series | None:
        """Where every cap may allow what an offer must give at least; None where all do."""
        held: pl.Series | None = None
        for cap, kinds in self.kinds:
            least, most = (part["#costs"], self.needs.costliest) if cap.money else (part["#needs"], self.needs.most)
            found = [min(_allows(tallies, cap.at(kinds.columns, at)), most) for at in range(len(kinds.places))]
            if min(found) >= most:
                continue
            if kinds.of is None or min(found) == max(found):
                within = least <= found[0]
            else:
                table = [0] * (max(kinds.places) + 1)
                for place, one in zip(kinds.places, found, strict=True):
                    table[place] = one
                within = least <= pl.Series(table, dtype=least.dtype)[part[kinds.of]]
            held = within if held is None else held & within
        return held

    def _leave_out(self, tallies: Tallies) -> None:
        """From now on those that caps keep back for ever."""
        before, held = self.frame.height, self._held(tallies, self.frame)
        self.frame = self.frame if held is None else self.frame.filter(held)
        self._waits = 0
        self._dull = 1 if 2 * self.frame.height <= before else 2 * self._dull

    def sell(self, places: Sequence[int]) -> None:
        """These have too little left to give anything to anybody."""
        self._sold += places
        if len(self._sold) >= SOLD or 2 * len(self._sold) > self.frame.height:
            sold = pl.Series(self._sold, dtype=pl.UInt32)
            self.frame = self.frame.filter(~self.frame["#at"].is_in(sold.implode()))
            self._sold = []


def sifted_before(lane: Lane, step: Step) -> bool:
    """Whether caps have left out many offers of a lane, so that nobody has to be asked to know."""
    sieve = lane.sieves.get(id(step.caps))
    return sieve is not None and 2 * sieve.frame.height <= lane.stop - lane.start


def sieve_of(lane: Lane, step: Step) -> Sieve:
    """A lane's sieve for the caps that a request meets. Raises `Wide`."""
    if lane.needs is None:
        lane.needs = Needs(lane, step.least)
    found = lane.sieves.get(id(step.caps))
    if found is None:
        found = lane.sieves[id(step.caps)] = Sieve(lane.needs, step.caps)
    return found


def _largest(numbers: pl.Series) -> int:
    largest = numbers.max()
    return int(largest) if isinstance(largest, int) else 0


def _allows(tallies: Tallies, said: Any) -> int:
    """At most what a cap allows: a mass, or for a cap on money a product of quantity and price."""
    if said is UNKNOWN:
        return -1
    if not isinstance(said, Bound):
        return EVERYTHING
    return tallies.payable(said) if said.money else tallies.allowed(said, said.room.used, 1)
