"""The largest figures: up to each limit both engines give one plan, one unit beyond it the error says what to do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import polars as pl
import pytest

import vault_rules as vr
from vault_rules.engine import engines
from vault_rules.testing import policy_of

LARGEST = 2**127 - 1
"""What 128 bits hold."""
PLAIN = "waterfall buying { take all by price }"
PAID = PLAIN + "\ncap money: spend <= 1000000 USD\ncap one: quantity by trader <= 7 kg per mineral"
SUPPLIED = "waterfall buying { take all when supply(all) >= 3000 kg or count(all) = 1 by price }"
MEASURED = """
tier home when origin = US
tier rest otherwise
waterfall buying {
  take home premium <= 15% over vwap(rest) if none allow
  take rest
}
"""


NEGATED = """
require below: -price < abs(-quantity / 1 kg) * 1 USD/kg
waterfall buying { take all by -price }
"""


def policy(statements: str) -> vr.Policy:
    return policy_of("policy p { currency USD }\nmineral cobalt\n" + statements)


def book(prices: list[str], quantities: list[str], asked: str = "50") -> vr.Book:
    offers = {
        "offer": [f"o{at}" for at in range(len(prices))],
        "trader": "t",
        "mineral": "cobalt",
        "price": prices,
        "quantity": quantities,
        "purity": "99.9%",
        "origin": ["US", *["AU"] * (len(prices) - 1)],
        "processed_in": "US",
        "delivery": "2027-09-01",
        "valid_until": "2027-12-01",
    }
    requests = {"request": ["r"], "buyer": "b", "mineral": "cobalt", "quantity": asked, "priority": 1}
    return vr.Book.from_frames(offers=pl.DataFrame(offers), requests=pl.DataFrame(requests))


def cents(whole: int) -> str:
    return f"{whole // 100}.{whole % 100:02}"


def dear(whole: int) -> vr.Book:
    """Prices in whole cents, the dearest of so many."""
    return book([cents(whole), "1.01", "1.02"], ["100", "100", "100"], "250")


def heavy(kilograms: int) -> vr.Book:
    """One offer of so many kilograms, all of which is wanted."""
    return book(["1.01"], [str(kilograms)], str(kilograms))


def huge(power: int) -> vr.Book:
    """Products of price and quantity far beyond what 128 bits hold."""
    return book([str(2**power), "3", str(2**power)], ["7", "11", str(2**100)], "40")


def many(kilograms: int) -> vr.Book:
    """Three times the largest quantity, of which two thirds are wanted."""
    return book(["1.01", "2.02", "3.03"], [str(kilograms)] * 3, str(2 * kilograms))


@pytest.fixture
def no_help(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if every book were too large for the reference: nobody asks it, or reads offers one by one for it."""
    monkeypatch.setattr(engines, "LARGEST_FOR_REFERENCE", 0)

    def fails(*args: Any, **kwargs: Any) -> None:
        raise AssertionError("the offers were read for the reference")

    monkeypatch.setattr(engines, "by_reference", fails)
    monkeypatch.setattr("vault_rules.domain.bind.bind", fails)


def plan(statements: str, made: vr.Book, engine: str = "fast") -> str:
    return vr.evaluate(policy(statements), made, date(2027, 8, 1), engine=engine).to_json()


FITS = [
    pytest.param(dear, LARGEST - 1, id="prices in cents"),  # a limit may be held as one more
    pytest.param(heavy, LARGEST // 10**6, id="quantities in milligrams"),
    pytest.param(many, LARGEST // 10**6, id="sums of quantities"),
]
BEYOND = [
    pytest.param(dear, LARGEST + 1, id="prices in cents"),
    pytest.param(heavy, LARGEST // 10**6 + 1, id="quantities in milligrams"),
]


@pytest.mark.parametrize("statements", [PLAIN, PAID, SUPPLIED, MEASURED, NEGATED])
@pytest.mark.parametrize(("make", "most"), FITS)
def test_up_to_the_limit_the_plan_is_the_reference_s(
    make: Callable[[int], vr.Book], most: int, statements: str, request: pytest.FixtureRequest
) -> None:
    expected = plan(statements, make(most), "reference")
    request.getfixturevalue("no_help")
    assert plan(statements, make(most)) == expected


@pytest.mark.parametrize(("make", "beyond"), BEYOND)
@pytest.mark.usefixtures("no_help")
def test_one_unit_more_is_an_error_that_says_what_to_do_before_any_offer_is_read_again(
    make: Callable[[int], vr.Book], beyond: int
) -> None:
    with pytest.raises(vr.UsageError, match=r"too large or too fine .* round prices and quantities, or take `--engine"):
        plan(PLAIN, make(beyond))


@pytest.mark.parametrize(("make", "beyond"), BEYOND)
def test_a_book_that_the_reference_can_manage_has_no_limit(make: Callable[[int], vr.Book], beyond: int) -> None:
    assert plan(PLAIN, make(beyond)) == plan(PLAIN, make(beyond), "reference")


@pytest.mark.parametrize("statements", [PLAIN, PAID, MEASURED, NEGATED])
@pytest.mark.parametrize("power", [60, 64, 100, 120])
def test_products_that_no_128_bits_hold_are_worked_out_one_by_one(
    statements: str, power: int, request: pytest.FixtureRequest
) -> None:
    expected = plan(statements, huge(power), "reference")
    request.getfixturevalue("no_help")
    assert plan(statements, huge(power)) == expected


def test_steps_whose_offers_together_are_more_than_64_bits_hold_give_the_reference_s_plan() -> None:
    """Pounds of seven decimals make a unit of which 64 bits hold nine tons."""
    many = [f"m{at}" for at in range(6)]
    tiers = "".join(f"tier t{at} when mineral = {name}\n" for at, name in enumerate(many))
    takes = "".join(f"  take t{at}\n" for at in range(len(many)))
    minerals = "".join(f"mineral {name}\n" for name in many)
    text = f"policy p {{ currency USD }}\n{minerals}{tiers}waterfall buying {{\n{takes}}}\n"
    offers = {"offer": many, "trader": "t", "mineral": many, "price": "10"}
    offers["quantity"] = ["2.3 t"] * 5 + ["5000.1234567 lb"]
    requests = {"request": many, "buyer": "b", "mineral": many, "quantity": "15"}
    made = vr.Book.from_frames(offers=pl.DataFrame(offers), requests=pl.DataFrame(requests))
    fast, reference = (
        vr.evaluate(policy_of(text), made, date(2027, 8, 1), engine=engine).to_json()
        for engine in ("fast", "reference")
    )
    assert fast == reference
