"""Offers that can give nothing are passed over together: it shows in the time, and in nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from typing import Any
from unittest.mock import patch

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import vault_rules as vr
from tests.differential.cases import Case, random_case
from tests.differential.engines import column_book, program_of
from tests.differential.rich import rich_case
from tests.support.policies import policy as load_text
from vault_rules.domain.columns import TooWide
from vault_rules.domain.plan import Award, Shortfall
from vault_rules.engine.fast import kept_back, step, taking
from vault_rules.engine.fast.evaluation import evaluate
from vault_rules.engine.fast.vectors import Wide
from vault_rules.errors import EvaluationError

fixed = settings(max_examples=15, deadline=None, derandomize=True, database=None)
AS_OF = date(2027, 8, 1)


@contextmanager
def sizes(**ones: int) -> Iterator[None]:
    """The rooms where walks are walked, with other sizes."""
    with ExitStack() as stack:
        for name, size in ones.items():
            stack.enter_context(patch.object(kept_back if name == "MOMENTS" else step, name, size))
        yield


def told(case: Case, **ones: int) -> tuple[list[Award], list[Shortfall], list[Any]] | None:
    program = program_of(case)
    with sizes(**ones):
        try:
            found = evaluate(program, column_book(case, program), case.as_of)
        except (EvaluationError, Wide, TooWide):
            return None
        shortfalls = found.shortfalls
        blocked = [
            sorted((one.step, one.row, one.has, one.after) for one in walk.blocked) for walk in found.serving.walks
        ]
        return found.awards, shortfalls, blocked


@pytest.mark.parametrize("make", [random_case, rich_case])
@fixed
@given(seed=st.integers(0, 2**48))
def test_it_is_the_same_whether_offers_are_asked_or_passed_over(make: Any, seed: int) -> None:
    asked = told(make(seed), SHORT=10**9)
    together = told(make(seed), SHORT=0, _FEW=1, _PATIENCE=1, BLOCK=2)
    assert asked == together


@fixed
@given(seed=st.integers(0, 2**48))
def test_columns_know_the_same_causes_as_each_offer_that_is_asked(seed: int) -> None:
    tiny: dict[str, int] = {"SHORT": 0, "_FEW": 1, "_PATIENCE": 1}
    by_columns, by_asking = told(rich_case(seed), **tiny), told(rich_case(seed), **tiny, MOMENTS=0)
    assert by_columns == by_asking


# ---- how much is asked ---------------------------------------------------------------------------------------------

POLICY = """
policy p {{ currency USD }}
mineral tin
tier every otherwise
waterfall buying {{ take all {share} }}
cap a: share by origin <= {most} of requested per mineral
cap b: share by trader <= 50% of requested per mineral
"""
OFFERS = 5_000


def asked_by(requests: int, *, share: str, most: str) -> int:
    """How many offers are asked while so many requests are served of a market where most offers are kept back."""
    policy = load_text(POLICY.format(share=share, most=most))
    offers = pl.DataFrame(
        {
            "offer": [f"o{number:05}" for number in range(OFFERS)],
            "trader": [f"t{number % 3}" for number in range(OFFERS)],
            "mineral": ["tin"] * OFFERS,
            "origin": [("CN", "AU", "US")[number % 3] for number in range(OFFERS)],
            "price": list(range(1, OFFERS + 1)),
            "quantity": [7] * OFFERS,
            "lot": [7] * OFFERS,
        }
    ).with_columns(currency=pl.lit("USD"), per=pl.lit("kg"), unit=pl.lit("kg"))
    asking = pl.DataFrame(
        {
            "request": [f"r{number:03}" for number in range(requests)],
            "mineral": ["tin"] * requests,
            "quantity": [700] * requests,
        }
    ).with_columns(unit=pl.lit("kg"), buyer=pl.lit("reserve"))
    book = vr.Book.from_frames(offers=offers, requests=asking)
    counted = []
    right = taking.Taking._ask

    def ask(self: taking.Taking, *args: Any) -> int:
        counted.append(args)
        return right(self, *args)

    with patch.object(taking.Taking, "_ask", ask):
        assert len(vr.evaluate(policy, book, AS_OF).awards) > 0
    return len(counted)


@pytest.mark.parametrize(("share", "most"), [("share <= 10%", "100%"), ("", "2%")])
def test_a_market_that_is_closed_is_not_asked_offer_by_offer(share: str, most: str) -> None:
    few, many = (asked_by(requests, share=share, most=most) for requests in (2, 40))
    assert few < OFFERS / 10
    assert many < OFFERS / 2


# ---- what nobody asked ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("quantity", [1, 5])
@pytest.mark.parametrize("limit", ["33.3333335 kg", '(if trader = "t" then 33.3333335 kg else 70 kg)'])
@pytest.mark.parametrize("offers", [1, 200])
def test_a_cap_that_no_offer_met_may_be_finer_than_the_book(offers: int, limit: str, quantity: int) -> None:
    """The request is smaller than the least award: each offer is kept back before any cap is asked."""
    policy = load_text(f"""
policy p {{ currency USD least_award 3 kg }}
mineral tin
tier every otherwise
waterfall buying {{ take every }}
cap each: quantity <= {limit} per trader
cap total: quantity <= 70 kg
""")
    frame = pl.DataFrame({"offer": [f"o{number:03}" for number in range(offers)]}).with_columns(
        trader=pl.lit("t"), mineral=pl.lit("tin"), price=1, quantity=quantity,
        currency=pl.lit("USD"), per=pl.lit("kg"), unit=pl.lit("kg"),
    )  # fmt: skip
    asking = pl.DataFrame({"request": ["r"], "mineral": ["tin"], "quantity": [1], "unit": ["kg"], "buyer": ["b"]})
    book = vr.Book.from_frames(offers=frame, requests=asking)
    fast, reference = (vr.evaluate(policy, book, AS_OF, engine=engine) for engine in ("fast", "reference"))
    assert fast.to_json() == reference.to_json()
