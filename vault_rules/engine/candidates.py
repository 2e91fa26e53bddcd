"""Step 6, who may be taken: every reason why an offer is no candidate at a step of one request's walk."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import attrs

from vault_rules.domain.plan import Reason, RuleRef
from vault_rules.domain.rows import Offer, Request
from vault_rules.engine.eligibility import Eligibility, Standing, add_reason, missing, slope
from vault_rules.engine.program import Clauses, rule_ref
from vault_rules.engine.words import show
from vault_rules.engine.world import View, World
from vault_rules.semantics import typed
from vault_rules.semantics.meaning import value_of
from vault_rules.semantics.types import DATE, PRICE, RATIO, TEXT


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

    def settle(self) -> None:
        """Let `reasons` be all of them."""
        for reason in (*self.unknown, *self.failing):
            add_reason(self.reasons, reason)


@attrs.frozen
class Measure:
    """What the prices of offers are held to at a step: the first reference that is defined, and the premium over it."""

    reference: Fraction
    ratio: Fraction
    highest: Fraction
    code: str
    place: RuleRef | None

    def exceeded(self, compared: Fraction, line: tuple[Fraction, Fraction]) -> Reason:
        """Said of a compared price above the highest; `line` is A and B of the compared price `price * A + B`."""
        premium = show(compared / self.reference - 1, RATIO, "") if self.reference else None
        a, b = line
        return Reason(self.code, premium, show(self.ratio, RATIO, ""), (self.highest - b) / a, self.place)


STATED = {
    "form": ("form", "spec", TEXT),
    "purity": ("purity", "spec", RATIO),
    "delivery": ("need_by", "late", DATE),
    "price": ("max_price", "max_price", PRICE),
}
"""The columns of an offer that a request may state something of: what states it, the code, and how it is shown."""


def unmet(name: str, value: Any, request: Request, currency: str) -> Reason | None:
    """What is said of an offer's value in one of these columns, if it does not meet what the request states.

    The form must be the same, the purity at least as high, the delivery not after `need_by`, the offered price not
    above `max_price`.
    """
    stated, code, kind = STATED[name]
    asked = getattr(request, stated)
    if asked is None:
        return None
    if value is None:
        return Reason(f"missing:{name}")
    if value == asked if name == "form" else value >= asked if name == "purity" else value <= asked:
        return None
    flip = asked if name == "price" else None
    return Reason(code, show(value, kind, currency), show(asked, kind, currency), flip)


class Candidates:
    """Asks each offer at each step."""

    def __init__(self, world: World, eligibility: Eligibility) -> None:
        self.world, self.eligibility = world, eligibility
        self.currency = world.day.policy.currency

    def ask(self, standing: Standing, request: Request, step: typed.Step, clauses: Clauses) -> Candidacy:
        """Every reason in the order of section 5; none where the offer is a candidate."""
        offer = standing.offer
        found = self.for_request(standing, request)
        for name in STATED:
            reason = unmet(name, getattr(offer, name), request, self.currency)
            if reason is not None:
                (found.unknown if reason.code.startswith("missing:") else found.failing).append(reason)
        self.judge_when(step, clauses, found)
        self.judge_premium(offer, step, clauses, found)
        found.settle()
        return found

    def for_request(self, standing: Standing, request: Request) -> Candidacy:
        """What the rules that are judged for each request say."""
        view = self.world.view(standing.offer, request)
        return Candidacy(view, self.eligibility.for_request(standing, request, view))

    def judge_when(self, step: typed.Step, clauses: Clauses, found: Candidacy) -> None:
        """What the step's own condition says."""
        when: typed.Expr | None = clauses[step.number, "when"]
        if when is None:
            return
        held = value_of(when, found.view)
        span = clauses.spans[step.number, "when"]
        if held is None:
            found.unknown.extend(missing(when, found.view, span, f"when:{step.code}"))
        elif not held:
            found.failing.append(Reason(f"when:{step.code}", rule=rule_ref(span)))

    def judge_premium(self, offer: Offer, step: typed.Step, clauses: Clauses, found: Candidacy) -> None:
        """Compared price ≤ reference × (1 + ratio), for the first reference that is defined."""
        measure, compared = self.measure(step, clauses, found), self.world.compared[offer.offer]
        if measure is not None and compared > measure.highest:
            found.failing.append(measure.exceeded(compared, slope(self.world, offer)))

    def measure(self, step: typed.Step, clauses: Clauses, found: Candidacy) -> Measure | None:
        """What a premium is measured by; None where nothing is, or it cannot be said."""
        number = step.number
        ratio_expr: typed.Expr | None = clauses[number, "ratio"]
        if ratio_expr is None:
            return None
        span = clauses.spans[number, "ratio"]
        values = (value_of(reference, found.view) for reference in clauses[number, "references"])
        found.reference = next((value for value in values if value is not None), None)
        if found.reference is None:
            if clauses[number, "if_none"] == "reject":
                found.failing.append(Reason(f"no_reference:{step.code}", rule=rule_ref(span)))
            return None
        ratio = value_of(ratio_expr, found.view)
        if ratio is None:
            found.unknown.extend(missing(ratio_expr, found.view, span, "premium"))
            return None
        highest = found.reference * (1 + ratio)
        return Measure(found.reference, ratio, highest, f"premium:{step.code}", rule_ref(span))
