"""Who gets what of offers that all requests of a mineral walk in the same order: running sums instead of walks.

The requests of a mineral, in the order of serving, take an interval each of a line as long as all they need. Its
offers, in the order of the steps, lie on the same line one after the other. What lies on both is an award. Minerals
have their lines end to end, so that a few passes over columns serve all of them. A cap that counts a mineral by itself
only shortens offers: every offer of a group before one has given all it could when that one is asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

import attrs
import polars as pl

from vault_rules.domain.columns import INT64_MAX
from vault_rules.engine.fast.ordering import ascending


class TooLong(Exception):
    """A sum of quantities does not fit 64 bits."""


@attrs.frozen(eq=False)
class Interval:
    """Where a walk's need lies on the line."""

    walk: int
    start: int
    end: int


class Line:
    """The needs of several minerals, laid end to end, and the offers that reach them. Minerals are codes."""

    def __init__(self, needs: Mapping[int, Sequence[tuple[int, int]]]) -> None:
        """`needs`: for each mineral the walks in order, and how much each needs, which is more than nothing.

        Raises `TooLong`.
        """
        self.minerals = sorted(needs)
        self.intervals: dict[int, Interval] = {}
        self.base: dict[int, int] = {}
        self.total: dict[int, int] = {}
        self.given = dict.fromkeys(self.minerals, 0)
        self._ends: dict[int, list[int]] = {}
        place = 0
        for mineral in self.minerals:
            self.base[mineral], self._ends[mineral] = place, []
            for walk, need in needs[mineral]:
                self.intervals[walk] = Interval(walk, place, place + need)
                place += need
                self._ends[mineral].append(place)
            self.total[mineral] = place - self.base[mineral]
        if place > _FAR:
            raise TooLong
        self._rooms: list[int | None] = []
        self._reached: list[pl.DataFrame] = []

    def add_room(self, left: int | None) -> int:
        """A group of a cap and what it may give (None: anything); its number in `#room`."""
        self._rooms.append(left if left is not None and left <= _FAR else None)
        return len(self._rooms) - 1

    @property
    def open(self) -> list[int]:
        """The minerals whose needs are not filled yet."""
        return [mineral for mineral in self.minerals if self.given[mineral] < self.total[mineral]]

    def covered(self, mineral: int) -> int:
        """Up to where a mineral's needs are filled."""
        return self.base[mineral] + self.given[mineral]

    def step(self, number: int, frame: pl.DataFrame) -> None:
        """The offers of a step, in order, of minerals that need some. Raises `TooLong`.

        `frame` has `#group` (the mineral, all of whose offers come together), `row`, `#quantity` and, where a cap
        counts, `#room`.
        """
        if not frame.height:
            return
        group, has = frame["#group"], _fitting(frame["#quantity"])
        gives = self._shortened(frame, has)
        offset, before = {}, 0
        for mineral, total in _sums(group, gives).items():
            offset[mineral] = self.covered(mineral) - before
            before += total
            self.given[mineral] = min(self.given[mineral] + total, self.total[mineral])
        ends = gives.cum_sum() + _of(offset, group)
        columns = {"#group": group, "row": frame["row"], "gives": gives, "end": ends}
        if "#room" in frame.columns:
            columns |= {"has": has, "#room": frame["#room"]}
            self._use_rooms(frame["#room"], gives)
        asked = pl.DataFrame(columns).filter(ends - gives < self._limit(group))
        self._reached.append(asked.with_columns(pl.lit(number, dtype=pl.Int64).alias("step")))

    def _limit(self, group: pl.Series) -> pl.Series:
        """Where the needs of each mineral end."""
        return _of({mineral: self.base[mineral] + self.total[mineral] for mineral in self.minerals}, group)

    def _shortened(self, frame: pl.DataFrame, has: pl.Series) -> pl.Series:
        """What each offer can give when those of its group before it have given all they could."""
        if "#room" not in frame.columns:
            return has.alias("gives")
        room = frame["#room"]
        bounds = pl.Series([_FAR if one is None else one for one in self._rooms], dtype=pl.Int64)[room]
        rest = bounds - (_running(room, has) - has)
        rest = rest.zip_with(rest > 0, pl.zeros(1, dtype=pl.Int64, eager=True))
        return rest.zip_with(rest < has, has).alias("gives")

    def _use_rooms(self, room: pl.Series, gives: pl.Series) -> None:
        for number, amount in _sums(room, gives).items():
            left = self._rooms[number]
            self._rooms[number] = None if left is None else left - amount

    # ---- what lies on both -----------------------------------------------------------------------------------------

    @cached_property
    def reached(self) -> pl.DataFrame:
        """The offers that were asked, in the order of asking in each mineral, with their place on the line.

        One that `gives` so much if nobody's need ends before lies up to its `end`. What lies behind its mineral's needs
        nobody takes. Where groups are counted, it `has` more than that if its group was full.
        """
        if len(self._reached) <= 1:
            return self._reached[0] if self._reached else pl.DataFrame(schema=_REACHED)
        return pl.concat(self._reached).sort("#group", maintain_order=True)

    @cached_property
    def awards(self) -> pl.DataFrame:
        """`row`, `step`, `quantity`, `at` (the offer's place in `reached`), and `#room`: along the line."""
        offers, ends, splits = self._giving, self._stops, self._splits
        at = pl.int_range(len(ends), dtype=pl.UInt32, eager=True)
        if len(splits):  # an offer that is split stands as often as there are pieces of it
            behind = ends.search_sorted(splits, side="left") + 1
            at = at - pl.zeros(len(ends) + 1, dtype=pl.UInt32, eager=True).scatter(behind, 1).cum_sum()[:-1]
        names = [name for name in ("row", "step", "#at", "#room") if name in offers.columns]
        found = offers.select(names)[at]
        start = (offers["end"] - offers["gives"])[at]
        before = ends.shift(1, fill_value=0)
        quantity = ends - before.zip_with(before > start, start)
        places = found["#at"] if "#at" in names else at
        return found.with_columns(quantity.alias("quantity"), places.alias("at"))

    @cached_property
    def _giving(self) -> pl.DataFrame:
        """The offers that gave something. Only a full group makes one give nothing, and then `#at` is its place."""
        if "#room" not in self.reached.columns:
            return self.reached
        return self.reached.with_row_index("#at").filter(pl.col("gives") > 0)

    @cached_property
    def _stops(self) -> pl.Series:
        """Where each award ends: with an offer, or with a need."""
        splits = self._splits
        return ascending(pl.concat([self._offers_stop, splits])) if len(splits) else self._offers_stop

    @cached_property
    def _offers_stop(self) -> pl.Series:
        end, bound = self._giving["end"], self._limit(self._giving["#group"])
        return end.zip_with(end < bound, bound)

    @cached_property
    def slices(self) -> dict[int, tuple[int, int]]:
        """Where each walk's awards stand, and how many there are."""
        needs = pl.Series([one.end for one in self.intervals.values()], dtype=pl.Int64)
        stops = self._stops.search_sorted(needs, side="right").to_list()
        starts = [0, *stops][:-1]
        return {
            walk: (start, stop - start)
            for walk, start, stop in zip(self.intervals, starts, stops, strict=True)
            if stop > start
        }

    def left(self) -> dict[int, int]:
        """What is left of each offer that gave something, by row."""
        has = pl.col("has" if "has" in self._giving.columns else "gives")
        given = self._offers_stop - (self._giving["end"] - self._giving["gives"])
        return dict(self._giving.select("row", has - given).iter_rows())

    @cached_property
    def _splits(self) -> pl.Series:
        """Where a need ends inside an offer."""
        inside = [end for mineral in self.minerals for end in self._ends[mineral] if end < self.covered(mineral)]
        found, stop = pl.Series(inside, dtype=pl.Int64), self._offers_stop
        return found.filter(stop[stop.search_sorted(found, side="left")] != found) if inside else found


def _fitting(quantity: pl.Series) -> pl.Series:
    """Quantities of which any sum fits. Raises `TooLong`."""
    largest = quantity.max()
    assert isinstance(largest, int)
    if largest * len(quantity) > _FAR and quantity.cast(pl.Int128).sum() > _FAR:
        raise TooLong
    return quantity.cast(pl.Int64)


def _of(table: Mapping[int, int], group: pl.Series) -> pl.Series:
    """What a table says of each mineral."""
    return pl.Series([table.get(code, 0) for code in range(max(table, default=-1) + 1)], dtype=pl.Int64)[group]


def _sums(group: pl.Series, amounts: pl.Series) -> dict[int, int]:
    """The sum of each group, in the order in which they come."""
    frame = pl.DataFrame([group.alias("group"), amounts.alias("amount")])
    return dict(frame.group_by("group", maintain_order=True).agg(pl.col("amount").sum()).iter_rows())


def _running(group: pl.Series, amounts: pl.Series) -> pl.Series:
    """The running sum of each group."""
    bits = max(len(group) - 1, 1).bit_length()
    place = pl.int_range(len(group), dtype=pl.Int64, eager=True)
    order = ascending(group.cast(pl.Int64) * (1 << bits) + place) & ((1 << bits) - 1)
    before, offset = 0, {}
    for number, total in sorted(_sums(group, amounts).items()):
        offset[number], before = before, before + total
    sums = pl.zeros(len(group), dtype=pl.Int64, eager=True).scatter(order, amounts[order].cum_sum())
    return sums - _of(offset, group)


_FAR = INT64_MAX // 4
"""No sum of quantities may be longer, so that what lies behind the line fits too."""
_REACHED = {"#group": pl.UInt32, "row": pl.UInt32, **dict.fromkeys(("step", "gives", "end", "has"), pl.Int64)}
