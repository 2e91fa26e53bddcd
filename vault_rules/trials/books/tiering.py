"""What puts an offer into each tier: found by trying one value of every kind between which the policy tells apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import islice, product
from typing import Any

from vault_rules.domain.rows import BoundBook, Offer
from vault_rules.engine.program import Day
from vault_rules.engine.world import View, World
from vault_rules.errors import EvaluationError
from vault_rules.semantics import typed
from vault_rules.semantics.meaning import value_of

_MOST = 300
"""So many combinations of values are tried."""
Recipes = Mapping[str, Sequence[Mapping[str, Sequence[Any]]]]
"""For each tier the combinations that lead to it: for each column the values of which any one will do."""


def recipes(day: Day, mineral: str, choices: Mapping[str, Sequence[Sequence[Any]]]) -> Recipes:
    """The combinations that lead to each tier; `choices` are groups of values by column."""
    found: dict[str, list[Mapping[str, Sequence[Any]]]] = {}
    rates = _AnyRate({day.policy.currency: Fraction(1)})
    world = World(day, BoundBook((), (), (), (), (), (), rates, ""))
    for combination in islice(product(*choices.values()), _MOST):
        values = dict(zip(choices, combination, strict=True))
        tier = _tier(world, mineral, {column: group[0] for column, group in values.items()})
        if tier is not None:
            found.setdefault(tier, []).append(values)
    return found


class _AnyRate(dict[str, Fraction]):
    """Exchange rates of a world without a book."""

    def get(self, key: str, default: Any = None) -> Any:
        return Fraction(1)


def _tier(world: World, mineral: str, values: Mapping[str, Any]) -> str | None:
    """The first tier that holds for an offer of which nothing else is known."""
    fields = world.day.policy.fields
    own: dict[str, Any] = {"offer": "", "trader": "", "price": Fraction(1), "quantity": Fraction(1), "mineral": mineral}
    own |= {name: value for name, value in values.items() if name not in fields}
    offer = Offer(**own, fields={name: value for name, value in values.items() if name in fields})
    world.compared[""] = offer.price
    view = world.view(offer)
    for rule in world.day.tiers:
        clauses = view.clauses(rule) if rule.scope.has_mineral(mineral) else None
        if clauses is not None:
            condition: typed.Expr | None = clauses["when"]
            held = True if condition is None else _held(condition, view)
            if held is not False:
                return rule.name if held else None
    return None


def _held(condition: typed.Expr, view: View) -> bool | None:
    try:
        held: bool | None = value_of(condition, view)
    except EvaluationError:
        return None
    return held
