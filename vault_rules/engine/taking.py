"""Step 6, from each candidate: the least of need, what is left, the share and the caps; then lots; then the minima."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from vault_rules.domain.plan import Reason
from vault_rules.domain.rows import Offer
from vault_rules.engine.limits import floor_mg
from vault_rules.engine.words import show
from vault_rules.semantics import typed
from vault_rules.semantics.types import MASS


def taken(
    offer: Offer, wanted: Fraction, allowed: Sequence[tuple[Fraction, Reason]], least_award: Fraction
) -> tuple[Fraction, list[Reason]]:
    """What is taken of an offer, and why it is not all that was wanted."""
    least = min([wanted, *(quantity for quantity, _ in allowed)])
    reasons = [reason for quantity, reason in allowed if quantity == least < wanted]
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
