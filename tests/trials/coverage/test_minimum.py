"""The least that must be covered: how it is said, and by how much something is below it."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.coverage import covered, tried
from vault_rules.trials.coverage.measuring import Coverage
from vault_rules.trials.coverage.minimum import Minimum, read_minimum

POLICY = "waterfall w { take all }\nrequire cheap: price <= 10 USD/kg\n"


def half() -> Coverage:
    return covered(POLICY + tried("2027-08-01", "a x cobalt US 9 1kg"))


def test_a_minimum_is_of_rule_coverage_or_of_one_kind() -> None:
    assert read_minimum("100%") == Minimum(None, Fraction(1))
    assert read_minimum("boundaries=82.5%") == Minimum("boundaries", Fraction(825, 1000))


@pytest.mark.parametrize("text", ["", "90", "0.9", "-1%", "101%", "100.1%", "rules=", "rules=x%", "1e2%", "٩٠%"])
def test_what_is_no_percentage_is_refused_in_words(text: str) -> None:
    with pytest.raises(ValueError, match="is no minimum: say a percentage from 0% to 100%"):
        read_minimum(text)


def test_an_unknown_kind_is_answered_with_those_there_are() -> None:
    with pytest.raises(ValueError, match="`lines` is no kind of coverage: there are rules, exceptions, rows"):
        read_minimum("lines=90%")


def test_what_is_below_says_by_how_much() -> None:
    coverage = half()
    assert read_minimum("100%").said(coverage) == (
        "rule coverage of p is 66.6%, 33.4% below the minimum of 100.0%: 1 more of 3 points must be covered"
    )
    assert read_minimum("boundaries=50%").said(coverage) == (
        "coverage of boundaries of p is 0.0%, 50.0% below the minimum of 50.0%: 1 more of 1 point must be covered"
    )


def test_a_minimum_that_is_met_exactly_is_met() -> None:
    assert Minimum(None, Fraction(2, 3)).lacking(half()) == 0
    assert Minimum(None, Fraction(2, 3) + Fraction(1, 10**9)).lacking(half()) == 1


@given(st.fractions(0, 1))
def test_with_what_is_lacking_the_minimum_is_met_and_with_one_less_it_is_not(ratio: Fraction) -> None:
    coverage, least = half(), Minimum("outcomes", ratio)
    figure, lacking = coverage.figure("outcomes"), least.lacking(coverage)
    assert Fraction(figure.covered + lacking, figure.points) >= ratio
    assert lacking == 0 or Fraction(figure.covered + lacking - 1, figure.points) < ratio
