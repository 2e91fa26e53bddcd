"""What was passed over together: told when somebody asks, with what each offer had left at that moment."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping

import attrs
import polars as pl

from vault_rules.engine.fast.segments import Lane
from vault_rules.engine.fast.walk import Walk


@attrs.define(eq=False)
class Sifted:
    """Offers of a lane that were looked at together, from `start` up to `stop`."""

    step: int
    lane: Lane
    start: int
    stop: int
    made: int
    """How many awards had been made before."""
    terms: pl.Expr | None = None
    """What the request states: only offers that meet it were looked at."""
    asked: list[int] = attrs.field(factory=list)
    """The places of those that were asked, or were sold out."""
    given: list[int] = attrs.field(factory=list)
    """The places of those that gave something."""

    def asking(self, able: list[int]) -> list[int]:
        """Of these places those that meet what the request states."""
        if self.terms is None or not able:
            return able
        met = self.lane.segment.frame[able].with_columns(self.terms.alias("#met"))["#met"]  # it may be one for all
        return [place for place, one in zip(able, met.to_list(), strict=True) if one]

    def passed(self, past: Past) -> pl.DataFrame:
        """Those that were passed over: also `#at`, `#moment` (awards since `made`), and `#has`, what each had left."""
        length = self.stop - self.start
        place = pl.int_range(self.start, self.stop, dtype=pl.UInt32, eager=True)
        frame = self.lane.segment.frame.slice(self.start, length).with_columns(place.alias("#at"))
        rest = pl.repeat(True, length, eager=True)
        if self.terms is not None:
            rest = frame.with_columns(self.terms.alias("#met"))["#met"].fill_null(False)  # as above
        if self.asked:
            rest = rest.scatter([one - self.start for one in self.asked], False)
        frame = frame.filter(rest)
        given = pl.Series(self.given, dtype=pl.UInt32)
        moment = given.search_sorted(frame["#at"]) if len(given) else frame["#at"] * 0
        frame = frame.with_columns(moment.cast(pl.UInt32).alias("#moment"), pl.col("#quantity").alias("#has"))
        return self._left(frame, past).filter(pl.col("#has") > 0)

    def _left(self, frame: pl.DataFrame, past: Past) -> pl.DataFrame:
        """With what those had left of which something had been taken."""
        touched = frame["row"].is_in(past.rows.implode()).arg_true()
        if not len(touched):
            return frame
        rows, quantities, moments = (frame[name][touched].to_list() for name in ("row", "#quantity", "#moment"))
        left = [
            past.left(row, quantity, self.made + moment)
            for row, quantity, moment in zip(rows, quantities, moments, strict=True)
        ]
        has = frame["#has"]
        return frame.with_columns(has.scatter(touched, pl.Series(left, dtype=has.dtype)))

    def tell(self, walk: Walk, past: Past) -> None:
        """Note on the walk those that were passed over."""
        frame = self.passed(past)
        _, rows, had, after = walk.run(self.step)
        rows += frame["row"].to_list()
        had += frame["#has"].to_list()
        after += [self.made + moment for moment in frame["#moment"].to_list()]


class Past:
    """What had been taken of each offer when so many awards had been made."""

    def __init__(self, left: Mapping[int, int]) -> None:
        """`left` of offers, by row, before the first award, where that is not all they offer."""
        self._before = dict(left)
        self._taken: dict[int, tuple[list[int], list[int]]] = {}
        self.noted = 0
        self._rows: pl.Series | None = None

    @property
    def rows(self) -> pl.Series:
        """The offers of which anything was taken."""
        if self._rows is None:
            self._rows = pl.Series([*self._taken, *(self._before.keys() - self._taken.keys())], dtype=pl.UInt32)
        return self._rows

    def note(self, awards: Iterator[tuple[int, int, int]]) -> None:
        """Awards in the order made: the number of each, its offer's row, and its quantity."""
        self._rows = None
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
