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
from vault_rules.engine.fast.bulk import (
    ascending,
    constant,
    framed,
    gathered,
    kept,
    places,
    rationed,
    running,
    spanned,
)


class TooLong(Exception):
    """A sum of quantities does not fit 64 bits."""


@attrs.define(eq=False)
class Interval:
    """Where a walk's need lies on the line."""

    walk: int
    mineral: int
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
                self.intervals[walk] = Interval(walk, mineral, place, place + need)
                place += need
                self._ends[mineral].append(place)
            self.total[mineral] = place - self.base[mineral]
        if place > _FAR:
            raise TooLong
        self._rooms: list[int | None] = []
        self._laid: list[pl.DataFrame] = []
        """The offers of each step."""
        self._parts: dict[int, list[tuple[int, int, int]]] = {mineral: [] for mineral in self.minerals}
        """Where among them those stand that are reached: which step, from where, how many."""
        self._long = dict.fromkeys(self.minerals, 0)
        """What they give in all."""

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

    def given_to(self, walk: int) -> int:
        """What a walk gets in all."""
        one = self.intervals.get(walk)
        return 0 if one is None else max(min(one.end, self.covered(one.mineral)) - one.start, 0)

    def step(self, number: int, frame: pl.DataFrame) -> None:
        """The offers of a step, in order, of minerals that need some. Raises `TooLong`.

        `frame` has `#group` (the mineral, ascending), `row`, `#quantity` and, where a cap counts, `#room`.
        """
        if not frame.height:
            return
        group, has = frame["#group"], _fitting(frame["#quantity"])
        columns = {"#group": group, "row": frame["row"], "gives": has}
        if "#room" in frame.columns:
            columns |= {"gives": self._shortened(frame["#room"], has), "has": has, "#room": frame["#room"]}
        columns["step"] = constant(number, len(group), pl.Int64())
        offers, sums = framed(columns), running(columns["gives"])
        stops = places(group, self.minerals, right=True)
        starts = [0, *stops]
        behind = _at(sums, stops)
        fills = [
            before + self.total[mineral] - self.given[mineral]
            for mineral, before in zip(self.minerals, [0, *behind], strict=False)
        ]
        reach = places(sums, fills, right=False)
        ends = [min(end + 1, stop) for end, stop in zip(reach, stops, strict=True)]
        reached = _at(sums, ends)
        self._laid.append(offers)
        for at, mineral in enumerate(self.minerals):
            if starts[at] < stops[at]:
                before = behind[at - 1] if at else 0
                self._parts[mineral].append((len(self._laid) - 1, starts[at], ends[at] - starts[at]))
                self._long[mineral] += reached[at] - before
                self.given[mineral] = min(self.given[mineral] + behind[at] - before, self.total[mineral])
        if sum(self._long.values()) > _FAR:
            raise TooLong

    def _limit(self, group: pl.Series) -> pl.Series:
        """Where the needs of each mineral end."""
        return _of({mineral: self.base[mineral] + self.total[mineral] for mineral in self.minerals}, group)

    def _shortened(self, room: pl.Series, has: pl.Series) -> pl.Series:
        """What each offer can give when those of its group before it have given all they could; the rooms then."""
        bounds = [_FAR if one is None else one for one in self._rooms]
        gives, wanted = rationed(room, has, bounds)
        self._use_rooms(wanted)
        return gives

    def _use_rooms(self, wanted: Sequence[int]) -> None:
        left = zip(self._rooms, wanted, strict=True)
        self._rooms = [None if room is None else max(room - amount, 0) for room, amount in left]

    # ---- what lies on both -----------------------------------------------------------------------------------------

    @cached_property
    def reached(self) -> pl.DataFrame:
        """The offers that were asked, in the order of asking in each mineral, with their place on the line.

        One that `gives` so much if nobody's need ends before lies up to its `end`. What lies behind its mineral's needs
        nobody takes. Where groups are counted, it `has` more than that if its group was full.
        """
        parts = [part for mineral in self.minerals for part in self._parts[mineral]]
        if not parts:
            return pl.DataFrame(schema=_REACHED)
        found = spanned(self._laid, parts)
        offset, before = {}, 0
        for mineral in self.minerals:
            offset[mineral] = self.base[mineral] - before
            before += self._long[mineral]
        ends = running(found["gives"]) + _of(offset, found["#group"])
        return found.hstack([ends.alias("end")])

    @cached_property
    def awards(self) -> pl.DataFrame:
        """`row`, `step`, `quantity`, `at` (the offer's place in `reached`), and `#room`: along the line."""
        offers, ends, splits = self._giving, self._stops, self._splits
        at = pl.int_range(len(ends), dtype=pl.UInt32, eager=True)
        if len(splits):  # an offer that is split stands as often as there are pieces of it
            behind = ends.search_sorted(splits, side="left") + 1
            at = at - constant(0, len(ends) + 1, pl.UInt32()).scatter(behind, 1).cum_sum()[:-1]
        names = [name for name in ("row", "step", "#at", "#room") if name in offers.columns]
        found = offers[names][at]
        start = (offers["end"] - offers["gives"])[at]
        before = pl.concat([_NOTHING, ends[:-1]])
        quantity = ends - before.zip_with(before > start, start)
        asked = found["#at"] if "#at" in names else at
        return found.hstack([quantity.alias("quantity"), asked.alias("at")])

    @cached_property
    def _giving(self) -> pl.DataFrame:
        """The offers that gave something. Only a full group makes one give nothing, and then `#at` is its place."""
        if "#room" not in self.reached.columns:
            return self.reached
        places_of = pl.int_range(self.reached.height, dtype=pl.UInt32, eager=True).alias("#at")
        return kept(self.reached.hstack([places_of]), self.reached["gives"] > 0)

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
        stops = places(self._stops, [one.end for one in self.intervals.values()], right=True)
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
    if largest > _FAR or (largest * len(quantity) > _FAR and quantity.cast(pl.Int128).sum() > _FAR):
        raise TooLong  # each is looked at first: 128 bits hold any sum of those that 64 hold, but not of all
    return quantity.cast(pl.Int64)


def _at(sums: pl.Series, stops: Sequence[int]) -> list[int]:
    """Running sums of all before some places; before the first there is nothing."""
    found = gathered(sums, [stop - 1 if stop else 0 for stop in stops])
    return [one if stop else 0 for one, stop in zip(found, stops, strict=True)]


def _of(table: Mapping[int, int], group: pl.Series) -> pl.Series:
    """What a table says of each mineral."""
    listed = [0] * (max(table, default=-1) + 1)
    for code, one in table.items():
        listed[code] = one
    return pl.Series(listed, dtype=pl.Int64)[group]


_FAR = INT64_MAX // 4
"""No sum of quantities may be longer, so that what lies behind the line fits too."""
_NOTHING = pl.Series([0], dtype=pl.Int64)
_REACHED = {"#group": pl.UInt32, "row": pl.UInt32, **dict.fromkeys(("step", "gives", "end", "has"), pl.Int64)}
