"""The chain of clauses that decided about an offer."""

from __future__ import annotations

from fractions import Fraction

import pytest

from tests.support.policies import plan
from vault_rules import api
from vault_rules.api import Plan
from vault_rules.domain.trace import TraceEntry
from vault_rules.errors import UsageError

OFFERS = "offer | trader | mineral | price | quantity | origin | purity"
REQUESTS = "request | buyer | mineral | quantity"
TEXT = """
mineral cobalt
let most = 10 USD/kg
require cheap: price <= most
forbid far: origin = CN
route r: {cobalt} to t then u
tier ours when origin = US
tier theirs otherwise
waterfall w {
  first: take ours premium <= 15% over best(theirs) if none allow
  take theirs share <= 60%
}
cap one: share by origin <= 50% of requested per mineral
exception dear to most for {cobalt} through 2027-12-31 because "scarce" { 20 USD/kg }
"""


def made(*rows: str, need: str = "10", text: str = TEXT) -> Plan:
    return plan(text, offers="\n".join([OFFERS, *rows]), requests=f"{REQUESTS}\nr | b | cobalt | {need}")


def chain(of: Plan, offer: str, request: str | None = None) -> list[TraceEntry]:
    return list(api.explain(of, offer, request).entries)


def steps(entries: list[TraceEntry]) -> list[tuple[str, str, str]]:
    return [(one.stage, one.name, one.verdict) for one in entries]


def test_an_awarded_offer_shows_every_clause_that_held_and_what_it_took() -> None:
    entries = chain(made("a | t | cobalt | 11 | 4 | US | 99%", "b | t | cobalt | 10 | 9 | AU | 99%"), "a")
    assert steps(entries) == [
        ("require", "cheap", "holds"),
        ("forbid", "far", "holds"),
        ("route", "r", "holds"),
        ("tier", "ours", "holds"),
        ("step", "first", "holds"),
        ("step", "first", "takes"),
        ("placement", "nowhere", "fails"),
    ]
    cheap, premium = entries[0], entries[4]
    assert (cheap.actual, cheap.limit, cheap.exceptions) == ("11 USD/kg", "20 USD/kg", ("dear",))
    assert (premium.actual, premium.limit) == ("11 USD/kg", "11.5 USD/kg: 15% over 10 USD/kg")


def test_an_ineligible_offer_shows_all_that_failed_with_the_flip_price() -> None:
    entries = chain(made("a | x | cobalt | 30 | 4 | CN | 99%"), "a")
    assert steps(entries) == [("require", "cheap", "fails"), ("forbid", "far", "fails"), ("route", "r", "fails")]
    assert [one.code for one in entries] == ["require:cheap", "forbid:far", "not_routed"]
    assert entries[0].flip_price == 20


def test_a_premium_that_fails_says_at_which_price_it_would_not() -> None:
    of = made("a | t | cobalt | 11.51 | 4 | US | 99%", "b | t | cobalt | 10 | 9 | AU | 99%")
    *_, last = chain(of, "a")
    assert (last.code, last.actual, last.limit, last.flip_price) == ("premium:first", "15.1%", "15%", Fraction("11.5"))


def test_a_premium_over_nothing_that_is_let_through_says_so() -> None:
    entries = chain(made("a | t | cobalt | 11 | 4 | US | 99%"), "a")
    (premium,) = [one for one in entries if one.stage == "step" and one.verdict == "holds"]
    assert premium.limit == "none: no reference is defined, and `if none allow` lets it pass"


def test_the_cap_that_cuts_an_award_short_is_shown_as_it_is_written() -> None:
    entries = chain(made("b | t | cobalt | 10 | 9 | AU | 99%"), "b")
    (cap,) = [one for one in entries if one.stage == "cap"]
    assert (cap.name, cap.verdict, cap.code) == ("one", "limits", "cap:one")
    assert cap.text == "cap one: share by origin <= 50% of requested per mineral"


def test_an_offer_that_was_not_needed_shows_where_it_stood() -> None:
    of = made(
        "a | t | cobalt | 9 | 4 | US | 99%",
        "b | t | cobalt | 10 | 9 | US | 99%",
        need="4",
        text=TEXT.replace("50%", "100%"),
    )
    trace = api.explain(of, "b")
    assert trace.request == "r"
    assert steps(list(trace.entries))[-1] == ("step", "first", "fails")
    assert trace.entries[-1].code == "not_needed"
    assert "was not needed" in trace.outcome


def test_an_unknown_compared_price_is_a_link_of_the_chain() -> None:
    text = (
        'policy p "p" { currency USD compare if origin = US then price else price * 110% }\nwaterfall w { take all }\n'
    )
    entries = chain(made("a | t | cobalt | 9 | 4 | | 99%", text=text), "a")
    assert [(one.stage, one.verdict, one.code) for one in entries] == [("compare", "unknown", "missing:origin")]


def test_a_waived_rule_is_said_to_be_waived_and_by_which_exception() -> None:
    text = TEXT + 'exception open to far for {cobalt} through 2027-12-31 because "no other" { waive }\n'
    (far,) = [one for one in chain(made("a | t | cobalt | 9 | 4 | CN | 99%", text=text), "a") if one.name == "far"]
    assert (far.verdict, far.exceptions) == ("waived", ("open",))


@pytest.mark.parametrize(("offer", "request_id"), [("zz", None), ("a", "zz")])
def test_what_the_book_does_not_have_cannot_be_explained(offer: str, request_id: str | None) -> None:
    with pytest.raises(UsageError, match="the book has no"):
        chain(made("a | t | cobalt | 9 | 4 | US | 99%"), offer, request_id)
