"""The fast engine's own promises: awards as columns, figures of any size, explanations."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import polars as pl
import pytest

import vault_rules as vr
from tests.differential.cases import Case, random_case
from tests.differential.engines import column_book, program_of, tiny_sizes
from tests.differential.rich import rich_case
from tests.support.policies import policy as load_text
from vault_rules.domain.columns import ColumnBook, TooWide
from vault_rules.engine.fast.evaluation import evaluate
from vault_rules.engine.fast.plan import later
from vault_rules.engine.fast.vectors import Wide
from vault_rules.engine.program import Program
from vault_rules.errors import EvaluationError
from vault_rules.report.choice import counted, rejected
from vault_rules.report.frames import frame

POLICY = """
policy p { currency USD }
mineral cobalt
tier domestic when origin = US
tier foreign otherwise
waterfall w {
  take domestic premium <= 15% over best(foreign) if none allow
  take foreign
}
cap one: share by origin <= 60% of requested per mineral
"""


def in_columns(case: Case) -> tuple[Program, ColumnBook]:
    program = program_of(case)
    return program, column_book(case, program)


@pytest.mark.parametrize("seed", range(40))
def test_awards_as_columns_are_the_awards_as_rows(seed: int) -> None:
    case = random_case(seed)
    program, columns = in_columns(case)
    try:
        evaluation = evaluate(program, columns, case.as_of)
    except EvaluationError:
        return
    plan = later(evaluation)
    assert evaluation.awards == [evaluation.award(at) for at in range(len(evaluation.awards))]
    quick = frame(plan, "awards")
    object.__setattr__(plan, "award_columns", None)
    assert quick.equals(frame(plan, "awards"))


PREMIUMS = """
policy p { currency USD COMPARE }
mineral cobalt
tier domestic when origin = US
tier foreign otherwise
require enough: quantity >= 12 kg
waterfall w {
  take domestic premium <= 15% over best(foreign) if none allow
  take foreign premium <= 900% over best(domestic) if none allow
}
"""


@pytest.mark.parametrize("compare", ["", "compare price * 110% + 1 USD/kg"])
@pytest.mark.parametrize("wanted", ["1000000000", "30000", "2500", "0.0625"])
def test_awards_of_plans_of_any_size_are_shown_as_each_is(wanted: str, compare: str) -> None:
    numbers = range(5000)
    prices = [f"{one * 7919 % 1000 + 3000}.{one % 7}" for one in numbers]
    given = book(prices, [str(one * 31 % 90 + 10) for one in numbers], wanted)
    plan = vr.evaluate(load_text(PREMIUMS.replace("COMPARE", compare)), given, date(2027, 8, 1)).rows
    quick = frame(plan, "awards")
    object.__setattr__(plan, "award_columns", None)
    assert quick.equals(frame(plan, "awards"))
    assert quick["premium"].null_count() == 0 < len(quick)


@pytest.mark.parametrize("make", [random_case, rich_case])
@pytest.mark.parametrize("seed", range(40))
def test_rejections_are_counted_as_if_they_were_made(seed: int, make: Callable[[int], Case]) -> None:
    """Asked first of all, so that nothing else has told before what had been used when."""
    case = make(seed)
    with tiny_sizes():
        try:
            program, columns = in_columns(case)
            plan = later(evaluate(program, columns, case.as_of))
        except (EvaluationError, Wide, TooWide):
            return
        counts, won_nothing = counted(plan), rejected(plan)
        object.__setattr__(plan, "rejection_counts", None)
        assert counts == counted(plan)
        assert won_nothing == len(plan.rejections)


def book(prices: list[str], quantities: list[str], wanted: str = "100") -> vr.Book:
    names = [f"o{at}" for at in range(len(prices))]
    origins = ["US" if at % 2 else "AU" for at in range(len(prices))]
    offers = pl.DataFrame({"offer": names, "price": prices, "quantity": quantities, "origin": origins}).with_columns(
        mineral=pl.lit("cobalt"), trader=pl.lit("t")
    )
    requests = pl.DataFrame({"request": ["r"], "buyer": ["b"], "mineral": ["cobalt"], "quantity": [wanted]})
    return vr.Book.from_frames(offers=offers, requests=requests)


@pytest.mark.parametrize(
    ("prices", "quantities"),
    [
        (["34.5", "30"], ["70", "70"]),
        (["3450000000000000000", "3000000000000000000"], ["70", "70"]),
        (["34500000000000000000000.000000001", "30000000000000000000000"], ["70", "70.0000001"]),
        (["34." + "5" + "0" * 60 + "1", "30"], ["70", "70"]),
        (["9" * 60, "1"], ["70", "9" * 50 + "." + "1" * 30]),
    ],
    ids=["small", "above 64 bits", "128 bits", "too fine", "too large"],
)
def test_figures_of_any_size_give_the_plan_of_the_reference(prices: list[str], quantities: list[str]) -> None:
    policy, given = load_text(POLICY), book(prices[::-1], quantities)
    day = date(2027, 8, 1)
    assert vr.evaluate(policy, given, day).to_json() == vr.evaluate(policy, given, day, engine="reference").to_json()


def test_an_offer_at_the_premium_is_taken_and_one_a_nano_unit_dearer_is_not() -> None:
    policy = load_text(POLICY)
    at = vr.evaluate(policy, book(["30", "34.5"], ["70", "70"]), date(2027, 8, 1))
    over = vr.evaluate(policy, book(["30", "34.500000001"], ["70", "70"]), date(2027, 8, 1))
    assert at.awards["offer"].to_list() == ["o1", "o0"]
    assert over.awards["offer"].to_list() == ["o0"]


def test_explanations_of_both_engines_are_the_same() -> None:
    policy, given = load_text(POLICY), book(["30", "34.5", "31", "40"], ["70", "70", "70", "70"])
    fast, slow = (vr.evaluate(policy, given, date(2027, 8, 1), engine=name) for name in ("fast", "reference"))
    for offer in ("o0", "o1", "o2", "o3"):
        assert vr.explain(fast, offer) == vr.explain(slow, offer)
    with pytest.raises(vr.UsageError, match="the book has no offer `o9`"):
        vr.explain(fast, "o9")


def test_decimals_and_texts_give_the_same_plan() -> None:
    policy, day = load_text(POLICY), date(2027, 8, 1)
    offers = pl.DataFrame(
        {"offer": ["a", "b"], "price": ["34.5", "30"], "quantity": ["70", "70"], "origin": ["US", "AU"]}
    ).with_columns(mineral=pl.lit("cobalt"), trader=pl.lit("t"))
    typed = offers.with_columns(
        pl.Series("price", [Decimal("34.50"), Decimal("30.00")], dtype=pl.Decimal(20, 2)),
        pl.Series("quantity", [70, 70], dtype=pl.Int64),
    )
    requests = pl.DataFrame({"request": ["r"], "buyer": ["b"], "mineral": ["cobalt"], "quantity": ["100"]})
    plans = [vr.evaluate(policy, vr.Book.from_frames(offers=one, requests=requests), day) for one in (offers, typed)]
    assert plans[0].to_json() == plans[1].to_json()


def test_an_engine_that_is_none_is_named() -> None:
    with pytest.raises(vr.UsageError, match="there is no engine `slow`"):
        vr.evaluate(load_text(POLICY), book(["30"], ["70"]), date(2027, 8, 1), engine="slow")
