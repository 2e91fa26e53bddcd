"""What a verdict carries: the actual value, the limit, and the price at which it would fall."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import attrs

from vault_rules.engine.words import show
from vault_rules.engine.world import View
from vault_rules.semantics import typed
from vault_rules.semantics.meaning import value_of

_COMPARISONS = ("=", "!=", "<", "<=", ">", ">=")


def comparison_texts(condition: typed.Expr, view: View) -> tuple[str | None, str | None]:
    """Actual value and limit of a single comparison, with units; None, None for any other condition."""
    condition = typed.unwatched(condition)
    if isinstance(condition, typed.LetRef):
        return comparison_texts(view.let_expression(condition.name), view)
    if not isinstance(condition, typed.Call) or condition.operator not in _COMPARISONS:
        return None, None
    currency = view.world.day.policy.currency
    left, right = (show(value_of(side, view), side.type, currency) for side in condition.arguments)
    if isinstance(condition.arguments[0], typed.Const) and not isinstance(condition.arguments[1], typed.Const):
        return right, left
    return left, right


def _comparisons(expr: typed.Expr, view: View) -> Iterator[typed.Call]:
    """The comparisons in a condition and in the lets that it reads, each let once."""
    seen: set[str] = set()
    queue = [expr]
    while queue:
        for one in typed.walk(queue.pop()):
            if isinstance(one, typed.LetRef) and one.name not in seen:
                seen.add(one.name)
                queue.append(view.let_expression(one.name))
            elif isinstance(one, typed.Call) and one.operator in _COMPARISONS:
                yield one


def flip_of_condition(condition: typed.Expr, view: View, wanted: bool) -> Fraction | None:
    """The highest offered price at which a condition has the value wanted, all else as it is.

    None where price does not decide. Between the prices at which one of its comparisons turns, a condition does not
    change: so only those are tried, from the highest down. None also where it holds at any price above, or where the
    highest such price is not itself one.
    """
    prices = turning_prices(condition, view)
    if not prices or _holds(condition, view, prices[0] + 1, wanted):
        return None
    for at, price in enumerate(prices):
        if _holds(condition, view, price, wanted):
            return price
        lower = prices[at + 1] if at + 1 < len(prices) else Fraction(0)
        if _holds(condition, view, (price + lower) / 2, wanted):
            return None
    return None


def turning_prices(condition: typed.Expr, view: View) -> list[Fraction]:
    """The offered prices at which a comparison in a condition turns, from the highest down."""
    roots = (_root(one, view) for one in _comparisons(condition, view))
    return sorted({one for one in roots if one is not None and one > 0}, reverse=True)


def _holds(condition: typed.Expr, view: View, price: Fraction, wanted: bool) -> bool:
    return value_of(condition, attrs.evolve(view, price=price)) is wanted


def _root(one: typed.Call, view: View) -> Fraction | None:
    """The price at which both sides are equal, where their difference is a straight line in the price."""
    differences = []
    for price in (0, 1, 2):
        sides = [value_of(side, attrs.evolve(view, price=Fraction(price))) for side in one.arguments]
        if not all(isinstance(side, Fraction) for side in sides):
            return None
        differences.append(sides[0] - sides[1])
    step = differences[1] - differences[0]
    if step == 0 or differences[2] - differences[1] != step:
        return None
    return Fraction(-differences[0] / step)
