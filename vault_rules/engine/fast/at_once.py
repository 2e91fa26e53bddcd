"""Step 6, many offers at once: all that give all they have, up to the first that something cuts short.

What the caps, the share and the request still allow only ever shrinks. So an offer that could give nothing when a run
of offers is looked at can give nothing when its turn comes; and those that could are summed up, in order, until a
limit is met. Only the offer at that limit is asked alone.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cached_property
from math import prod
from typing import TYPE_CHECKING, Any

import polars as pl

from vault_rules.domain.columns import INT64_MAX, INT128_MAX
from vault_rules.engine.fast.rooms import Bound, Room
from vault_rules.engine.fast.segments import Lane
from vault_rules.engine.fast.table import index_of
from vault_rules.engine.fast.tallies import UNKNOWN, Counting
from vault_rules.engine.fast.vectors import Wide, as_exact, at_unit, dtype_for

if TYPE_CHECKING:
    from vault_rules.engine.fast.step import Step

EACH, NOT_KNOWN = object(), object()
_DENSE = 2**20
MOST = 2**18
"""So many offers are looked at together at most: their sums must fit."""


class AtOnce:
    """One step of one walk, many offers at a time."""

    def __init__(self, step: Step) -> None:
        self.step, self.walk, self.serving = step, step.walk, step.serving
        self.tallies = step.tallies
        self._kind: pl.DataType = pl.Int64()
        """The whole numbers that hold the quantities of a part, all together."""

    @property
    def _unbounded(self) -> int:
        """More than any offer has."""
        return INT128_MAX if self._kind == pl.Int128() else INT64_MAX

    @cached_property
    def possible(self) -> bool:
        """Whether columns can say what every cap and the share allow."""
        return self.step.ratio is not EACH and all(self._index(cap) is not None for cap in self.step.caps)

    def _index(self, cap: Counting) -> pl.Expr | None:
        """The place of an offer in a table over what a cap counts by."""
        if cap.places is None:
            return None
        sizes = tuple(cap.places.names[name] for name in cap.names)
        if prod(sizes) > _DENSE:
            return None
        return index_of(tuple(cap.names), sizes).cast(pl.UInt32) if sizes else pl.lit(0, dtype=pl.UInt32)

    # ---- a part of a lane ------------------------------------------------------------------------------------------

    def through(self, lane: Lane, place: int, size: int) -> int:
        """Take from offers at once; the place of the first that has to be asked alone, or behind the part."""
        part = lane.segment.frame.slice(place, min(size, lane.stop - place))
        try:
            part, caps = self._seen(part)
            part = part.lazy().with_columns(self._now(caps)).with_columns(self._limits(caps)).collect()
        except Wide:
            return place
        stop = part["#stop"].arg_max() if part["#stop"].any() else part.height
        assert stop is not None
        self._give(part.head(stop), caps)
        return place + stop

    def _seen(self, part: pl.DataFrame) -> tuple[pl.DataFrame, list[tuple[Counting, list[Any]]]]:
        """What each offer has left, and for each cap its place among what the cap says."""
        rows = part["row"]
        most: int = part["#quantity"].max() or 0  # type: ignore[assignment]  # a column of whole numbers
        self._kind = dtype_for(0, most * part.height)
        has = pl.col("#quantity").cast(self._kind)
        left = self.serving.left
        known = [row for row in rows.to_list() if row in left]
        if known:
            lefts = pl.Series([left[row] for row in known], dtype=part["#quantity"].dtype)
            part = part.with_columns(
                part["#quantity"].scatter(rows.is_in(pl.Series(known, dtype=pl.UInt32).implode()).arg_true(), lefts)
            )
        caps: list[tuple[Counting, list[Any]]] = []
        rooms = []
        for at, cap in enumerate(self.step.caps):
            index = self._index(cap)
            assert index is not None
            table, said = self._said(part, index, cap)
            room = (
                pl.lit(pl.Series(table, dtype=pl.UInt32)).gather(index)
                if cap.names
                else pl.lit(table[0], dtype=pl.UInt32)
            )
            rooms.append(room.alias(f"#at{at}"))
            caps.append((cap, said))
        return part.with_columns(has.alias("#has"), *rooms), caps

    def _said(self, part: pl.DataFrame, index: pl.Expr, cap: Counting) -> tuple[list[int], list[Any]]:
        """For each place of a cap's table the room that is meant, and what the cap says to that room's offers."""
        different = part.lazy().select("mineral", *cap.names).unique().with_columns(index.alias("#place")).collect()
        columns = {column.name: column.to_list() for column in different.iter_columns()}
        places: list[int] = columns["#place"]
        table = [0] * (max(places, default=0) + 1)
        said: list[Any] = []
        rooms: dict[int, int] = {}
        for at, place in enumerate(places):
            found = cap.at(columns, at)
            key = id(found.room) if isinstance(found, Bound) else id(found)
            if key not in rooms:
                rooms[key] = len(said)
                said.append(found)
            table[place] = rooms[key]
        return table, said

    def _allowed(self, bound: Any, cautious: bool) -> int:
        if bound is UNKNOWN:
            return 0
        if not isinstance(bound, Bound):
            return self._unbounded
        found = self.tallies.allowed(bound, 1)
        return max(found - (self._margin if cautious and not bound.exact else 0), 0)

    @cached_property
    def _margin(self) -> int:
        """What rounding to milligrams may take away while quantities are no whole milligrams."""
        return 0 if self.tallies.milligram == 1 else self.tallies.milligram

    def _mass_limits(self, caps: list[tuple[Counting, list[Any]]], cautious: bool) -> list[pl.Expr]:
        """What each cap that is a mass allows each offer."""
        found = []
        for at, (cap, said) in enumerate(caps):
            if not cap.money:
                table = [self._allowed(one, cautious) for one in said]
                dtype = dtype_for(0, max(table, default=0))
                found.append(pl.lit(pl.Series(table, dtype=dtype)).gather(pl.col(f"#at{at}")))
            elif UNKNOWN in said:
                known = pl.Series([0 if one is UNKNOWN else self._unbounded for one in said], dtype=self._kind)
                found.append(pl.lit(known).gather(pl.col(f"#at{at}")))
        return found

    def _share(self, cautious: bool) -> int:
        if self.step.share is None:
            return self._unbounded
        rest = self.step.share_left(0)
        if rest is NOT_KNOWN:
            return 0
        if rest is None:
            return self._unbounded
        return max(int(rest) - (self._margin if cautious else 0), 0)

    # ---- what each could give now, and the first that is cut short ---------------------------------------------------

    def _now(self, caps: list[tuple[Counting, list[Any]]]) -> list[pl.Expr]:
        """What each offer could give if it were its turn now, and what it gives where nothing limits it."""
        has = pl.col("#has")
        most = min(self.walk.need, self._share(cautious=False))
        least = pl.min_horizontal(has, _whole(most), *self._mass_limits(caps, cautious=False), *self._money_now(caps))
        lowest = pl.max_horizontal(pl.col("#min_quantity").fill_null(0), _whole(max(self.step.least, 1)))
        now, full = _lots(least), _lots(has)
        gives = (now >= lowest) & (has > 0)
        return [gives.alias("#gives"), pl.when(gives).then(full).otherwise(0).alias("#full")]

    def _money_now(self, caps: list[tuple[Counting, list[Any]]]) -> list[pl.Expr]:
        """At most what each cap on money allows: what rounding takes away besides is seen where an offer is asked."""
        found = []
        unit = self.serving.price_unit * self.tallies.milligram * self.step.mass
        for at, (cap, said) in enumerate(caps):
            if cap.money:
                rests, most = self._rests(said, unit)
                table = pl.Series(rests, dtype=dtype_for(0, most * self.tallies.milligram))
                allowed = pl.lit(table).gather(pl.col(f"#at{at}")) // pl.col("#price")  # the wider of both types
                found.append((allowed * self.tallies.milligram).fill_null(_whole(self._unbounded)))
        return found

    def _rests(self, said: list[Any], unit: Fraction) -> tuple[list[int | None], int]:
        """How much money each bound leaves, in whole units, and the most of these."""
        cash = self.tallies.cash
        known = [(one.limit - one.room.used) * cash // unit if isinstance(one, Bound) else None for one in said]
        rests = [None if one is None else max(one, 0) for one in known]
        return rests, max((one for one in rests if one is not None), default=0)

    def _limits(self, caps: list[tuple[Counting, list[Any]]]) -> list[pl.Expr]:
        """Where an offer that could give something is cut short by what those before it took."""
        full, has = pl.col("#full"), pl.col("#has")
        taken = full.cum_sum()
        most = min(self.walk.need, self._share(cautious=True))
        short = taken - full + has > _whole(most)
        masses = iter(self._mass_limits(caps, cautious=True))
        for at, (cap, said) in enumerate(caps):
            name = f"#at{at}"
            if not cap.money:
                short = short | (full.cum_sum().over(name) - full + has > next(masses))
            elif any(isinstance(one, Bound) for one in said):
                next(masses) if UNKNOWN in said else None
                short = short | self._too_dear(name, said)
            elif UNKNOWN in said:
                next(masses)
        is_full = taken - full >= _whole(self.walk.need)  # what comes then is not even asked
        return [((pl.col("#gives") & short) | is_full).alias("#stop")]

    def _too_dear(self, name: str, said: list[Any]) -> pl.Expr:
        """Where money might not be enough: rounding of each invoice, and to milligrams, is allowed for."""
        unit = self.serving.price_unit * self.step.mass
        rests, most = self._rests(said, unit)
        cent = -(-Fraction(1, 100) // unit)
        dtype_for(0, max(most, self._largest_cost + cent * MOST))
        price, full = pl.col("#price").cast(pl.Int128), pl.col("#full").cast(pl.Int128)
        has = pl.col("#has").cast(pl.Int128)
        cost = full * price
        spent = cost.cum_sum().over(name) - cost + (has + self.tallies.milligram) * price
        made = pl.col("#gives").cast(pl.Int64).cum_sum() + 2
        limit = pl.lit(pl.Series(rests, dtype=pl.Int128)).gather(pl.col(name))
        return (spent + made.cast(pl.Int128) * cent > limit).fill_null(False)

    @cached_property
    def _largest_cost(self) -> int:
        """No run of offers costs more."""
        table = self.serving.lanes.alive
        quantity = at_unit(as_exact(table.column("quantity")), self.step.mass)
        return quantity.high * as_exact(table.column("price")).high * MOST

    # ---- giving ----------------------------------------------------------------------------------------------------

    def _give(self, part: pl.DataFrame, caps: list[tuple[Counting, list[Any]]]) -> None:
        walk, ledger, number = self.walk, self.serving.ledger, self.step.step.number
        made = ledger.made
        part = part.filter(pl.col("#has") > 0)
        none = part.filter(~pl.col("#gives"))
        if none.height:
            before = (
                part.select(after=pl.col("#gives").cum_sum().cast(pl.Int64) + made).to_series().filter(~part["#gives"])
            )
            _, blocked, had, after = walk.run(number)
            blocked += none["row"].to_list()
            had += none["#has"].to_list()
            after += before.to_list()
        some = part.filter("#gives")
        if not some.height:
            return
        rows, quantities, has = (some[name].to_list() for name in ("row", "#full", "#has"))
        self.serving.left.update(zip(rows, (some["#has"] - some["#full"]).to_list(), strict=True))
        self.serving.award_all(walk, number, rows, quantities)
        if quantities != has:
            walk.cut.add("lot")
        for at, (cap, said) in enumerate(caps):
            self._count(some, f"#at{at}", cap, said, made)

    def _count(self, some: pl.DataFrame, name: str, cap: Counting, said: list[Any], made: int) -> None:
        """Count the awards in each room."""
        rooms = [one.room if isinstance(one, Bound) else one if isinstance(one, Room) else None for one in said]
        changed = [rooms[place] for place in some[name].to_list()]
        amounts = some["#full"].to_list()
        if cap.money:
            prices = some["#price"].to_list()
            amounts = [self.tallies.invoice(*pair) for pair in zip(amounts, prices, strict=True)]
        for room, amount in zip(changed, amounts, strict=True):
            if room is not None:
                room.used += amount
        self.tallies.history.add(made, amounts, changed)


def _whole(number: int) -> pl.Expr:
    return pl.lit(number, dtype=dtype_for(0, number))


def _lots(quantity: pl.Expr) -> pl.Expr:
    """The whole number of lots that fits; all of it where there is no lot."""
    lot = pl.col("#lot")
    return pl.when(lot.is_null()).then(quantity).otherwise(quantity // lot * lot)
