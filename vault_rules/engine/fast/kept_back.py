"""Why offers that were passed over together could give nothing: the codes of all of them at once.

What `Causes` works out for one offer at one moment is here worked out in columns. Between two awards of a walk nothing
changes, so a moment is the number of awards before it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import polars as pl

from vault_rules.engine.fast.rooms import Bound
from vault_rules.engine.fast.sieve import Needs, Sifted
from vault_rules.engine.fast.tallies import UNKNOWN, Counting
from vault_rules.engine.fast.vectors import Wide, dtype_for
from vault_rules.engine.fast.walk import Blocked, Walk
from vault_rules.engine.taking import share_left
from vault_rules.semantics import typed
from vault_rules.semantics.meaning import value_of

if TYPE_CHECKING:
    from vault_rules.engine.fast.serving import Serving

MOMENTS = 2**18
"""So many pairs of a moment and a kind of offers have a place in a table."""
Given = Callable[[Walk, Blocked], tuple[int, int]]
"""What the step, and all steps, had given the request at a moment."""


def codes_of(serving: Serving, walk: Walk, one: Sifted, given: Given) -> set[str] | None:
    """The codes of the offers that a walk passed over together; None where each has to be asked."""
    try:
        return _KeptBack(serving, walk, one, given).codes()
    except Wide:
        return None


class _KeptBack:
    def __init__(self, serving: Serving, walk: Walk, one: Sifted, given: Given) -> None:
        self.serving, self.tallies, self.walk, self.one = serving, serving.tallies, walk, one
        self.moments = range(one.made, one.made + len(one.given) + 1)
        self.given = [given(walk, Blocked(one.step, 0, 0, made)) for made in self.moments]
        self.frame = one.passed(serving.known_past())
        self.most: int = self.frame["#has"].max() or 0  # type: ignore[assignment]  # a column of whole numbers
        self.kind = dtype_for(0, self.most + 1)

    def codes(self) -> set[str] | None:
        if not self.frame.height:
            return set()
        limits = self._limits()
        if limits is None:
            return None
        need = self._at_moments([self.walk.wanted - all_of for _, all_of in self.given])
        frame = self.frame.select("#has", "#lot", "#min_quantity", wanted=pl.min_horizontal(need, "#has"))
        frame = frame.with_columns(*(rest.alias(f"#{at}") for at, (_, rest) in enumerate(limits)))
        least = pl.min_horizontal("wanted", *(f"#{at}" for at in range(len(limits))))
        frame = frame.with_columns(least=least)
        least, lot = pl.col("least"), pl.col("#lot")
        quantity = pl.when(lot.is_null()).then(least).otherwise(least // lot * lot)
        minimum = pl.max_horizontal("#min_quantity", pl.lit(self.serving.least_whole))
        found = frame.select(
            *(((pl.col(f"#{at}") == least) & (least < pl.col("wanted"))).any() for at in range(len(limits))),
            lot=(quantity < least).any(),
            min_quantity=((quantity > 0) & (quantity < minimum)).any(),
        ).row(0)
        names = [*(code for code, _ in limits), "lot", "min_quantity"]
        return {code for code, is_so in zip(names, found, strict=True) if is_so}

    def _limits(self) -> list[tuple[str, pl.Series]] | None:
        """What the share and each cap allowed each offer at its moment; None where that has to be asked."""
        found: list[tuple[str, pl.Series]] = []
        step = next(one for one in self.walk.clauses["steps"] if one.number == self.one.step)
        share: typed.Share | None = self.walk.clauses[step.number, "share"]
        if share is not None:
            rests = self._shares(share)
            if rests is None:
                return None
            found.append((f"share:{step.code}", self._at_moments(rests)))
        for cap in self.serving.tallies.of(self.walk.request):
            allowed = self._cap(cap)
            if allowed is None:
                return None
            found.append((cap.code, allowed))
        return found

    def _at_moments(self, numbers: Sequence[int]) -> pl.Series:
        """A number for each moment, as each offer met it; more than any offer has says no more than that."""
        table = pl.Series([max(min(one, self.most + 1), 0) for one in numbers], dtype=self.kind)
        return table[self.frame["#moment"]]

    def _shares(self, share: typed.Share) -> list[int] | None:
        if self.serving.asks_each(share.ratio):
            return None
        request, mass = self.walk.request, self.serving.mass
        ratio = value_of(share.ratio, self.serving.world.view(None, request))
        if ratio is None:
            return None
        rests = [share_left(ratio, share, request.quantity, of * mass, all_of * mass) for of, all_of in self.given]
        return [self.most + 1 if rest is None else rest // mass for rest in rests]

    # ---- caps --------------------------------------------------------------------------------------------------------

    def _cap(self, cap: Counting) -> pl.Series | None:
        """What a cap allowed each offer; None where offers have to be asked."""
        lane = self.one.lane
        needs = lane.needs or Needs(lane, self.serving.least_whole)
        kinds = needs.kinds(cap)
        if kinds is None:
            return None
        width = max(kinds.places) + 1
        said = [cap.at(kinds.columns, at) for at in range(len(kinds.places))]
        if UNKNOWN in said or width * len(self.moments) > MOMENTS:
            return None
        moment = self.frame["#moment"].cast(pl.UInt32)
        index = moment * width
        if kinds.of is not None:
            index = index + needs.frame[kinds.of][self.frame["#at"] - lane.start].cast(pl.UInt32)
        pairs = list(zip(kinds.places, said, strict=True))
        if cap.money:
            return self._money(pairs, width, index)
        table = [self.most + 1] * (width * len(self.moments))
        for place, bound in pairs:
            if isinstance(bound, Bound):
                for at, made in enumerate(self.moments):
                    rest = self.tallies.allowed_with(bound, bound.room.then(made), 1)
                    table[at * width + place] = min(rest, self.most + 1)
        return pl.Series(table, dtype=self.kind)[index]

    def _money(self, pairs: list[tuple[int, Any]], width: int, index: pl.Series) -> pl.Series:
        """As `Tallies.allowed_with` of a cap on money, for each offer at its price."""
        price = self.frame["#price"]
        highest: int = price.max()  # type: ignore[assignment]  # a column of whole numbers
        figures = self.tallies.figures(self.most, highest)
        table = [figures.unbounded] * (width * len(self.moments))
        for place, bound in pairs:
            if isinstance(bound, Bound):
                for at, made in enumerate(self.moments):
                    table[at * width + place] = figures.of(bound, bound.room.then(made))
        kind = dtype_for(0, figures.largest)
        names = ("product", "money", "cents")
        columns = [pl.Series(name, ones, dtype=kind) for name, ones in zip(names, zip(*table, strict=True), strict=True)]
        frame = pl.DataFrame(columns)[index].with_columns(price.cast(kind).alias("price"))
        allowed = frame.select(figures.allowed(kind).clip(upper_bound=self.most + 1)).to_series()
        return allowed.cast(self.kind)
