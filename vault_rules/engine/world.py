"""The facts of one evaluation: the book's totals, the day's rules, and the values of names for an offer and a request.

`View` is what an expression sees. All facts here are fixed before the first award.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import Any, Protocol

import attrs

from vault_rules.domain.exact import total
from vault_rules.domain.rows import Benchmark, Facility, Holding, Offer, PriorAward, Request
from vault_rules.engine.again import Again
from vault_rules.engine.markets import Markets, benchmark_price
from vault_rules.engine.program import Clauses, Day
from vault_rules.errors import EvaluationError
from vault_rules.semantics import typed
from vault_rules.semantics.meaning import value_of
from vault_rules.source.diagnostic import ERROR, Diagnostic
from vault_rules.source.text import Span

DAYS_IN_YEAR = 365
Row = Offer | PriorAward | Holding


def stop(code: str, message: str, span: Span, help: str | None = None) -> EvaluationError:
    """An evaluation that cannot go on, with its place in the policy."""
    return EvaluationError(Diagnostic(code, ERROR, message, span, help=help))


class Facts(Protocol):
    """What a world reads of a bound book: everything but its offers."""

    @property
    def requests(self) -> tuple[Request, ...]: ...

    @property
    def requested_by(self) -> Mapping[str, Mapping[str, Fraction]]: ...

    @property
    def benchmarks(self) -> tuple[Benchmark, ...]: ...

    @property
    def facilities(self) -> tuple[Facility, ...]: ...

    @property
    def holdings(self) -> tuple[Holding, ...]: ...

    @property
    def awards(self) -> tuple[PriorAward, ...]: ...

    @property
    def fx(self) -> Mapping[str, Fraction]: ...


class World:
    """One policy, one book, one day."""

    def __init__(self, day: Day, book: Facts, again: Again | None = None) -> None:
        self.day, self.book, self.again = day, book, again
        self.as_of: date = day.as_of
        self.requests = {one.request: one for one in book.requests}
        self.requested_by = book.requested_by
        """What is requested, by mineral and buyer."""
        self.requested = {
            mineral: total(of.values()) if len(of) > 1 else next(iter(of.values()))
            for mineral, of in self.requested_by.items()
        }
        self.held: dict[str, Fraction] = {}
        self.demand: dict[str, Fraction] = {}
        for holding in book.holdings:
            self.held[holding.mineral] = self.held.get(holding.mineral, Fraction(0)) + holding.quantity
            if holding.demand_per_year is not None:
                self.demand[holding.mineral] = holding.demand_per_year
        self.stock = dict(self.held)
        for award in book.awards:
            if self.on_order(award):
                self.stock[award.mineral] = self.stock.get(award.mineral, Fraction(0)) + award.quantity
        self.tier_of: dict[str, str] = {}
        self.compared: dict[str, Fraction] = {}
        self.markets = Markets(self)

    @property
    def prior(self) -> tuple[PriorAward, ...]:
        """The awards of before that are counted."""
        return self.book.awards if self.again is None else self.again.awards

    @cached_property
    def before(self) -> tuple[PriorAward, ...]:
        """What requests were given before."""
        return self.book.awards if self.again is None else tuple(self.again.counted(self.as_of))

    def on_order(self, award: PriorAward) -> bool:
        """Whether a prior award is not yet received on the as-of date."""
        return award.received is None or award.received > self.as_of

    def benchmark_price(
        self, mineral: str, form: str | None, index: str | None, within: Fraction | None
    ) -> Fraction | None:
        """The benchmark of a mineral in a form, as of the day."""
        return benchmark_price(self._benchmarks.get((mineral, index), ()), mineral, form, index, self.as_of, within)

    @cached_property
    def _benchmarks(self) -> dict[tuple[str, str | None], list[Benchmark]]:
        found: dict[tuple[str, str | None], list[Benchmark]] = {}
        for row in self.book.benchmarks:
            found.setdefault((row.mineral, row.index), []).append(row)
        return found

    def view(self, offer: Row | None = None, request: Request | None = None, **more: Any) -> View:
        return View(self, offer, request, **more)

    def clauses(self, rule: typed.Rule, request: Request | None = None, **more: Any) -> Clauses | None:
        """A rule's clauses for a request, after exceptions, whatever the offer; None where it is waived."""
        if self.day.is_plain(rule):
            return self.day.unchanged(rule)
        return self.view(None, request, **more).clauses(rule)


@attrs.define(eq=False)
class View:
    """What an expression sees: a `Facts` of `semantics.meaning`. `used` collects the exceptions that had a part."""

    world: World
    offer: Row | None = None
    request: Request | None = None
    facility: Facility | None = None
    mineral: str | None = None
    buyer: str | None = None
    price: Fraction | None = None
    """An offered price to suppose instead of the offer's own."""
    award: Mapping[str, Any] = attrs.field(factory=dict)
    """What a `store` reads of the award (premium, reference, awarded); what a row of the totals is about."""
    used: set[str] = attrs.field(factory=set)
    _lets: dict[str, Any] = attrs.field(factory=dict, init=False)

    def __attrs_post_init__(self) -> None:
        row = self.offer or self.request
        if self.mineral is None and row is not None:
            self.mineral = row.mineral
        if self.buyer is None and self.request is not None:
            self.buyer = self.request.buyer

    @property
    def fiscal_start(self) -> tuple[int, int]:
        return self.world.day.policy.fiscal_year

    # ---- values of names ------------------------------------------------------------------------------------------

    def column(self, expr: typed.Column) -> Any:
        if expr.owner == "request":
            own = None if self.request is None else getattr(self.request, expr.name)
            return self.buyer if expr.name == "buyer" else own
        if expr.name in self.award and (expr.owner in ("field", "award") or self.offer is None):
            return self.award[expr.name]
        if expr.owner == "facility":
            return None if self.facility is None else getattr(self.facility, expr.name)
        if self.offer is None:
            return self.mineral if expr.name == "mineral" else None
        if expr.owner == "field":
            return getattr(self.offer, "fields", {}).get(expr.name)
        return self._of_offer(expr.name)

    def _of_offer(self, name: str) -> Any:
        offer = self.offer
        if name == "price" and self.price is not None:
            return self.price
        if isinstance(offer, Offer) and name == "tier":
            return self.world.tier_of.get(offer.offer)
        if isinstance(offer, Offer) and name == "compared":
            return self._compared(offer)
        return getattr(offer, "price" if name == "compared" else name, None)

    def _compared(self, offer: Offer) -> Fraction | None:
        if self.price is None and offer.offer in self.world.compared:
            return self.world.compared[offer.offer]
        compare = self.world.day.policy.compare
        if compare is None:
            return self._of_offer("price")  # type: ignore[no-any-return]  # an offer's price is a Fraction
        value: Fraction | None = value_of(compare, self)
        return value

    def context(self, expr: typed.Context) -> Any:
        if expr.name == "today":
            return self.world.as_of
        if self.mineral is None:
            return None
        stock, demand = self.world.stock.get(self.mineral, Fraction(0)), self.world.demand.get(self.mineral)
        if expr.name == "stock":
            return stock
        if expr.name == "demand" or not demand:
            return demand if expr.name == "demand" else None
        return stock * DAYS_IN_YEAR / demand

    def foreign(self, expr: typed.Foreign) -> Fraction:
        rate = self.world.book.fx.get(expr.currency)
        if rate is None:
            raise stop(
                "V0504", f"the book has no exchange rate for {expr.currency}", expr.span, "add a row to the book's `fx`"
            )
        return expr.amount * rate

    def table(self, expr: typed.Lookup, keys: tuple[Any, ...]) -> Any:
        rows = self.world.day.policy.tables[expr.table].rows
        row = rows.get(keys) or rows.get(None)
        cell = None if row is None else row.get(expr.column)
        return None if cell is None else value_of(cell, self)

    def market(self, expr: typed.Market) -> Any:
        return self.world.markets.value(expr, self)

    def benchmark(self, expr: typed.Benchmark) -> Fraction | None:
        within = None if expr.within is None else value_of(expr.within, self)
        if self.mineral is None or (expr.within is not None and within is None):
            return None
        return self.world.benchmark_price(self.mineral, getattr(self.offer, "form", None), expr.index, within)

    # ---- exceptions -----------------------------------------------------------------------------------------------

    def let(self, name: str) -> Any:
        if name not in self._lets:  # a let may be read by many, and each of these by many
            self._lets[name] = value_of(self.let_expression(name), self)
        return self._lets[name]

    def let_expression(self, name: str) -> typed.Expr:
        content, _, _, used = self._changed(name)
        self.used.update(used)
        value: typed.Expr = content.get("value") or self.world.day.lets[name]
        return value

    def clauses(self, rule: typed.Rule) -> Clauses | None:
        """A rule's clauses for this offer and request, after exceptions; None where the rule is waived."""
        if self.world.day.is_plain(rule):
            return self.world.day.unchanged(rule)
        content, spans, waived, used = self._changed(rule.name)
        self.used.update(used)
        if waived:
            return None
        if not used:
            return self.world.day.unchanged(rule)
        return Clauses({**rule.clauses, **content}, {**rule.spans, **spans}, tuple(used))

    def _changed(self, target: str) -> tuple[dict[Any, Any], dict[Any, Span], bool, list[str]]:
        return self.world.day.changed(target, self._applies)

    def _applies(self, one: typed.TypedException) -> bool:
        if one.scope.minerals is not None and self.mineral not in one.scope.minerals:
            return False
        if one.scope.buyers is not None and self.buyer not in one.scope.buyers:
            return False
        return one.when is None or value_of(one.when, self) is True
