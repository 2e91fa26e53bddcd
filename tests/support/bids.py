"""Small solicitations for the packs that evaluate offers on price: drawn, and evaluated."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import attrs
import hypothesis.strategies as st

from vault_rules import api
from vault_rules.trials.draft import Draft, Table, evaluate_draft

NANO = Fraction(1, 10**9)
ENOUGH = st.just(10)
FEW = st.integers(1, 6)
DAYS = st.integers(0, (date(2030, 12, 31) - date(2021, 1, 1)).days).map(lambda days: date(2021, 1, 1) + timedelta(days))


@attrs.frozen
class Bid:
    """An offer. `kind` is how the regulation sees it; `more` are its cells in the pack's own columns."""

    offer: str
    kind: str
    origin: str
    price: Fraction
    duty: Fraction = Fraction(0)
    quantity: int = 10
    small: bool = False
    more: Mapping[str, str] = attrs.field(factory=dict)

    @property
    def compared(self) -> Fraction:
        """The price inclusive of duty."""
        return self.price + self.duty


def prices(*around: int) -> st.SearchStrategy[Fraction]:
    """These, and a nano-unit to either side of each."""
    return st.sampled_from([Fraction(one) + shift for one in around for shift in (-NANO, 0, NANO)])


@st.composite
def bids(
    draw: st.DrawFn,
    origins: Mapping[str, tuple[str, ...]],
    compared: st.SearchStrategy[Fraction],
    quantities: st.SearchStrategy[int],
    cells: Mapping[str, Mapping[str, str]] | None = None,
) -> list[Bid]:
    """Up to six offers of these kinds. Some foreign ones bear a duty, which is part of the price that is drawn."""
    made = []
    for name in "abcdef"[: draw(st.integers(1, 6))]:
        kind = draw(st.sampled_from(sorted(origins)))
        origin, price = draw(st.sampled_from(origins[kind])), draw(compared)
        duty = Fraction(draw(st.sampled_from([0, 5]))) if origin != "US" else Fraction(0)
        more = (cells or {}).get(kind, {})
        made.append(Bid(name, kind, origin, price - duty, duty, draw(quantities), draw(st.booleans()), more))
    return made


def plan_of(
    policy: api.Policy, offers: list[Bid], asked: int, as_of: date = date(2025, 6, 1), engine: str = "reference",
    parameters: Mapping[str, str] | None = None, **request: str,
) -> api.Plan:  # fmt: skip
    """The plan for one request of so many kilograms; `request` are further cells of it."""
    rows = [
        _row(one) | ({"small_business": "true" if one.small else ""} if _knows_size(policy) else {}) for one in offers
    ]
    tables = {
        "offers": _table(rows),
        "requests": _table([{"request": "r1", "buyer": "dla", "mineral": "cobalt", "quantity": str(asked), **request}]),
    }
    return evaluate_draft(policy, Draft(as_of, parameters or {}, tables), engine)


def _knows_size(policy: api.Policy) -> bool:
    return "small_business" in policy.typed.fields


def _row(one: Bid) -> dict[str, str]:
    cells = {"offer": one.offer, "trader": "t", "mineral": "cobalt", "price": _written(one.price)}
    return {**cells, "quantity": str(one.quantity), "origin": one.origin, "duty": _written(one.duty), **one.more}


def _table(rows: list[dict[str, str]]) -> Table:
    columns = tuple(dict.fromkeys(name for row in rows for name in row))
    return Table(columns, tuple(tuple(row.get(name, "") for name in columns) for row in rows))


def _written(price: Fraction) -> str:
    whole = int(price / NANO)
    assert whole * NANO == price
    return f"{whole // 10**9}.{whole % 10**9:09}"


def won(plan: api.Plan) -> list[tuple[Any, ...]]:
    """What is awarded, in order: offer, kilograms, the price paid."""
    return [(one.offer, one.quantity, one.price) for one in plan.rows.awards]
