"""Of what a law does not hold, what is said of it, and what is unknown."""

from __future__ import annotations

import pytest

from tests.support.laws import MARKET, POLICY, broken_by, laws, subjects_of, with_laws
from tests.support.policies import policy as policy_of
from vault_rules.errors import BookError, EvaluationError
from vault_rules.trials.blocks import laws_of, tests_of
from vault_rules.trials.draft import draft_of
from vault_rules.trials.laws import violations


def test_a_law_that_holds_has_no_violation() -> None:
    assert broken_by("for each request: awarded + shortfall = requested", "for each award: awarded <= quantity") == ()


def test_a_violation_says_of_what_where_and_both_sides_with_their_units() -> None:
    (found,) = broken_by("for each country where country != US: share <= 20% and cost <= 100k USD")
    assert (found.law, found.subject) == ("a law", "country AU")
    assert found.said == "share <= 20%"
    assert (found.actual, found.limit) == ("59.405940594059%", "20%")
    assert found.span.text == "share <= 20%"
    assert found.span.line > 1
    assert (found.unknown, found.change) == ((), None)
    assert str(found) == "country AU: `share <= 20%` does not hold: 59.405940594059% against 20%"


def test_of_conditions_joined_by_and_it_names_the_first_that_fails() -> None:
    (found,) = broken_by("for each country where country = AU: awarded = 6 t and cost = 7 USD and share = 0%")
    assert (found.said, found.actual, found.limit) == ("cost = 7 USD", "180000 USD", "7 USD")
    (inner,) = broken_by("for each country where country = AU: if cost > 0 USD then awarded <= 1 t else true")
    assert inner.said == "awarded <= 1 t"


def test_a_constant_that_stands_first_is_the_limit_all_the_same() -> None:
    (found,) = broken_by("for each country where country = AU: 20% >= share")
    assert (found.actual, found.limit) == ("59.405940594059%", "20%")


def test_where_no_single_comparison_decides_it_lists_what_was_read() -> None:
    (found,) = broken_by("for each country where country = AU: awarded > 7 t or share = 0%")
    assert (found.actual, found.limit) == (None, None)
    assert found.values == (("awarded", "6000 kg"), ("share", "59.405940594059%"))
    assert str(found).endswith("does not hold: awarded is 6000 kg, share is 59.405940594059%")


def test_what_is_looked_for_in_a_set_is_shown_with_the_set() -> None:
    (found,) = broken_by("for each award where origin = AU and request.buyer = gm: processed_in not in covered")
    assert (found.actual, found.limit) == ("CN", "{CN, RU}")


def test_an_unknown_condition_breaks_a_law_and_says_what_was_unknown() -> None:
    (found,) = broken_by("for each award: processed_in in {US, CN}")
    assert found.subject == "the award of 60 kg from g to r3"
    assert found.unknown == ("processed_in",)
    assert "unknown processed_in" in str(found)


def test_an_unknown_where_breaks_a_law_unless_its_condition_holds() -> None:
    (found,) = broken_by("for each award where processed_in = JP: awarded > 1 t")
    assert (found.subject, found.unknown) == ("the award of 60 kg from g to r3", ("processed_in",))
    assert found.said == "processed_in = JP"
    assert broken_by("for each award where processed_in = JP: awarded > 0 kg") == ()


def test_a_false_condition_beside_an_unknown_one_is_false() -> None:
    (found,) = broken_by("for each award where origin = JP: processed_in = JP and awarded = 1 t")
    assert (found.said, found.unknown) == ("awarded = 1 t", ())


def test_each_part_of_a_law_is_judged() -> None:
    assert subjects_of("for each country: share <= 20%", "for each trader: share <= 70%") == [
        "country AU",
        "trader glencore",
    ]


def test_what_is_asked_of_the_facility_is_asked_of_each_place() -> None:
    assert subjects_of("for each award: kind = owned") == [
        "the award of 2000 kg from a to r1 in rotter",
        "the award of 3000 kg from b to r1 in rotter",
        "the award of 3000 kg from b to r2 in rotter",
    ]
    assert subjects_of("for each award where kind = owned: country = US and operator is missing") == []
    assert subjects_of("for each award where country = NL: capacity = 6 t") == []


def test_parameters_of_the_draft_are_those_of_the_law() -> None:
    market = MARKET.replace("as of 2027-08-01", "as of 2027-08-01\n  set home_cap = 5%")
    assert subjects_of("for each mineral: share <= home_cap + home_cap", market=market) == [
        "mineral cobalt",
        "mineral gallium",
    ]
    assert subjects_of("for each award where tier = home: false", market=market) == []


def test_a_bad_cell_and_an_evaluation_that_stops_are_raised() -> None:
    policy, draft = with_laws("for each award: awarded > 0 kg")
    stopped = policy_of(POLICY.replace("buying {", "buying from 2028-01-01 {") + MARKET + laws("for each award: true"))
    with pytest.raises(EvaluationError):
        violations(stopped, laws_of(stopped)[0], draft_of(stopped, tests_of(stopped)[0]))
    offers = draft.tables["offers"]
    bad = type(offers)(offers.columns, (tuple("no" for _ in offers.columns),))
    with pytest.raises(BookError):
        violations(policy, laws_of(policy)[0], type(draft)(draft.as_of, {}, {**draft.tables, "offers": bad}))
