"""The candidates of one step of a waterfall, in order, each mineral's as far as needed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING

import polars as pl

from vault_rules.engine.fast.bulk import kept
from vault_rules.engine.fast.cheapest import cheapest
from vault_rules.engine.fast.ordering import in_order, packed, ranked, same, tied
from vault_rules.engine.fast.segments import Lane, Segment
from vault_rules.engine.fast.sight import Sight
from vault_rules.engine.fast.table import EVERY, FEW_ROWS, held, picked
from vault_rules.engine.fast.truths import is_true
from vault_rules.engine.fast.vectors import Exact, Keyed, Scalar, Value

if TYPE_CHECKING:
    from vault_rules.engine.fast.lanes import Lanes, Queue


class Candidates:
    """The lanes of one queue, made when first asked for."""

    def __init__(self, lanes: Lanes, queue: Queue, enough: Mapping[str, int]) -> None:
        self.lanes, self.queue, self.enough = lanes, queue, enough
        self._rest: dict[str, Lane] = {}

    @cached_property
    def ordered(self) -> tuple[pl.DataFrame, Mapping[int, int]]:
        """The first candidates of all minerals in order: `#group`, `row`, `#quantity`, `#place` among those that may
        serve; and for the minerals (by code) that have more the key up to which they are here.
        """
        sight = self.lanes.sight_of(self.queue)
        if len(self.queue.minerals) > 1 and len(sight.table) <= FEW_ROWS:
            return self._of_few(sight), {}
        frame, order = self._frame(self.queue.minerals)
        if len(order) > 1:
            return self._sorted(frame, order), {}
        codes = self.lanes.codes
        enough = {codes[mineral]: quantity for mineral, quantity in self.enough.items() if mineral in codes}
        ordered, ties, more = cheapest(frame, enough, keys=not self.lanes.alive.offers.ids_rise)
        return self._by_id(ordered, order, ties), more

    def _of_few(self, sight: Sight) -> pl.DataFrame:
        """Few offers are laid out once for steps of the same order, and put in order once where these share them."""
        clauses, number, lanes = self.queue.clauses, self.queue.step.number, self.lanes
        key = (id(sight), clauses[number, "keys"])
        if key not in lanes.laid:
            lanes.laid[key] = self._laid(sight, None, EVERY)
        laid, order = lanes.laid[key]
        mask = self._mask(sight, self.queue.minerals)  # may add columns to the frame
        here = held(sight.table.frame, mask)
        alike = sum(clauses[step.number, "keys"] == key[1] for step in clauses["steps"])
        if alike < 2 or not self.queue.minerals.issuperset(lanes.world.requested):
            return self._sorted(kept(laid, here), order)
        if key not in lanes.ordered:
            lanes.ordered[key] = self._sorted(laid, order)
        ordered = lanes.ordered[key]
        return kept(ordered, here[ordered["#place"]])

    def _sorted(self, frame: pl.DataFrame, order: list[str]) -> pl.DataFrame:
        """All of some candidates, in order."""
        if len(order) > 1:
            ordered = frame.sort("#group", *order, maintain_order=True)
            return self._by_id(ordered, order, tied(ordered, ["#group", *order]))
        ordered, ties = in_order(frame)
        return self._by_id(ordered, order, ties)

    @cached_property
    def _made(self) -> dict[str, Lane]:
        """The first lane of each mineral."""
        ordered, _ = self.ordered
        segment, found, start = Segment(self.seen(ordered)), {}, 0
        for length, code in ordered["#group"].rle().struct.unnest().iter_rows():
            found[str(self.lanes.names[code])] = Lane(segment, start, start + length)
            start += length
        return found

    def seen(self, ordered: pl.DataFrame) -> pl.DataFrame:
        """Candidates with what walks look at."""
        sight = self.lanes.sight_of(self.queue)
        payload = self.lanes.payload(sight)
        more = sight.table.frame[ordered["#place"]] if ordered.height else sight.table.frame.head(0)
        return ordered.drop("#quantity").hstack(more.select(payload))

    def in_any_quantity(self, ordered: pl.DataFrame) -> bool:
        """Whether every one of some candidates may be taken in any quantity."""
        table = self.lanes.sight_of(self.queue).table
        names = [name for name in ("lot", "min_quantity") if not isinstance(table.column(name), Scalar)]
        if not names or not ordered.height:
            return True
        lots = table.frame.select(names)[ordered["#place"]]
        return all(lots[name].null_count() == lots.height for name in names)

    def _by_id(self, ordered: pl.DataFrame, order: list[str], ties: bool) -> pl.DataFrame:
        """Ties by offer id: they stand by row."""
        if not ties or self.lanes.alive.offers.ids_rise:
            return ordered
        keys = ["#group", *order]
        same = pl.all_horizontal((pl.col(one) == pl.col(one).shift()).fill_null(False) for one in keys)
        places = ordered.select((same | same.shift(-1, fill_value=False)).arg_true()).to_series()
        some = ordered.select(*keys, "row")[places]
        ids = self.lanes.alive.offers.ids.gather(some["row"]).alias("#id")
        at = some.with_columns(ids, places.alias("#at")).sort(*keys, "#id")["#at"]
        every = pl.int_range(ordered.height, dtype=pl.UInt32, eager=True)
        return ordered[every.scatter(places, at)]

    def first(self, mineral: str) -> Lane | None:
        return self._made.get(mineral)

    def rest(self, mineral: str) -> Lane | None:
        """The candidates behind the first lane, where it does not hold all."""
        if self.lanes.codes.get(mineral) not in self.ordered[1]:
            return None
        if mineral not in self._rest:
            frame = self.seen(self.behind(mineral))
            self._rest[mineral] = Lane(Segment(frame), 0, frame.height)
        return self._rest[mineral]

    def behind(self, mineral: str) -> pl.DataFrame:
        """The candidates behind the first ones, as `ordered`."""
        reached = self.ordered[1][self.lanes.codes[mineral]]
        frame, order = self._frame(frozenset((mineral,)))
        return self._sorted(frame.filter(pl.col("#key") > reached), order)

    # ---- which, and in what order ----------------------------------------------------------------------------------

    def _frame(self, minerals: frozenset[str]) -> tuple[pl.DataFrame, list[str]]:
        """Those of some minerals, as they stand in the book, and what orders them."""
        sight = self.lanes.sight_of(self.queue)
        one = next(iter(minerals)) if len(minerals) == 1 else None
        return self._laid(sight, one, self._mask(sight, minerals))

    def _mask(self, sight: Sight, minerals: frozenset[str]) -> pl.Expr:
        """Where an offer of these minerals is a candidate."""
        mask = self.lanes.held(self.queue)
        if len(minerals) == 1 or minerals.issuperset(self.lanes.world.requested):
            return mask
        return mask & is_true(sight.each_mineral(lambda mineral: mineral in minerals))

    def _laid(self, sight: Sight, one: str | None, mask: pl.Expr) -> tuple[pl.DataFrame, list[str]]:
        """The offers of one mineral (None: of all) where a mask holds, as candidates, and what orders them."""
        mineral = sight.table.column("mineral")
        assert isinstance(mineral, Keyed)
        group = mineral.index.cast(pl.UInt32).alias("#group")
        keys = self._order(sight)
        names = ["#key"] if len(keys) == 1 else [f"#key{at}" for at in range(len(keys))]
        order = [one.expr.alias(name) for name, one in zip(names, keys, strict=True)]
        quantity, rows, start = self.lanes.quantity(sight), self.lanes.rows(sight, one), self.lanes.start(sight, one)
        asked: list[str | pl.Expr] = [group, "row", *order, quantity]
        if mask is EVERY:
            return picked(rows, EVERY, asked).with_row_index("#place", start), names
        place = pl.int_range(start, start + rows.height, dtype=pl.UInt32).alias("#place")
        return picked(rows, mask, [*asked, "#place"], [place]), names

    def _ranked_once(self, name: str, sight: Sight, value: Callable[[Sight], Value]) -> Exact | None:
        """A key that is the same at every step."""
        known = self.lanes.ranks.setdefault(id(sight), {})
        if name not in known:
            known[name] = ranked(value(sight), False)
        return known[name]

    def _order(self, sight: Sight) -> list[Exact]:
        """Route group, the step's keys, compared price, delivery."""
        number, clauses, day = self.queue.step.number, self.queue.clauses, sight.world.day
        keys: list[Exact | None] = [self._ranked_once("#route", sight, self.lanes.route_group)]
        named, compared = [], sight.compared()
        for key in clauses[number, "keys"] or ():
            tiers = day.tier_rank if key.value.type.kind == "tier" else None
            named.append(sight.value(key.value))
            keys.append(ranked(named[-1], key.descending, tiers))
        if not any(same(one, compared) for one in named):  # `by price` has said it
            keys.append(ranked(compared, False))
        keys.append(self._ranked_once("delivery", sight, lambda one: one.table.column("delivery")))
        found = packed([one for one in keys if one is not None])
        return found or [Exact(pl.lit(0, dtype=pl.Int64), Fraction(1), 0, 0)]
