"""Where a policy is the same: which days are looked at, for which minerals."""

from __future__ import annotations

from datetime import date

from tests.support.policies import policy
from vault_rules.trials.books.regimes import PLAIN_DAY, Regime, regimes_of, starts_before


def regimes(text: str) -> tuple[Regime, ...]:
    return regimes_of(policy("mineral cobalt\nmineral gallium\nmineral tin\n" + text).typed)


def days(found: tuple[Regime, ...]) -> set[tuple[date, date]]:
    return {(stretch.first, stretch.last) for regime in found for stretch, _ in regime.places}


def test_days_are_cut_where_a_window_begins_or_ends() -> None:
    text = """
    waterfall w { take all }
    forbid a: origin = CN from 2027-03-01 before 2027-06-01
    forbid b: origin = RU through 2027-06-30
    """
    assert days(regimes(text)) == {
        (date(2027, 2, 27), date(2027, 2, 28)),
        (date(2027, 3, 1), date(2027, 5, 31)),
        (date(2027, 6, 1), date(2027, 6, 30)),
        (date(2027, 7, 1), date(2027, 7, 2)),
    }


def test_no_day_is_looked_at_on_which_no_waterfall_is_in_force() -> None:
    found = regimes("waterfall w from 2027-03-01 before 2027-04-01 { take all }")
    assert days(found) == {(date(2027, 3, 1), date(2027, 3, 31))}
    assert regimes("forbid a: origin = CN") == ()


def test_minerals_that_no_rule_tells_apart_are_of_one_regime() -> None:
    text = """
    waterfall w { take all }
    forbid a: origin = CN for {gallium}
    forbid b: mineral in {tin, gallium} and origin = RU
    """
    assert [names for regime in regimes(text) for _, names in regime.places] == [("cobalt",), ("gallium",), ("tin",)]
    alike = regimes("waterfall w { take all }")
    assert [names for regime in alike for _, names in regime.places] == [("cobalt", "gallium", "tin")]
    assert days(alike) == {(PLAIN_DAY, PLAIN_DAY)}


def test_one_regime_may_hold_again_later() -> None:
    (first, second) = regimes("waterfall w { take all }\nforbid a: origin = CN from 2027-03-01 before 2027-04-01")
    assert len(first.places) == 2
    assert len(second.places) == 1


def test_a_day_that_a_condition_names_cuts_too() -> None:
    found = regimes("waterfall w { take all }\nforbid a: today >= 2027-05-01 and origin = CN")
    assert (date(2027, 5, 1), date(2027, 5, 2)) in days(found)


def test_turns_of_periods_are_days_of_their_own_where_a_cap_counts_by_them() -> None:
    (regime,) = regimes("waterfall w { take all }\ncap a: spend <= 1mn USD per quarter")
    (stretch, _), *_ = regime.places
    assert {date(2027, 9, 30), date(2027, 10, 1), date(2027, 12, 31), date(2028, 1, 1)} <= set(stretch.turns)


def test_years_that_a_table_names_are_looked_at() -> None:
    text = """
    waterfall w { take all }
    table grade by year {
      | year      | purity |
      | 2031      | 99%    |
      | otherwise | 98%    |
    }
    require pure: purity >= grade[today.year].purity
    """
    assert any(first == date(2031, 1, 1) for first, _ in days(regimes(text)))


def test_the_period_of_a_day_begins_on_or_before_it() -> None:
    day = date(2027, 11, 15)
    starts = starts_before(day, ("month", "quarter", "year", "fiscal_year"), (10, 1))
    assert starts == [date(2027, 11, 1), date(2027, 10, 1), date(2027, 1, 1), date(2027, 10, 1)]
    assert starts_before(date(2028, 2, 29), ("fiscal_year",), (10, 1)) == [date(2027, 10, 1)]
    assert starts_before(date(2028, 1, 1), ("year", "quarter"), (1, 1)) == [date(2028, 1, 1)] * 2
