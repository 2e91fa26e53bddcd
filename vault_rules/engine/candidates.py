"""Step 6, who may be taken: every reason why an offer is no candidate at a step of one request's walk."""

from __future__ import annotations

from fractions import Fraction

import attrs

from vault_rules.domain.plan import Reason
from vault_rules.domain.rows import Offer, Request
from vault_rules.engine.eligibility import Eligibility, Standing, add_reason, missing, slope
from vault_rules.engine.program import Clauses, rule_ref
from vault_rules.engine.words import show
from vault_rules.engine.world import View, World
from vault_rules.semantics import typed
from vault_rules.semantics.meaning import value_of
from vault_rules.semantics.types import DATE, PRICE, RATIO


@attrs.define
class Candidacy:
    """An offer at one step of one walk: why it is none, or what it needs to be ordered and awarded.

    `failing` and `unknown` are gathered apart, since what is missing is said first.
    """

    view: View
    reasons: list[Reason]
    unknown: list[Reason] = attrs.field(factory=list)
    failing: list[Reason] = attrs.field(factory=list)
    reference: Fraction | None = None


class Candidates:
    """Asks each offer at each step."""

    def __init__(self, world: World, eligibility: Eligibility) -> None:
        self.world, self.eligibility = world, eligibility
        self.currency = world.day.policy.currency

    def ask(self, standing: Standing, request: Request, step: typed.Step, clauses: Clauses) -> Candidacy:
        """Every reason in the order of section 5; none where the offer is a candidate."""
        offer = standing.offer
        view = self.world.view(offer, request)
        found = Candidacy(view, self.eligibility.for_request(standing, request, view))
        self._spec(offer, request, found)
        self._terms(offer, request, found)
        self._when(step, clauses, found)
        self._premium(offer, step, clauses, found)
        for reason in (*found.unknown, *found.failing):
            add_reason(found.reasons, reason)
        return found

    def _spec(self, offer: Offer, request: Request, found: Candidacy) -> None:
        """What the request asks of the material: its form, and at least its purity."""
        if request.form is not None:
            if offer.form is None:
                found.unknown.append(Reason("missing:form"))
            elif offer.form != request.form:
                found.failing.append(Reason("spec", offer.form, request.form))
        if request.purity is not None:
            if offer.purity is None:
                found.unknown.append(Reason("missing:purity"))
            elif offer.purity < request.purity:
                texts = show(offer.purity, RATIO, self.currency), show(request.purity, RATIO, self.currency)
                add_reason(found.failing, Reason("spec", *texts))

    def _terms(self, offer: Offer, request: Request, found: Candidacy) -> None:
        """What it asks of the deal: delivery not after `need_by`, the offered price not above `max_price`."""
        if request.need_by is not None:
            if offer.delivery is None:
                found.unknown.append(Reason("missing:delivery"))
            elif offer.delivery > request.need_by:
                texts = show(offer.delivery, DATE, self.currency), show(request.need_by, DATE, self.currency)
                found.failing.append(Reason("late", *texts))
        if request.max_price is not None and offer.price > request.max_price:
            texts = show(offer.price, PRICE, self.currency), show(request.max_price, PRICE, self.currency)
            found.failing.append(Reason("max_price", *texts, request.max_price))

    def _when(self, step: typed.Step, clauses: Clauses, found: Candidacy) -> None:
        when: typed.Expr | None = clauses[step.number, "when"]
        if when is None:
            return
        held = value_of(when, found.view)
        span = clauses.spans[step.number, "when"]
        if held is None:
            found.unknown.extend(missing(when, found.view, span, f"when:{step.code}"))
        elif not held:
            found.failing.append(Reason(f"when:{step.code}", rule=rule_ref(span)))

    def _premium(self, offer: Offer, step: typed.Step, clauses: Clauses, found: Candidacy) -> None:
        """Compared price ≤ reference × (1 + ratio), for the first reference that is defined."""
        number = step.number
        ratio_expr: typed.Expr | None = clauses[number, "ratio"]
        if ratio_expr is None:
            return
        span = clauses.spans[number, "ratio"]
        values = (value_of(reference, found.view) for reference in clauses[number, "references"])
        found.reference = next((value for value in values if value is not None), None)
        if found.reference is None:
            if clauses[number, "if_none"] == "reject":
                found.failing.append(Reason(f"no_reference:{step.code}", rule=rule_ref(span)))
            return
        ratio = value_of(ratio_expr, found.view)
        if ratio is None:
            found.unknown.extend(missing(ratio_expr, found.view, span, "premium"))
            return
        highest, compared = found.reference * (1 + ratio), self.world.compared[offer.offer]
        if compared > highest:
            a, b = slope(self.world, offer)
            premium = show(compared / found.reference - 1, RATIO, "") if found.reference else None
            reason = Reason(f"premium:{step.code}", premium, show(ratio, RATIO, ""), (highest - b) / a, rule_ref(span))
            found.failing.append(reason)
