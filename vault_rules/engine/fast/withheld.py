"""What kept an offer that was asked from giving anything: what its share and each cap allowed at that moment."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING, Any

import attrs

from vault_rules.domain.plan import Reason
from vault_rules.engine.fast.alike import Columns
from vault_rules.engine.fast.counted_by import Counting
from vault_rules.engine.fast.rooms import Bound
from vault_rules.engine.fast.tallies import UNKNOWN, Finer, Tallies
from vault_rules.engine.fast.walk import Blocked, Walk
from vault_rules.engine.taking import share_left, share_reached, taken
from vault_rules.semantics import typed
from vault_rules.semantics.meaning import value_of
from vault_rules.semantics.types import MASS, MONEY

if TYPE_CHECKING:
    from vault_rules.engine.fast.serving import Serving

Given = Callable[[Walk, Blocked], tuple[int, int]]
"""What the step, and all steps, had given the request at a moment, in whole units."""


@attrs.frozen(eq=False)
class Allowed:
    """What a share or a cap allowed, in units of mass: the code where that is the least, and what is said then."""

    quantity: Any
    code: str
    say: Callable[[], Reason]


@attrs.frozen
class _Sold:
    """How an offer is sold: the part of it that `taken` looks at."""

    lot: Fraction | None
    min_quantity: Fraction | None


def allowed_then(
    serving: Serving, given: Given, walk: Walk, one: Blocked, columns: Columns, at: int
) -> list[Allowed] | None:
    """What the share and each cap allowed an offer; None where whole numbers do not say it.

    The offer stands `at` a place in `columns`, which are what walks look at.
    """
    serving.tallies.history.spell_out()
    found: list[Allowed] = []
    share: typed.Share | None = walk.clauses[one.step, "share"]
    if share is not None:
        ratio = _ratio(serving, share, walk)
        if ratio is None:
            return None
        found += _by_share(serving, share, ratio, walk, one, given(walk, one))
    for cap in serving.counted_by.of(walk.request):
        try:
            bound = cap.at(columns, at)
        except Finer:  # nobody asked this cap before, since the offer had too little to give
            return None
        if bound is UNKNOWN:
            return None
        if isinstance(bound, Bound):
            found.append(_by_cap(serving, cap, bound, one.after, columns["#price"][at]))
    return found


def _ratio(serving: Serving, share: typed.Share, walk: Walk) -> Fraction | None:
    """A share's ratio, where it is the same for all offers and known."""
    if serving.asks_each(share.ratio):
        return None
    found: Fraction | None = value_of(share.ratio, serving.world.view(None, walk.request))
    return found


def _by_share(
    serving: Serving, share: typed.Share, ratio: Fraction, walk: Walk, one: Blocked, given: tuple[int, int]
) -> list[Allowed]:
    mass, request = serving.mass, walk.request
    step = next(step for step in walk.clauses["steps"] if step.number == one.step)
    in_step, awarded = (total * mass for total in given)
    rest = share_left(ratio, share, request.quantity, in_step, awarded)
    if rest is None:
        return []
    say = partial(share_reached, step, in_step, ratio, walk.clauses.spans[one.step, "share"])
    return [Allowed(rest / mass, f"share:{step.code}", say)]


def _by_cap(serving: Serving, cap: Counting, bound: Bound, after: int, price: int) -> Allowed:
    tallies, used = serving.tallies, bound.room.then(after)
    say = partial(_cap_reached, tallies, cap, bound, used)
    return Allowed(tallies.allowed(bound, used, price), cap.code, say)


def _cap_reached(tallies: Tallies, cap: Counting, bound: Bound, used: int) -> Reason:
    assert cap.clauses is not None
    unit, kind = (tallies.cash, MONEY) if bound.money else (tallies.mass, MASS)
    return tallies.caps.reason(cap.tally.rule, cap.clauses, (used * unit, bound.limit * unit), kind)


def reasons(serving: Serving, given: Given, walk: Walk, one: Blocked, columns: Columns, at: int) -> list[Reason] | None:
    """Why the offer could give nothing; None where it has to be asked."""
    allowed = allowed_then(serving, given, walk, one, columns, at)
    if allowed is None:
        return None
    mass = serving.mass
    lot, least = columns["#lot"][at], columns["#min_quantity"][at]
    sold = _Sold(None if lot is None else lot * mass, None if least is None else least * mass)
    wanted = min(walk.wanted - given(walk, one)[1], one.has) * mass
    return taken(sold, wanted, [(one.quantity * mass, one.say) for one in allowed], serving.least_award)[1]
