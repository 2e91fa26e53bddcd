"""Step 6, from each candidate: the least of need, what is left, the share and the caps; then lots; then the minima."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import partial
from typing import Protocol

from vault_rules.domain.plan import Reason
from vault_rules.domain.rows import Offer
from vault_rules.engine.eligibility import add_reason, missing
from vault_rules.engine.limits import Caps, floor_mg
from vault_rules.engine.program import Clauses, rule_ref
from vault_rules.engine.words import show
from vault_rules.engine.world import View
from vault_rules.semantics import typed
from vault_rules.semantics.meaning import value_of
from vault_rules.semantics.types import MASS, RATIO
from vault_rules.source.text import Span

Limit = tuple[Fraction, Callable[[], Reason]]
"""A mass, and what is said where it is the least."""


class Sold(Protocol):
    """How an offer is sold: masses."""

    @property
    def lot(self) -> Fraction | None: ...

    @property
    def min_quantity(self) -> Fraction | None: ...


def taken(
    offer: Sold, wanted: Fraction, limits: Sequence[Limit], least_award: Fraction
) -> tuple[Fraction, list[Reason]]:
    """What is taken of an offer, and why it is not all that was wanted."""
    least = min([wanted, *(quantity for quantity, _ in limits)])
    reasons = [say() for quantity, say in limits if quantity == least < wanted]
    quantity = least
    if offer.lot is not None:
        quantity = least // offer.lot * offer.lot
        if quantity < least:
            reasons.append(_cut("lot", least, offer.lot))
    minimum = max(offer.min_quantity or Fraction(0), least_award)
    if 0 < quantity < minimum:
        reasons.append(_cut("min_quantity", quantity, minimum))
        quantity = Fraction(0)
    return quantity, reasons


def _cut(code: str, actual: Fraction, limit: Fraction) -> Reason:
    return Reason(code, show(actual, MASS, ""), show(limit, MASS, ""))


def allowed(
    step: typed.Step, clauses: Clauses, view: View, caps: Caps, given: Fraction, awarded: Fraction
) -> tuple[list[Limit], list[Reason]]:
    """What a step's share and each cap still allow an offer, each with the reason where it binds; or what is missing.

    `given` is what the step has given the request, `awarded` all that it has been awarded.
    """
    offer, request = view.offer, view.request
    assert isinstance(offer, Offer) and request is not None
    found: list[Limit] = []
    unknown: list[Reason] = []
    share: typed.Share | None = clauses[step.number, "share"]
    if share is not None:
        ratio, span = value_of(share.ratio, view), clauses.spans[step.number, "share"]
        if ratio is None:
            unknown.extend(missing(share.ratio, view, span, "share"))
        else:
            rest = share_left(ratio, share, request.quantity, given, awarded)
            if rest is not None:
                found.append((rest, partial(share_reached, step, given, ratio, span)))
    for allowance in caps.allowances(offer, request, view):
        for reason in allowance.missing:
            add_reason(unknown, reason)
        found.append((allowance.quantity, allowance.say))
    return found, unknown


def share_reached(step: typed.Step, given: Fraction, ratio: Fraction, span: Span) -> Reason:
    """Said where a step's share is used up."""
    return Reason(f"share:{step.code}", show(given, MASS, ""), show(ratio, RATIO, ""), None, rule_ref(span))


def share_left(
    ratio: Fraction, share: typed.Share, requested: Fraction, taken: Fraction, awarded: Fraction
) -> Fraction | None:
    """What a step's share still allows, having taken so much; None where it allows everything.

    `of awarded`: the step's part of all that the request has been awarded, this award included, stays at most the
    ratio: taken + t ≤ ratio × (awarded + t).
    """
    if not share.of_awarded:
        return floor_mg(ratio * requested - taken)
    if ratio >= 1:
        return None
    return floor_mg((ratio * awarded - taken) / (1 - ratio))
