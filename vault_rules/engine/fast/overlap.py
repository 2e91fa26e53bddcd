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
        sums = gives.cum_sum()
        runs = group.rle().struct.unnest()
        minerals, behind = runs["value"].to_list(), runs["len"].cum_sum()
        first = behind - runs["len"]
        before = (sums.gather(first) - gives.gather(first)).to_list()
        offset = {
            mineral: self.base[mineral] + self.given[mineral] - one
            for mineral, one in zip(minerals, before, strict=True)
        }
        ends = sums + _of(offset, group)
        limit = self._limit(group)
        columns = ["#group", "row", "step", "gives", "end", *(("has", "#room") if "#room" in frame.columns else ())]
        asked = frame.lazy().with_columns(gives=gives, end=ends, has=has, step=pl.lit(number, dtype=pl.Int64))
        self._reached.append(asked.filter(pl.col("end") - pl.col("gives") < limit).select(columns).collect())
        for mineral, end in zip(minerals, ends.gather(behind - 1).to_list(), strict=True):
            self.given[mineral] = min(end - self.base[mineral], self.total[mineral])
        self._use_rooms(frame, gives)

    def _limit(self, group: pl.Series) -> pl.Series:
        """Where the needs of each mineral end."""
        return _of({mineral: self.base[mineral] + self.total[mineral] for mineral in self.minerals}, group)

    def _shortened(self, frame: pl.DataFrame, has: pl.Series) -> pl.Series:
        """What each offer can give when those of its group before it have given all they could."""
        if "#room" not in frame.columns:
            return has.alias("gives")
        room = pl.col("#room")
        left = pl.lit(pl.Series([_FAR if one is None else one for one in self._rooms], dtype=pl.Int64)).gather(room)
        rest = left - (pl.col("has").cum_sum().over(room) - pl.col("has"))
        gives = pl.min_horizontal(pl.max_horizontal(rest, pl.lit(0, dtype=pl.Int64)), "has")
        return pl.DataFrame([frame["#room"], has.alias("has")]).select(gives=gives).to_series()

    def _use_rooms(self, frame: pl.DataFrame, gives: pl.Series) -> None:
        if "#room" in frame.columns:
            used = pl.DataFrame([frame["#room"], gives]).group_by("#room").agg(pl.col("gives").sum())
            for room, amount in used.iter_rows():
                left = self._rooms[room]
                self._rooms[room] = None if left is None else left - amount

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
        places, ends, splits = (self.reached["gives"] > 0).arg_true(), self._stops, self._splits
        offers = self._giving
        # an offer that is split stands as often as there are pieces of it
        behind = ends.search_sorted(splits, side="left") + 1
        before = pl.zeros(len(ends) + 1, dtype=pl.UInt32, eager=True).scatter(behind, 1).cum_sum()[:-1]
        at = pl.int_range(len(ends), dtype=pl.UInt32, eager=True) - before
        names = [name for name in ("row", "step", "#room") if name in offers.columns]
        start = pl.col("end") - pl.col("gives")
        found = offers.lazy().select(*names, start=start).collect()
        quantity = (
            ends
            - pl.DataFrame([ends.shift(1, fill_value=0).alias("before"), found["start"].gather(at)])
            .select(pl.max_horizontal("before", "start"))
            .to_series()
        )
        return found.select(names)[at].with_columns(at=places.gather(at), quantity=quantity)

    @cached_property
    def _giving(self) -> pl.DataFrame:
        return self.reached.filter(pl.col("gives") > 0)

    @cached_property
    def _stops(self) -> pl.Series:
        """Where each award ends: with an offer, or with a need."""
        return ascending(pl.concat([self._offers_stop, self._splits]))

    @cached_property
    def _offers_stop(self) -> pl.Series:
        bound = _of(
            {mineral: self.base[mineral] + self.total[mineral] for mineral in self.minerals}, self._giving["#group"]
        )
        return self._giving.select(pl.min_horizontal("end", bound)).to_series()

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
        given = self._offers_stop - self._giving.select(pl.col("end") - pl.col("gives")).to_series()
        return dict(self._giving.select("row", has - given).iter_rows())

    @cached_property
    def _splits(self) -> pl.Series:
        """Where a need ends inside an offer."""
        inside = [end for mineral in self.minerals for end in self._ends[mineral] if end < self.covered(mineral)]
        found, stop = pl.Series(inside, dtype=pl.Int64), self._offers_stop
        return found.filter(stop.gather(stop.search_sorted(found, side="left")) != found) if inside else found


def _fitting(quantity: pl.Series) -> pl.Series:
    """Quantities of which any sum fits. Raises `TooLong`."""
    largest = quantity.max()
    assert isinstance(largest, int)
    if largest * len(quantity) > _FAR and quantity.cast(pl.Int128).sum() > _FAR:
        raise TooLong
    return quantity.cast(pl.Int64)


def _of(table: Mapping[int, int], group: pl.Series) -> pl.Series:
    """What a table says of each mineral."""
    return pl.Series([table.get(code, 0) for code in range(max(table, default=-1) + 1)], dtype=pl.Int64).gather(group)


_FAR = INT64_MAX // 4
"""No sum of quantities may be longer, so that what lies behind the line fits too."""
_REACHED = {"#group": pl.UInt32, "row": pl.UInt32, **dict.fromkeys(("step", "gives", "end", "has"), pl.Int64)}
