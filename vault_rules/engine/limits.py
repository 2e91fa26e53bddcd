"""Step 7: what each cap still allows. Denominators are fixed before the first award; a cap is never exceeded.

What counts as used: this evaluation's awards; holdings, in `stock` and `of stock`; and prior awards. Of these, a period
counts those dated in it; `of requested`, `of demand`, `of stock` and `of purchased` those that carry a request of this
book; an absolute limit without a period all of them; `stock` those not yet received.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import Any

import attrs

from vault_rules.domain.exact import has_end, invoice, total
from vault_rules.domain.plan import Reason
from vault_rules.domain.rows import Holding, Offer, PriorAward, Request
from vault_rules.engine.eligibility import missing
from vault_rules.engine.program import Clauses, rule_ref
from vault_rules.engine.words import show
from vault_rules.engine.world import DAYS_IN_YEAR, Row, View, World
from vault_rules.semantics import typed
from vault_rules.semantics.meaning import value_of
from vault_rules.semantics.operators import fiscal_year
from vault_rules.semantics.types import MASS, MONEY, Type

MILLIGRAMS = 1_000_000
Group = tuple[Any, ...]


def floor_mg(mass: Fraction) -> Fraction:
    """Down to whole milligrams; never below zero."""
    return Fraction(max(0, mass.numerator * MILLIGRAMS // mass.denominator), MILLIGRAMS)


@attrs.frozen
class Entry:
    """Something a cap counts: an award made now or before, or a holding. `cost` as invoiced."""

    row: Row
    request: Request | None
    buyer: str | None
    quantity: Fraction
    cost: Fraction


@attrs.define
class Allowance:
    """What one cap still allows of an offer to a request: a mass, or why it cannot be known."""

    rule: typed.Rule
    quantity: Fraction
    say: Callable[[], Reason]
    """What is said where it binds: few do, and texts take time."""
    missing: list[Reason] = attrs.field(factory=list)


class Caps:
    """All caps and targets in force, and what they have counted so far."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.hard = [rule for rule in world.day.caps if rule.kind == "cap" and not rule.advisory]
        self.entries = [*self._prior(), *self._held(), *self._given()]
        self._used: dict[Any, dict[Group, Fraction]] = {}
        self.purchases: dict[Any, Any] = {}
        """What findings add up of the entries, once all are there."""
        self._bases: dict[tuple[typed.Scope, str | None, str | None], Fraction] = {}
        self._variants: dict[Any, tuple[typed.Rule, Clauses]] = {}

    def _prior(self) -> Iterator[Entry]:
        for award in self.world.prior:
            request = self.world.requests.get(award.request or "")
            buyer = award.buyer or (request.buyer if request else None)
            yield Entry(award, request, buyer, award.quantity, award.cost)

    def _held(self) -> Iterator[Entry]:
        for holding in self.world.book.holdings:
            yield Entry(holding, None, None, holding.quantity, Fraction(0))

    def _given(self) -> Iterator[Entry]:
        for offer, award in () if self.world.again is None else self.world.again.given:
            request = self.world.requests.get(award.request)
            self.world.tier_of[award.offer] = award.tier
            yield Entry(offer, request, award.buyer, award.quantity, Fraction(award.cost))

    # ---- counting -------------------------------------------------------------------------------------------------

    def counts(self, entry: Entry, clauses: Clauses) -> bool:
        """Whether a cap counts an entry at all, whatever its scope and `where`."""
        limit: typed.Limit | None = clauses["limit"]
        of, row = limit.of if limit else None, entry.row
        if isinstance(row, Holding):
            return clauses["measure"] == "stock" or of == "stock"
        if not isinstance(row, PriorAward):
            return True
        if clauses["measure"] == "stock":
            return self.world.on_order(row)
        if clauses["period"] is not None:
            return self._period(row.date, clauses["period"]) == self._period(self.world.as_of, clauses["period"])
        return of is None or entry.request is not None

    def _period(self, day: date, period: str) -> tuple[int, ...]:
        if period == "fiscal_year":
            return (fiscal_year(day, self.world.day.policy.fiscal_year),)
        parts = {"year": (day.year,), "quarter": (day.year, (day.month + 2) // 3), "month": (day.year, day.month)}
        return parts[period]

    def view_of(self, entry: Entry) -> View:
        return self.world.view(entry.row, entry.request, buyer=entry.buyer)

    def group(self, clauses: Clauses, view: View) -> Group:
        """The values that a cap counts apart: what stands after `per`, then after `by`."""
        columns = [*(clauses["per"] or ()), *([clauses["by"]] if clauses["by"] is not None else [])]
        return tuple(self._cell(column, view) for column in columns)

    def _cell(self, column: typed.Column, view: View) -> Any:
        """What a row holds in a column; a declared field that is blank has its `else`."""
        value = view.column(column)
        field = self.world.day.policy.fields.get(column.name) if column.owner == "field" else None
        return value_of(field.default, view) if value is None and field is not None and field.default else value

    def used(self, rule: typed.Rule, clauses: Clauses) -> dict[Group, Fraction]:
        """What is counted so far, by group. Rows with an unknown `where` or a blank group are not counted anywhere."""
        key = (rule.name, clauses.exceptions)
        if key not in self._used:
            self._used[key], self._variants[key] = {}, (rule, clauses)
            for entry in self.entries:
                self._count(self._used[key], rule, clauses, entry)
        return self._used[key]

    def used_in(self, rule: typed.Rule, clauses: Clauses, group: Group) -> Fraction:
        """What is counted so far in one group."""
        return self.used(rule, clauses).get(group, Fraction(0))

    def _count(self, used: dict[Group, Fraction], rule: typed.Rule, clauses: Clauses, entry: Entry) -> None:
        if not rule.scope.holds(entry.row.mineral, entry.buyer) or not self.counts(entry, clauses):
            return
        view = self.view_of(entry)
        if clauses["where"] is not None and value_of(clauses["where"], view) is not True:
            return
        group = self.group(clauses, view)
        if None not in group:
            amount = entry.cost if clauses["measure"] in ("spend", "value share") else entry.quantity
            used[group] = used.get(group, Fraction(0)) + amount

    def award(self, offer: Offer, request: Request, quantity: Fraction, cost: Decimal) -> None:
        """Count an award."""
        entry = Entry(offer, request, request.buyer, quantity, Fraction(cost))
        self.entries.append(entry)
        for key, (rule, clauses) in self._variants.items():
            self._count(self._used[key], rule, clauses, entry)

    # ---- limits ---------------------------------------------------------------------------------------------------

    def base(
        self, rule: typed.Rule, of: str | None, mineral: str | None, buyer: str | None, period: str | None = None
    ) -> Fraction | None:
        """The denominator in kg; None where demand is not known."""
        scope = rule.scope
        if of == "demand":
            known = [mass for name, mass in self.world.demand.items() if scope.has_mineral(name)]
            if mineral is not None:
                return self.world.demand.get(mineral)
            return sum(known, Fraction(0)) if known else None
        requested = self._requested(scope, mineral, buyer)
        if of == "stock" and scope.buyers is None:  # what is held is nobody's: `for buyers` narrows both sides
            held = self.world.held.items()
            return requested + total(
                mass for name, mass in held if name == (mineral or name) and scope.has_mineral(name)
            )
        return requested

    def _requested(self, scope: typed.Scope, mineral: str | None, buyer: str | None) -> Fraction:
        key = (scope, mineral, buyer)
        if key not in self._bases:
            minerals = self.world.requested_by if mineral is None else (mineral,)
            self._bases[key] = total(
                quantity
                for name in minerals
                for who, quantity in self.world.requested_by.get(name, {}).items()
                if (buyer is None or who == buyer) and scope.holds(name, who)
            )
        return self._bases[key]

    def limit(self, rule: typed.Rule, clauses: Clauses, view: View) -> tuple[Fraction | None, typed.Expr]:
        """The limit in kg, or in money for `spend`; None where it is unknown."""
        limit: typed.Limit = clauses["limit"]
        value = value_of(limit.value, view)
        if limit.of is None or value is None:
            return value, limit.value
        names = {column.name: view.column(column) for column in clauses["per"] or ()}
        base = self.base(rule, limit.of, names.get("mineral"), names.get("buyer"))
        if base is None:
            return None, typed.Context(limit.value.type, "demand", span=limit.value.span)
        return base * share_of_year(value, limit.value), limit.value

    def allowances(self, offer: Offer, request: Request, view: View) -> Iterator[Allowance]:
        """What each hard cap that counts this offer for this request still allows."""
        for rule in self.hard:
            if not rule.scope.holds(request.mineral, request.buyer):
                continue
            clauses = view.clauses(rule)
            if clauses is not None:
                found = self._allowance(rule, clauses, offer, view)
                if found is not None:
                    yield found

    def touch(self, request: Request, view: View) -> None:
        """Ask all that decides what caps allow an award, so that the view knows which exceptions had a part in it."""
        for rule in self.hard:
            clauses = view.clauses(rule) if rule.scope.holds(request.mineral, request.buyer) else None
            if clauses is None or (clauses["where"] is not None and value_of(clauses["where"], view) is not True):
                continue
            self.group(clauses, view)
            self.limit(rule, clauses, view)

    def _allowance(self, rule: typed.Rule, clauses: Clauses, offer: Offer, view: View) -> Allowance | None:
        where: typed.Expr | None = clauses["where"]
        span = clauses.spans["limit"]
        counted = True if where is None else value_of(where, view)
        if counted is False:
            return None
        none = Allowance(rule, Fraction(0), lambda: Reason(f"cap:{rule.name}", rule=rule_ref(span)))
        if counted is None and where is not None:
            none.missing = list(missing(where, view, span, rule.name))
            return none
        group = self.group(clauses, view)
        if None in group:
            columns = [*(clauses["per"] or ()), *([clauses["by"]] if clauses["by"] is not None else [])]
            none.missing = [
                Reason(f"missing:{column.name}", rule=rule_ref(span))
                for column, value in zip(columns, group, strict=True)
                if value is None
            ]
            return none
        limit, source = self.limit(rule, clauses, view)
        if limit is None:
            none.missing = list(missing(source, view, span, rule.name))
            return none
        used = self.used_in(rule, clauses, group)
        return self._measured(rule, clauses, offer, limit, used)

    def _measured(self, rule: typed.Rule, clauses: Clauses, offer: Offer, limit: Fraction, used: Fraction) -> Allowance:
        if clauses["measure"] == "spend":
            quantity = affordable(limit - used, offer.price)
            kind = MONEY
        else:
            rest = limit - used
            quantity = (
                floor_mg(rest) if clauses["limit"].of is not None or not has_end(rest) else max(rest, Fraction(0))
            )
            kind = MASS
        return Allowance(rule, quantity, partial(self.reason, rule, clauses, (used, limit), kind))

    def reason(self, rule: typed.Rule, clauses: Clauses, sides: tuple[Fraction, Fraction], kind: Type) -> Reason:
        """What is said where a cap binds: what was used, and the limit."""
        used, limit = (show(one, kind, self.world.day.policy.currency) for one in sides)
        return Reason(f"cap:{rule.name}", used, limit, None, rule_ref(clauses.spans["limit"]))


def share_of_year(value: Fraction, expr: typed.Expr) -> Fraction:
    """A ratio as it is; so many days or months as their part of a year."""
    return value / {"days": DAYS_IN_YEAR, "months": 12}.get(expr.type.kind, 1)


def affordable(money: Fraction, price: Fraction) -> Fraction:
    """floor(money / price) in whole milligrams; less where the invoice, rounded to cents, would exceed the money."""
    quantity = floor_mg(money / price)
    if Fraction(invoice(quantity * price)) <= money:
        return quantity
    cents = Fraction(money.numerator * 100 // money.denominator, 100)
    return floor_mg(cents / price)
