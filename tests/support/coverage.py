"""What the tests of a policy cover of it, for policies typed out in a test."""

from __future__ import annotations

from tests.support.policies import policy
from vault_rules.api import Policy
from vault_rules.trials.blocks import tests_of
from vault_rules.trials.coverage.measuring import Coverage, measure
from vault_rules.trials.draft import draft_of

OFFER = "| offer | trader | mineral | origin | price | quantity |"
REQUEST = "| request | buyer | mineral | quantity |"


def tried(day: str = "2027-08-01", *offers: str, requests: str = "r1 gm cobalt 100kg", more: str = "") -> str:
    """A test of offers and requests, each a line of cells; `more` are further items."""
    rows = "\n".join(f"| {' | '.join(one.split())} |" for one in offers)
    asked = "\n".join(f"| {' | '.join(one.split())} |" for one in requests.split(";"))
    return f'test "t" {{ as of {day}\n{more}\noffers {{\n{OFFER}\n{rows}\n}}\nrequests {{\n{REQUEST}\n{asked}\n}} }}\n'


def covered(text: str) -> Coverage:
    """What the tests in a policy's text cover."""
    return coverage_of(policy(text))


def coverage_of(of: Policy) -> Coverage:
    """What a policy's tests cover."""
    return measure(of, [draft_of(of, one) for one in tests_of(of)])


def missing(text: str, place: str) -> list[str]:
    """What the tests in a policy's text do not show of a place, given as it is written."""
    return said(covered(text), place)


def said(coverage: Coverage, place: str) -> list[str]:
    """What is missing at a place, given as it is written there."""
    at = [one for one in coverage.points if " ".join(one.span.text.split()) == place]
    assert at, f"there is nothing to cover at {place!r}"
    return [one.missing for one in at if not coverage.is_covered(one)]
