"""To which prices an offer's price rises or falls: where something about it could turn, and one nano-unit past it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction

from vault_rules.domain.rows import Offer
from vault_rules.engine.eligibility import slope
from vault_rules.engine.judge import turning_prices
from vault_rules.engine.program import Clauses
from vault_rules.engine.world import View
from vault_rules.semantics import typed
from vault_rules.semantics.meaning import value_of
from vault_rules.trials.laws.situation import Situation

NANO = Fraction(1, 10**9)
"""The least step of a price that is tried, in the policy's currency per kilogram."""
_NEAREST = 3
"""How many limits are tried of those above, or below, the price."""


def risen(offer: Offer, situation: Situation) -> list[Fraction]:
    """A nano-unit more; each of the nearest limits above, exactly and a nano-unit past it; the double."""
    above = [one for one in limits(offer, situation) if one >= offer.price][:_NEAREST]
    found = {offer.price + NANO, *above, *(one + NANO for one in above), 2 * offer.price}
    return sorted(one for one in found if one > offer.price)


def fallen(offer: Offer, situation: Situation) -> list[Fraction]:
    """A nano-unit less; each of the nearest limits below, exactly and a nano-unit past it; the half."""
    below = [one for one in reversed(limits(offer, situation)) if one <= offer.price][:_NEAREST]
    found = {offer.price - NANO, *below, *(one - NANO for one in below), offer.price / 2}
    return sorted((one for one in found if 0 < one < offer.price), reverse=True)


def limits(offer: Offer, situation: Situation) -> list[Fraction]:
    """The offered prices at which something could turn, ascending: the compared prices of other offers of the mineral,
    what its requests pay at most, the premiums of the steps that take it, and what conditions compare the price with.
    """
    found = {one for one in (*_of_others(offer, situation), *_of_requests(offer, situation)) if one > 0}
    return sorted(found)


def _of_others(offer: Offer, situation: Situation) -> Iterator[Fraction]:
    world = situation.world
    if offer.offer not in world.compared:
        return
    factor, plus = slope(world, offer)
    for other in situation.book.offers:
        if other.mineral == offer.mineral and other is not offer and other.offer in world.compared:
            yield (world.compared[other.offer] - plus) / factor


def _of_requests(offer: Offer, situation: Situation) -> Iterator[Fraction]:
    world, evaluation = situation.world, situation.evaluation
    rules = [one for one in (*world.day.rules, *world.day.tiers) if one.scope.has_mineral(offer.mineral)]
    for request in situation.book.requests:
        if request.mineral == offer.mineral:
            view = world.view(offer, request)
            yield from _of_rules(rules, view)
            if request.max_price is not None:
                yield request.max_price
            clauses = evaluation.waterfall_for(request)[1]
            for step in clauses["steps"]:
                if world.tier_of.get(offer.offer) in step.tiers:
                    yield from _of_step(clauses, step.number, view)


def _of_rules(rules: Iterable[typed.Rule], view: View) -> Iterator[Fraction]:
    for rule in rules:
        clauses = None if rule.kind == "route" else view.clauses(rule)
        if clauses is not None:
            yield from _turning(clauses["condition"] or clauses["when"], view)


def _of_step(clauses: Clauses, number: int, view: View) -> Iterator[Fraction]:
    """Where its `when` turns, and the highest price within its premium."""
    assert isinstance(view.offer, Offer)
    yield from _turning(clauses[number, "when"], view)
    values = (value_of(one, view) for one in clauses[number, "references"] or ())
    reference = next((one for one in values if one is not None), None)
    if reference is not None:
        ratio = value_of(clauses[number, "ratio"], view)
        if ratio is not None:
            factor, plus = slope(view.world, view.offer)
            yield (reference * (1 + ratio) - plus) / factor


def _turning(condition: typed.Expr | None, view: View) -> list[Fraction]:
    return turning_prices(condition, view) if condition is not None and _reads_price(condition, view) else []


def _reads_price(expr: typed.Expr, view: View) -> bool:
    for one in typed.walk(expr):
        if isinstance(one, typed.Column) and one.owner == "offer" and one.name in ("price", "compared"):
            return True
        if isinstance(one, typed.LetRef) and _reads_price(view.let_expression(one.name), view):
            return True
    return False
