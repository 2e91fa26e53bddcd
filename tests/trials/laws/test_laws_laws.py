"""What is true of laws on any small market: sums are those of the other engine's plan, and changes agree."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from functools import cache
from typing import Any

import attrs
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.laws import POLICY, laws
from tests.support.policies import policy as policy_of
from vault_rules import api
from vault_rules.domain.plan import Award, Plan
from vault_rules.semantics.openings import OPENINGS
from vault_rules.trials.blocks import laws_of
from vault_rules.trials.draft import Draft, Table, evaluate_draft
from vault_rules.trials.laws import violations
from vault_rules.trials.laws.caps import RAISES, raised
from vault_rules.trials.laws.facts import LawFacts
from vault_rules.trials.laws.judging import _trial
from vault_rules.trials.laws.situation import Situation
from vault_rules.trials.laws.subjects import Subject, subjects

OFFER = (
    "offer",
    "trader",
    "mineral",
    "origin",
    "processed_in",
    "price",
    "quantity",
    "lot",
    "min_quantity",
    "valid_until",
)
REQUEST = ("request", "buyer", "mineral", "quantity", "max_price")
FACILITY = ("facility", "kind", "country", "capacity", "cost")
_MASSES = st.sampled_from(("1 kg", "40 kg", "100 kg", "250.5 kg", "2 t", "10 t"))
_PRICES = st.sampled_from(("30 USD/kg", "30.000000001 USD/kg", "33 USD/kg", "34.5 USD/kg", "36 USD/kg", "14 USD/lb"))


def _rows(*cells: st.SearchStrategy[str], most: int) -> st.SearchStrategy[list[tuple[str, ...]]]:
    return st.lists(st.tuples(*cells), max_size=most)


def _named(word: str, columns: tuple[str, ...], rows: list[tuple[str, ...]]) -> Table:
    return Table(columns, tuple((f"{word}{number}", *row) for number, row in enumerate(rows)))


@st.composite
def drafts(draw: st.DrawFn) -> Draft:
    minerals = st.sampled_from(("cobalt", "gallium"))
    countries = st.sampled_from(("US", "AU", "CN", ""))
    traders = st.sampled_from(("glencore", "traxys"))
    blank = st.just("")
    offer = (
        *(traders, minerals, countries, countries, _PRICES, _MASSES, blank | _MASSES, blank | _MASSES),
        st.sampled_from(("", "2027-08-01", "2027-07-31")),
    )
    request = (st.sampled_from(("gm", "ge")), minerals, _MASSES, blank | _PRICES)
    facility = (st.sampled_from(("owned", "rented")), countries, _MASSES, blank | st.just("1 USD/t/day"))
    tables = {
        "offers": _named("o", OFFER, draw(_rows(*offer, most=4))),
        "requests": _named("r", REQUEST, draw(_rows(*request, most=3))),
        "facilities": _named("f", FACILITY, draw(_rows(*facility, most=2))),
    }
    return Draft(date(2027, 8, 1), {}, tables)


@cache
def _policy(*parts: str) -> api.Policy:
    return policy_of(POLICY + laws(*parts))


def broken(draft: Draft, *parts: str) -> list[str]:
    policy = _policy(*parts)
    return [one.subject for one in violations(policy, laws_of(policy)[0], draft)]


# ---- sums ----------------------------------------------------------------------------------------------------------

_COLUMNS = {"mineral": "mineral", "trader": "trader", "country": "origin", "request": "request", "offer": "offer"}


def _own(plan: Plan, key: Mapping[str, Any]) -> list[Award]:
    return [one for one in plan.awards if all(getattr(one, _COLUMNS[kind]) == name for kind, name in key.items())]


@settings(max_examples=60)
@given(drafts(), st.sampled_from((("mineral",), ("trader",), ("country", "mineral"), ("request",), ("offer",))))
def test_sums_are_those_of_the_plan_that_the_other_engine_makes(draft: Draft, kinds: tuple[str, ...]) -> None:
    policy = _policy("for each award: true")
    plan = evaluate_draft(policy, draft, "fast").rows
    for subject in subjects(kinds, _trial(policy, draft).base):
        own = _own(plan, dict(subject.key))
        facts = LawFacts(subject)
        measured = [one for one in own if one.reference is not None]
        paid = sum(one.quantity * one.price for one in measured)
        at_reference = sum(one.quantity * (one.reference or 0) for one in measured)
        pairs = {(one.request, one.offer) for one in own}
        assert facts.sum("awarded") == sum(one.quantity for one in own)
        assert facts.sum("cost") == sum(Fraction(one.cost) for one in own)
        assert facts.sum("premium") == (Fraction(paid, at_reference) - 1 if measured else None)
        assert facts.sum("unplaced") == sum(one.quantity for one in plan.unplaced if (one.request, one.offer) in pairs)


@given(drafts())
def test_what_was_asked_for_is_awarded_or_short(draft: Draft) -> None:
    assert broken(draft, "for each request: awarded_before + awarded + shortfall = requested") == []
    assert broken(draft, "for each mineral: awarded + shortfall = requested and share <= 100%") == []


@settings(max_examples=60)
@given(drafts())
def test_a_sum_is_what_it_is_where_a_condition_holds_and_where_not(draft: Draft) -> None:
    for name in ("awarded", "cost", "share", "unplaced"):
        law = f"for each mineral: ({name} where tier = home) + ({name} where not tier = home) = {name}"
        assert broken(draft, law) == []
    law = "for each trader: (requested where buyer = gm) + (requested where buyer != gm) = requested"
    assert broken(draft, law, law.replace("requested", "shortfall")) == []


@settings(max_examples=30)
@given(drafts())
def test_a_law_that_says_nothing_holds_and_one_that_cannot_hold_is_broken_by_each(draft: Draft) -> None:
    for subject in ("award", "request", "offer", "mineral", "trader", "country", "country and mineral"):
        each: list[Subject] = list(
            subjects(tuple(subject.split(" and ")), _trial(_policy("for each award: true"), draft).base)
        )
        assert broken(draft, f"for each {subject}: true") == []
        assert broken(draft, f"for each {subject}: false") == [one.text for one in each]


# ---- changes -------------------------------------------------------------------------------------------------------


@settings(max_examples=40)
@given(drafts())
def test_to_raise_a_cap_that_binds_nothing_changes_nothing(draft: Draft) -> None:
    trial = _trial(_policy("for each award: true"), draft)
    for cap in {"country", "money"} - trial.base.binding:
        for _, change in RAISES:
            after = Situation(raised(trial.program, cap, change), trial.book, trial.as_of)
            assert (after.awards, after.short, after.causes) == (trial.base.awards, trial.base.short, trial.base.causes)


@settings(max_examples=25)
@given(drafts(), st.sampled_from(sorted(OPENINGS.values())))
def test_what_is_taken_over_from_the_first_evaluation_is_what_would_be_worked_out_anew(draft: Draft, kind: str) -> None:
    policy = _policy("when a cap is raised: for each request: awarded = before.awarded")
    (part,) = laws_of(policy)[0].parts
    assert part.change is not None
    for changed in _trial(policy, draft).changes(attrs.evolve(part.change, kind=kind)):
        for one in (changed.before, changed.after):
            anew = Situation(one.program, one.book, one.as_of)
            assert (anew.awards, anew.short, anew.rejected) == (one.awards, one.short, one.rejected)


@settings(max_examples=25)
@given(drafts())
def test_what_an_offer_added_changes_is_undone_when_it_is_withdrawn(draft: Draft) -> None:
    added = broken(draft, "when an offer is added: for each request: shortfall <= before.shortfall")
    withdrawn = broken(draft, "when an offer is withdrawn: for each request: shortfall >= before.shortfall")
    assert added == withdrawn


@settings(max_examples=25)
@given(drafts())
def test_the_same_draft_gives_the_same_violations(draft: Draft) -> None:
    policy = _policy("when price rises: for each offer: awarded = before.awarded", "for each award: origin = US")
    first = violations(policy, laws_of(policy)[0], draft)
    _trial.cache_clear()
    assert violations(policy, laws_of(policy)[0], draft) == first
