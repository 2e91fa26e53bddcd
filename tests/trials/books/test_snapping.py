"""A figure moved to where a comparison changes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from tests.support.policies import AS_OF, policy
from vault_rules.domain.rows import BoundBook, Offer, Request
from vault_rules.engine.world import View, World
from vault_rules.semantics import typed
from vault_rules.trials.books.choosing import Chooser
from vault_rules.trials.books.edges import edges_of
from vault_rules.trials.books.regimes import all_rules
from vault_rules.trials.books.snapping import boundary, snap

OFFER = {"offer": "a", "trader": "t", "mineral": "cobalt", "price": Fraction(10), "quantity": Fraction(100)}
REQUEST = Request("r", "gm", "cobalt", Fraction(40))


class First(Chooser):
    """Always the first."""

    def below(self, end: int) -> int:
        return 0


def snapped(rule: str, column: str, kind: str, value: Any) -> Any:
    """What becomes of a column that a rule compares."""
    found = policy(f"mineral cobalt\nwaterfall w {{ take all }}\n{rule}")
    comparisons = edges_of(found.typed, "cobalt", all_rules(found.typed)).comparisons
    world = World(found.program.on(AS_OF), BoundBook((), (REQUEST,), (), (), (), (), {"USD": Fraction(1)}, ""))
    row = {**OFFER, column: value}

    def view(changed: Mapping[str, Any]) -> View:
        return world.view(Offer(**changed), REQUEST)

    snap(row, ("offer",), {column: kind}, comparisons, First(), view)
    return row[column]


@pytest.mark.parametrize(
    ("rule", "column", "kind", "value", "wanted"),
    [
        ("forbid a: price > 55 USD/kg", "price", "price", Fraction(10), Fraction(55)),
        ("forbid a: price * 1.08 + 2 USD/kg > 56 USD/kg", "price", "price", Fraction(10), Fraction(50)),
        ("forbid a: quantity < 25% of request.quantity", "quantity", "mass", Fraction(100), Fraction(10)),
        ("forbid a: 2 * quantity < request.quantity", "quantity", "mass", Fraction(100), Fraction(20)),
        ("require a: delivery - today >= 2 weeks", "delivery", "date", date(2028, 1, 1), date(2027, 8, 15)),
        ("require a: purity >= 99.5%", "purity", "purity", Fraction(1, 2), Fraction("0.995")),
    ],
)
def test_the_value_at_which_both_sides_are_equal_is_found(
    rule: str, column: str, kind: str, value: Any, wanted: Any
) -> None:
    assert snapped(rule, column, kind, value) == wanted


def test_what_cannot_be_is_left_as_it_was() -> None:
    assert snapped("forbid a: price + 60 USD/kg > 50 USD/kg", "price", "price", Fraction(10)) == 10
    assert snapped("require a: purity >= 99.5% or origin = US", "price", "price", Fraction(10)) == 10
    assert snapped("require a: purity <= 180%", "purity", "purity", Fraction(1, 2)) == Fraction(1, 2)


def test_a_comparison_that_the_column_does_not_move_has_no_boundary() -> None:
    found = policy("mineral cobalt\nwaterfall w { take all }\nforbid a: price - price > 5 USD/kg").typed
    call = found.rules[0].clauses["condition"]
    assert isinstance(call, typed.Call)
    world = World(policy("waterfall w { take all }").program.on(AS_OF), BoundBook((), (), (), (), (), (), {}, ""))
    assert boundary(call, lambda value: world.view(Offer(**{**OFFER, "price": value})), Fraction(10)) is None
