"""Who may sell a mineral on a day, before any offer is known."""

from __future__ import annotations

from fractions import Fraction

from vault_rules.domain.rows import BoundBook, Holding
from vault_rules.engine.program import Day
from vault_rules.engine.world import World


def depend_on_context(day: Day) -> bool:
    """Whether an exception decides about a route by what is in stock, needed or published."""
    routes = [rule.name for rule in day.rules if rule.kind == "route"]
    return any(one.when is not None for name in routes for one in day.exceptions_below(name))


def may_sell(day: Day, book: BoundBook, mineral: str) -> frozenset[str] | None:
    """The traders to whom a mineral is routed; None where it is open to all.

    An exception may read the benchmark, which differs by form: whoever may sell some form may be asked.
    """
    world = World(day, book)
    forms = {None, *(row.form for row in book.benchmarks if row.mineral == mineral)}
    found: set[str] = set()
    for form in forms:
        sellers = _sellers(world, mineral, form)
        if sellers is None:
            return None
        found |= sellers
    return frozenset(found)


def _sellers(world: World, mineral: str, form: str | None) -> frozenset[str] | None:
    view = world.view(Holding(mineral, Fraction(0), form=form))
    found: frozenset[str] | None = None
    for rule in world.day.rules_for(mineral)[0]:
        clauses = view.clauses(rule) if rule.kind == "route" else None
        if clauses is not None:
            sellers = frozenset().union(*clauses["sellers"])
            found = sellers if found is None else found & sellers
    return found
