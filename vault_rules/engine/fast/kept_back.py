"""Why offers that were passed over together could give nothing: how many of them have each code.

What `Causes` works out for one offer at one moment is here worked out in columns. Between two awards of a walk nothing
changes, so a moment is the number of awards before it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import attrs
import polars as pl

from vault_rules.engine.fast.counted_by import Counting
from vault_rules.engine.fast.rooms import Bound
from vault_rules.engine.fast.sieve import Needs
from vault_rules.engine.fast.sifted import Sifted
from vault_rules.engine.fast.tallies import UNKNOWN, Finer
from vault_rules.engine.fast.vectors import Wide, dtype_for
from vault_rules.engine.fast.walk import Blocked, Walk
from vault_rules.engine.fast.withheld import Given
from vault_rules.engine.taking import share_left
from vault_rules.semantics import typed
from vault_rules.semantics.meaning import value_of

if TYPE_CHECKING:
    from vault_rules.engine.fast.serving import Serving

ASKED = 256
"""So many offers of which caps read something else are asked for all that they stand for."""
MOMENTS = 2**18
"""So many pairs of a moment and a kind of offers have a place in a table."""
Why = Callable[[Blocked], set[str]]
"""The codes of one offer, which is asked."""


class Unsaid(Exception):
    """Each of the offers has to be asked."""


def counts_of(
    serving: Serving, walk: Walk, one: Sifted, given: Given, why: Why, rows: Collection[int] | None = None
) -> dict[str, int]:
    """How many of the offers that a walk passed over together have each code. Raises `Unsaid`.

    `rows`: of these offers only.
    """
    serving.tallies.history.spell_out()
    try:
        return _KeptBack(serving, walk, one, given, rows).counts(why)
    except (Wide, Finer) as one_by_one:
        raise Unsaid from one_by_one


@attrs.frozen(eq=False)
class _Said:
    """What a cap says to the offers: for each number of a kind, and the number of each offer's kind."""

    cap: Counting
    by_kind: dict[int, Any]
    kind: pl.Series | None
    """None where there is one kind only."""

    @property
    def width(self) -> int:
        return max(self.by_kind) + 1


class _KeptBack:
    def __init__(self, serving: Serving, walk: Walk, one: Sifted, given: Given, rows: Collection[int] | None) -> None:
        self.serving, self.tallies, self.walk, self.one = serving, serving.tallies, walk, one
        self.moments = range(one.made, one.made + len(one.given) + 1)
        self.given = [given(walk, Blocked(one.step, 0, 0, made)) for made in self.moments]
        self.frame = one.passed(serving.known_past())
        if rows is not None:
            self.frame = self.frame.filter(self.frame["row"].is_in(pl.Series(list(rows), dtype=pl.UInt32).implode()))
        self.most: int = self.frame["#has"].max() or 0  # type: ignore[assignment]  # a column of whole numbers
        self.kind = dtype_for(0, self.most + 1)

    def counts(self, why: Why) -> dict[str, int]:
        if not self.frame.height:
            return {}
        said = [self._said(cap) for cap in self.serving.counted_by.of(self.walk.request)]
        unknown = self._unknown(said)
        if unknown is None or not unknown.any():
            return self._of_known(said)
        found: Counter[str] = Counter()
        for one, many in self._asked(said, unknown):
            found.update(dict.fromkeys(why(one), many))
        self.frame = self.frame.filter(~unknown)
        if self.frame.height:
            known = [one if one.kind is None else attrs.evolve(one, kind=one.kind.filter(~unknown)) for one in said]
            found.update(self._of_known(known))
        return dict(found)

    # ---- offers of which a cap cannot say ----------------------------------------------------------------------------

    def _said(self, cap: Counting) -> _Said:
        lane = self.one.lane
        needs = lane.needs or Needs(lane, self.serving.least_whole)
        kinds = needs.kinds(cap)
        if kinds is None:
            raise Unsaid
        by_kind = {place: cap.at(kinds.columns, at) for at, place in enumerate(kinds.places)}
        if kinds.of is None:
            return _Said(cap, by_kind, None)
        return _Said(cap, by_kind, needs.frame[kinds.of][self.frame["#at"] - lane.start].cast(pl.UInt32))

    def _unknown(self, said: Sequence[_Said]) -> pl.Series | None:
        """Which these are; None where there are none."""
        found: pl.Series | None = None
        for one in said:
            if UNKNOWN in one.by_kind.values():
                if one.cap.places is None:
                    raise Unsaid
                if one.kind is None:
                    return pl.repeat(True, self.frame.height, eager=True)
                unknown = pl.Series([one.by_kind.get(place) is UNKNOWN for place in range(one.width)])[one.kind]
                found = unknown if found is None else found | unknown
        return found

    def _asked(self, said: Sequence[_Said], unknown: pl.Series) -> list[tuple[Blocked, int]]:
        """One of all those of which caps read the same, and how many they are: what they lack is the same."""
        alive = self.serving.lanes.alive.frame
        names = sorted({name for one in said for name in one.cap.tally.columns if name in alive.columns} | {"tier"})
        some = self.frame.filter(unknown).select("row", "#has", "#moment")
        read = alive.select(names)[alive["row"].search_sorted(some["row"])]
        some = some.hstack(read.rename({name: f"#read{at}" for at, name in enumerate(names)}))
        first = pl.col("row", "#has", "#moment").first()
        some = some.group_by(some.columns[3:], maintain_order=True).agg(first, many=pl.len())
        if some.height > ASKED:
            raise Unsaid
        rows = some.select("row", "#has", "#moment", "many").iter_rows()
        return [(Blocked(self.one.step, row, has, self.one.made + moment), many) for row, has, moment, many in rows]

    # ---- the others --------------------------------------------------------------------------------------------------

    def _of_known(self, said: Sequence[_Said]) -> dict[str, int]:
        caps = ((one.cap.code, self._cap(one)) for one in said)
        limits = [*self._share, *((code, rests) for code, rests in caps if rests is not None)]
        names = [f"#{at}" for at in range(len(limits))]
        need = self._at_moments([self.walk.wanted - all_of for _, all_of in self.given])
        frame = self.frame.select("#has", "#lot", "#min_quantity").with_columns(
            need.alias("#need"), *(rest.alias(name) for name, (_, rest) in zip(names, limits, strict=True))
        )
        frame = frame.with_columns(wanted=pl.min_horizontal("#need", "#has"))
        frame = frame.with_columns(least=pl.min_horizontal("wanted", *names))
        least, lot = pl.col("least"), pl.col("#lot")
        quantity = pl.when(lot.is_null()).then(least).otherwise(least // lot * lot)
        minimum = pl.max_horizontal(
            "#min_quantity", pl.lit(min(self.serving.least_whole, self.most + 1), dtype=self.kind)
        )
        held = [((pl.col(name) == least) & (least < pl.col("wanted"))).sum().alias(name) for name in names]
        cut = ((quantity > 0) & (quantity < minimum)).sum()
        found = frame.select(*held, (quantity < least).sum().alias("lot"), cut.alias("min_quantity")).row(0)
        codes = [*(code for code, _ in limits), "lot", "min_quantity"]
        return {code: many for code, many in zip(codes, found, strict=True) if many}

    def _at_moments(self, numbers: Sequence[int]) -> pl.Series:
        """A number for each moment, as each offer met it; more than any offer has says no more than that."""
        table = pl.Series([min(one, self.most + 1) for one in numbers], dtype=self.kind)
        return table[self.frame["#moment"]]

    @cached_property
    def _share(self) -> list[tuple[str, pl.Series]]:
        """What the step's share allowed, if it has one."""
        step = next(one for one in self.walk.clauses["steps"] if one.number == self.one.step)
        share: typed.Share | None = self.walk.clauses[step.number, "share"]
        if share is None:
            return []
        request, mass = self.walk.request, self.serving.mass
        each = self.serving.asks_each(share.ratio)
        ratio = None if each else value_of(share.ratio, self.serving.world.view(None, request))
        if ratio is None:
            raise Unsaid
        rests = [share_left(ratio, share, request.quantity, of * mass, all_of * mass) for of, all_of in self.given]
        wholes = [self.most + 1 if rest is None else rest // mass for rest in rests]
        return [(f"share:{step.code}", self._at_moments(wholes))]

    def _cap(self, one: _Said) -> pl.Series | None:
        """What a cap allowed each offer at its moment; None where it kept nothing back."""
        if one.width * len(self.moments) > MOMENTS:
            raise Unsaid
        index = self.frame["#moment"] if one.kind is None else self.frame["#moment"] * one.width + one.kind
        if one.cap.money:
            return self._money(one, index)
        table = [self.most + 1] * (one.width * len(self.moments))
        for place, bound in one.by_kind.items():
            if isinstance(bound, Bound):
                for at, made in enumerate(self.moments):
                    rest = self.tallies.allowed(bound, bound.room.then(made), 1)
                    table[at * one.width + place] = min(rest, self.most + 1)
        return None if min(table) > self.most else pl.Series(table, dtype=self.kind)[index]

    def _money(self, one: _Said, index: pl.Series) -> pl.Series | None:
        """As `Tallies.allowed` of a cap on money, for each offer at its price."""
        price = self.frame["#price"]
        highest: int = price.max()  # type: ignore[assignment]  # a column of whole numbers
        figures = self.tallies.figures(self.most, highest)
        kind = dtype_for(0, figures.largest)
        table = [figures.unbounded] * (one.width * len(self.moments))
        for place, bound in one.by_kind.items():
            if isinstance(bound, Bound):
                for at, made in enumerate(self.moments):
                    table[at * one.width + place] = figures.of(bound, bound.room.then(made))
        if all(one == figures.unbounded for one in table):
            return None
        names = ("product", "money", "cents")
        columns = [
            pl.Series(name, ones, dtype=kind) for name, ones in zip(names, zip(*table, strict=True), strict=True)
        ]
        frame = pl.DataFrame(columns)[index].with_columns(price.cast(kind).alias("price"))
        allowed = frame.select(figures.allowed(kind).clip(upper_bound=self.most + 1)).to_series()
        return allowed.cast(self.kind)
