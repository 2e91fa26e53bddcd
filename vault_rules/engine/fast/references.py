"""Step 5: references to the market, for all markets at once (section 3, *References*)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import cached_property
from math import prod
from typing import TYPE_CHECKING, Any

import polars as pl

from vault_rules.domain.rows import Request
from vault_rules.engine.fast.cheapest import cheapest
from vault_rules.engine.fast.market_values import DENSE, Found
from vault_rules.engine.fast.ordering import least
from vault_rules.engine.fast.table import Table, decoded, picked
from vault_rules.engine.fast.truths import is_true, one_of, truth
from vault_rules.engine.fast.vectors import (
    Exact,
    Keyed,
    Scalar,
    Value,
    Wide,
    as_exact,
    compared,
    dtype_for,
    extreme,
    times,
)
from vault_rules.engine.world import World
from vault_rules.semantics import typed
from vault_rules.semantics.meaning import value_of

if TYPE_CHECKING:
    from vault_rules.engine.fast.sight import Sight


class References:
    """All markets of the offers that passed steps 3 and 4."""

    def __init__(self, world: World, alive: Table, sight: Sight) -> None:
        """`sight` of all that are `alive`; no reference reads another."""
        self.world, self.alive, self.sight = world, alive, sight
        self._found: dict[Any, Found | None] = {}
        """None: too wide. Remembered as well: all markets were looked at to know, and now each of them is asked."""

    def value(self, expr: typed.Market, sight: Sight) -> Value:
        """A reference, for each mineral and form. Raises `Wide` where its depth is not a matter of these."""
        return self._of_all(expr, sight).seen_by(sight.table)

    def at(self, expr: typed.Market, sight: Sight, mineral: str, form: str | None) -> Any:
        """A reference in one market. Raises `Wide` likewise."""
        found = self._of_all(expr, sight)
        return found.of({"mineral": self._codes["mineral"].get(mineral), "form": self._codes["form"].get(form)})

    @cached_property
    def _codes(self) -> dict[str, dict[Any, int]]:
        columns = {name: self.alive.column(name) for name in ("mineral", "form")}
        return {
            name: {value: code for code, value in enumerate(column.values)} if isinstance(column, Keyed) else {}
            for name, column in columns.items()
        }

    def _of_all(self, expr: typed.Market, sight: Sight) -> Found:
        depth = Scalar(None) if expr.depth is None else sight.value(expr.depth)
        if not isinstance(depth, (Scalar, Keyed)) or not self._of_market(depth):
            raise Wide
        request = sight.request if expr.responsive else None
        key = (
            expr.kind, expr.tiers, expr.field, expr.depth is None,
            (depth.base, tuple(depth.values)) if isinstance(depth, Keyed) else depth.value,
            None if request is None else (request.mineral, request.form, request.purity, request.need_by),
        )  # fmt: skip
        if key not in self._found:
            self._found[key] = self._asked(expr, depth, request)
        found = self._found[key]
        if found is None:
            raise Wide
        return found

    def _asked(self, expr: typed.Market, depth: Scalar | Keyed, request: Request | None) -> Found | None:
        try:
            return _Market(self, expr, depth, request).value()
        except Wide:
            return None

    def _of_market(self, depth: Scalar | Keyed) -> bool:
        return isinstance(depth, Scalar) or set(depth.base) <= {"mineral", "form"}


class _Market:
    """One reference over all markets (for one request: those of its mineral)."""

    def __init__(self, all: References, expr: typed.Market, depth: Scalar | Keyed, request: Request | None) -> None:
        self.world, self.expr, self.depth, self.request = all.world, expr, depth, request
        table = all.alive
        self.sight = all.sight
        self.mineral = table.column("mineral")
        assert isinstance(self.mineral, Keyed)
        form = table.column("form")
        keys = [one for one in (form, self.mineral) if isinstance(one, Keyed)]
        self.base = tuple(name for one in keys for name in one.base)
        self.sizes = tuple(size for one in keys for size in one.sizes)
        self.dense = prod(self.sizes) <= max(DENSE, len(table))
        self.group = Keyed(self.base, self.sizes, []) if self.dense else table.merged(self.base, self.sizes)
        self._never = self.mineral.never & frozenset(self.base)
        self.table = table

    def value(self) -> Found:
        empty = Fraction(0) if self.expr.kind in ("supply", "count") else None
        places = {self._place(group): value for group, value in self._of_groups()}
        return Found(self.base, self.sizes, self._never, places, empty, self.dense)

    def _codes(self, group: int) -> Sequence[int]:
        """The codes of a market's form and mineral, as `base` names them."""
        found: Sequence[int] = decoded(group, self.sizes) if self.dense else self.group.values[group]
        return found

    def _place(self, group: int) -> int:
        if self.dense:
            return group
        place = 0
        for size, code in zip(self.sizes, self._codes(group), strict=True):
            place = place * size + code
        return place

    # ---- what counts -----------------------------------------------------------------------------------------------

    def _requested(self) -> Keyed:
        assert isinstance(self.mineral, Keyed)
        none = Fraction(0)
        values = [None if one is None else self.world.requested.get(one, none) for one in self.mineral.values]
        return Keyed(self.mineral.base, self.mineral.sizes, values)

    def _mask(self) -> pl.Expr:
        tiers = self.table.column("tier")
        assert isinstance(tiers, Keyed)
        mask = one_of(tiers, [place for place, name in enumerate(tiers.values) if name in self.expr.tiers])
        requested = self._requested()
        for name in ("min_quantity", "lot"):
            least = self.table.column(name)
            if not isinstance(least, Scalar):
                mask = mask & self._at_most(least, requested)
        if "seen" in self.table.given:
            mask = mask & pl.col("seen")
        if self.request is not None:
            mask = mask & self._meets(self.request)
        return mask

    def _at_most(self, least: Value, requested: Keyed) -> pl.Expr:
        if isinstance(least, Keyed):
            return truth(self.sight.table_of(lambda a, b: a is None or b is None or a <= b, [least, requested]))
        return compared("<=", least, requested).expr.fill_null(True)

    def _meets(self, request: Request) -> pl.Expr:
        held = pl.lit(True)
        if isinstance(self.mineral, Keyed):
            held = one_of(self.mineral, [at for at, one in enumerate(self.mineral.values) if one == request.mineral])
        column = self.table.column
        if request.form is not None:
            held = held & is_true(self.sight.table_of(lambda one: one == request.form, [column("form")]))
        if request.purity is not None:
            purity = column("purity")
            if isinstance(purity, Exact):
                held = held & compared(">=", purity, Scalar(request.purity)).expr.fill_null(False)
            else:
                least = request.purity
                held = held & is_true(self.sight.table_of(lambda one: one is not None and one >= least, [purity]))
        if request.need_by is not None:
            day = request.need_by
            held = held & is_true(self.sight.table_of(lambda one: one is not None and one <= day, [column("delivery")]))
        return held

    def _counted(self, *more: pl.Expr) -> pl.DataFrame:
        """The offers that count, with their market, compared price and the quantity they count with."""
        return self._priced(self._quantity.expr.alias("#quantity"), *more)

    def _priced(self, *more: pl.Expr) -> pl.DataFrame:
        """The offers that count, with their market and compared price."""
        group = (
            self.group.index.cast(pl.UInt32).alias("#group")
            if self.base
            else pl.lit(0, dtype=pl.UInt32).alias("#group")
        )
        key = self._price.expr.alias("#key")
        mask = self._mask()  # may add columns to the table
        return picked(self.table.frame, mask, [group, key, *more])

    @cached_property
    def _price(self) -> Exact:
        return as_exact(self.sight.compared())

    @cached_property
    def _quantity(self) -> Exact:
        return extreme(self.table.column("quantity"), self._requested(), "min")

    # ---- kinds -----------------------------------------------------------------------------------------------------

    def _of_groups(self) -> list[tuple[int, Any]]:
        kind, unit = self.expr.kind, self._price.unit
        if kind in ("supply", "count"):
            return self._summed(kind)
        if self.expr.depth is not None:
            return self._deep()
        price = pl.col("#key")
        if kind == "best":
            return [(group, Fraction(one * unit.numerator, unit.denominator)) for group, one in least(self._priced())]
        if kind == "median":
            ordered, half = price.sort(), pl.len() // 2
            middle = (ordered.get((pl.len() - 1) // 2).alias("a"), ordered.get(half).alias("b"))
            found = self._priced().group_by("#group").agg(*middle)
            return [(group, (a + b) * unit / 2) for group, a, b in found.iter_rows()]
        if kind == "vwap":
            return self._weighted()
        return self._lowest()

    def _summed(self, kind: str) -> list[tuple[int, Any]]:
        if kind == "count":
            found = self._priced().group_by("#group").agg(pl.len())
            return [(group, Fraction(count)) for group, count in found.iter_rows()]
        unit, counted = self._quantity.unit, self._counted()
        dtype_for(0, self._quantity.high * counted.height)  # the sum as well must fit
        found = counted.group_by("#group").agg(pl.col("#quantity").cast(pl.Int128).sum())
        return [(group, total * unit) for group, total in found.iter_rows()]

    def _weighted(self) -> list[tuple[int, Any]]:
        price, quantity = self._price, self._quantity
        cost = times(Exact(pl.col("#key"), price.unit, price.low, price.high),
                     Exact(pl.col("#quantity"), quantity.unit, quantity.low, quantity.high))  # fmt: skip
        counted = self._counted()
        for one in (cost, quantity):
            dtype_for(one.low * counted.height, one.high * counted.height)  # the sums as well must fit
        found = counted.group_by("#group").agg(
            cost.expr.cast(pl.Int128).sum().alias("cost"), pl.col("#quantity").cast(pl.Int128).sum()
        )
        return [(group, Fraction(total) * price.unit / quantity) for group, total, quantity in found.iter_rows()]

    def _lowest(self) -> list[tuple[int, Any]]:
        counted = self._counted(pl.col("row"))
        least = counted.filter(pl.col("#key") == pl.col("#key").min().over("#group"))
        rows: dict[int, list[int]] = {}
        for group, row in least.select("#group", "row").iter_rows():
            rows.setdefault(group, []).append(row)
        return [(group, self._field(min(ones, key=self._by_delivery))) for group, ones in rows.items()]

    def _by_delivery(self, row: int) -> Any:
        offer = self.table.offers.offer(row)
        return (offer.delivery is None, offer.delivery, offer.offer) if offer.delivery else (True, "", offer.offer)

    def _field(self, row: int) -> Any:
        name, offer = self.expr.field, self.table.offers.offer(row)
        assert name is not None
        field = self.world.day.policy.fields.get(name)
        if field is not None:
            value = offer.fields.get(name)
            return value_of(field.default, self.world.view()) if value is None and field.default else value
        if name in ("compared", "tier"):
            place = self.table.frame.filter(pl.col("row") == row)
            price = self._price
            if name == "compared":
                return place.select(price.expr.alias("p"))["p"][0] * price.unit
            tiers = self.table.column("tier")
            assert isinstance(tiers, Keyed)
            return tiers.values[place["tier"][0]]
        return getattr(offer, name)

    # ---- the cheapest, up to a depth -------------------------------------------------------------------------------

    def _depths(self) -> Callable[[int], Fraction | None]:
        depth = self.depth
        if isinstance(depth, Scalar):
            return lambda group: depth.value

        def of(group: int) -> Fraction | None:
            codes = dict(zip(self.base, self._codes(group), strict=True))
            place = 0
            for name, size in zip(depth.base, depth.sizes, strict=True):
                place = place * size + codes[name]
            found: Fraction | None = depth.values[place]
            return found

        return of

    def _deep(self) -> list[tuple[int, Any]]:
        counted = self._counted(pl.col("row"))
        depth_of, unit = self._depths(), self._quantity.unit
        groups = counted["#group"].unique().to_list()
        depths = {group: depth / unit for group in groups if (depth := depth_of(group)) is not None}
        enough = {group: max(-(-depth.numerator // depth.denominator), 1) for group, depth in depths.items()}
        ordered, _, _ = cheapest(counted, {group: enough.get(group, 1) for group in groups})
        found = [(group, self._cut(part, depths[group])) for group, part in _grouped(ordered) if group in depths]
        return [(group, value) for group, value in found if value is not None]

    def _cut(self, part: list[tuple[int, int, int]], depth: Fraction) -> Any:
        """The cheapest up to a depth, in units: the last's price, their mean, or what is asked of the one named."""
        taken = _up_to(part, depth)
        if taken is None:
            return None
        last, unit = taken[-1][0], self._price.unit
        if self.expr.kind == "best":
            return last * unit
        if self.expr.kind == "vwap":
            total = sum((quantity for _, quantity in taken), Fraction(0))
            return sum((price * quantity for price, quantity in taken), Fraction(0)) * unit / total
        if self.expr.kind == "median":
            # how many of the last price are taken depends on which of them come first
            taken = _up_to(sorted(part, key=lambda one: self._at_last(one, last)), depth) or taken
            middle = len(taken) // 2
            return (taken[middle][0] + taken[middle if len(taken) % 2 else middle - 1][0]) * unit / 2
        return self._field(self._named(part, last))

    def _at_last(self, one: tuple[int, int, int], last: int) -> tuple[int, Any]:
        """By price, and at the last price by delivery and id."""
        return (one[0], self._by_delivery(one[2]) if one[0] == last else ())

    def _named(self, part: list[tuple[int, int, int]], last: int) -> int:
        """Of the offers at the last price the first by delivery and id."""
        return min((row for price, _, row in part if price == last), key=self._by_delivery)


def _up_to(part: list[tuple[int, int, int]], depth: Fraction) -> list[tuple[int, int | Fraction]] | None:
    """Price and quantity of each offer up to a depth, the last with what is needed of it; None where there is less."""
    taken: list[tuple[int, int | Fraction]] = []
    left: int | Fraction = depth if depth.denominator > 1 else depth.numerator
    for price, quantity, _ in part:
        taken.append((price, quantity if depth <= 0 else min(quantity, left)))
        left -= quantity
        if left <= 0:
            return taken
    return None


def _grouped(ordered: pl.DataFrame) -> list[tuple[int, list[tuple[int, int, int]]]]:
    found: list[tuple[int, list[tuple[int, int, int]]]] = []
    for group, price, quantity, row in ordered.select("#group", "#key", "#quantity", "row").iter_rows():
        if not found or found[-1][0] != group:
            found.append((group, []))
        found[-1][1].append((price, quantity, row))
    return found
