"""References to the market (section 3, *References*): over the offers that passed eligibility and have a tier.

A market is a mineral and a form. No decoys: an offer counts with at most the quantity requested of its mineral, and
not at all where its `min_quantity` or `lot` is more than that.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Any
from weakref import proxy

from vault_rules.domain.rows import Benchmark, Offer, Request
from vault_rules.semantics import typed
from vault_rules.semantics.meaning import value_of

if TYPE_CHECKING:
    from vault_rules.engine.world import View, World

Counted = list[tuple[Offer, Fraction]]


def order_by_price(world: World, offers: Iterable[Offer]) -> list[Offer]:
    """Cheapest first; ties by delivery (none last), then offer id."""
    return sorted(
        offers, key=lambda one: (world.compared[one.offer], one.delivery is None, one.delivery or date.min, one.offer)
    )


def meets(offer: Offer, request: Request) -> bool:
    """Whether an offer meets a request's form, purity and need_by; where it states one, a blank does not meet it."""
    form = request.form is None or offer.form == request.form
    purity = request.purity is None or (offer.purity is not None and offer.purity >= request.purity)
    return (
        form
        and purity
        and (request.need_by is None or (offer.delivery is not None and offer.delivery <= request.need_by))
    )


class Markets:
    """All markets of a book, as a world sees them, which it is a part of."""

    def __init__(self, world: World) -> None:
        self.world: World = proxy(world)  # so that what was evaluated is given back as soon as nobody wants it
        self.offers: dict[str, list[Offer]] = {}
        self._counted: dict[Any, Counted] = {}

    def open(self, passed: Iterable[Offer]) -> None:
        """Take in the offers that passed steps 3 and 4."""
        for offer in order_by_price(self.world, passed):
            self.offers.setdefault(offer.mineral, []).append(offer)

    def value(self, expr: typed.Market, view: View) -> Any:
        """The reference's value for a view; None where no offer, or too little depth, remains."""
        mineral, form = view.mineral, getattr(view.offer, "form", None)
        if mineral is None:
            return None
        counted = self.counted(mineral, form, expr.tiers, view.request if expr.responsive else None)
        if expr.kind == "supply":
            return sum((quantity for _, quantity in counted), Fraction(0))
        if expr.kind == "count":
            return Fraction(len(counted))
        if expr.depth is not None:
            depth = value_of(expr.depth, view)
            cut = None if depth is None else _cheapest(counted, depth)
            if cut is None:
                return None
            return self._priced(expr, cut, last=True)
        return self._priced(expr, counted, last=False) if counted else None

    def counted(self, mineral: str, form: str | None, tiers: tuple[str, ...], request: Request | None) -> Counted:
        """The offers of a market that count, cheapest first, each with the quantity it counts with."""
        key = (mineral, form, tiers, None if request is None else (request.form, request.purity, request.need_by))
        if key not in self._counted:
            self._counted[key] = self._count(mineral, form, tiers, request)
        return self._counted[key]

    def _count(self, mineral: str, form: str | None, tiers: tuple[str, ...], request: Request | None) -> Counted:
        requested = self.world.requested.get(mineral, Fraction(0))
        if not requested:
            return []
        of_tiers = [one for one in self.offers.get(mineral, ()) if self.world.tier_of[one.offer] in tiers]
        in_form = [one for one in of_tiers if one.form == form]
        real = [one for one in in_form if max(one.min_quantity or 0, one.lot or 0) <= requested]
        fitting = [one for one in real if request is None or meets(one, request)]
        return [(one, min(one.quantity, requested)) for one in fitting]

    def _priced(self, expr: typed.Market, counted: Counted, *, last: bool) -> Any:
        best = self._price(counted, -1 if last else 0)
        if expr.kind == "best":
            return best
        if expr.kind == "vwap":
            spent = sum(self.world.compared[offer.offer] * quantity for offer, quantity in counted)
            return spent / sum(quantity for _, quantity in counted)
        if expr.kind == "median":
            middle, odd = divmod(len(counted), 2)
            upper = self._price(counted, middle)
            return upper if odd else (self._price(counted, middle - 1) + upper) / 2
        named = next(offer for offer, _ in counted if self.world.compared[offer.offer] == best)
        assert expr.field is not None
        view = self.world.view(named)
        field = self.world.day.policy.fields.get(expr.field)
        owner = "offer" if field is None else "field"
        value = view.column(typed.Column(expr.type, owner, expr.field, span=expr.span))
        return value_of(field.default, view) if value is None and field is not None and field.default else value

    def _price(self, counted: Counted, place: int) -> Fraction:
        return self.world.compared[counted[place][0].offer]


def _cheapest(counted: Counted, depth: Fraction) -> Counted | None:
    """The cheapest offers up to a quantity, the last with what is needed of it; None where there is less on offer."""
    found: Counted = []
    left = depth
    for offer, quantity in counted:
        found.append((offer, min(quantity, max(left, Fraction(0)))))
        left -= quantity
        if left <= 0:
            return found if depth > 0 else [(offer, quantity)]
    return None


def benchmark_price(
    rows: Iterable[Benchmark], mineral: str, form: str | None, index: str | None, as_of: date, within: Fraction | None
) -> Fraction | None:
    """The form's rows, else those with a blank form; of these the latest not after as-of, at most `within` days old."""
    own = [row for row in rows if row.mineral == mineral and row.index == index]
    chosen = [row for row in own if row.form == form] or [row for row in own if row.form is None]
    known = [row for row in chosen if row.date <= as_of]
    if not known:
        return None
    latest = max(known, key=lambda row: row.date)
    return latest.price if within is None or (as_of - latest.date).days <= within else None
