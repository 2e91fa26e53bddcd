"""A counterexample as a `test` block that can be pasted: the book, and what the policy makes of it now."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from vault_rules import api
from vault_rules.domain.plan import Plan
from vault_rules.language.format_expressions import quote
from vault_rules.trials.books.hunting import Hunted
from vault_rules.trials.draft import evaluate_draft
from vault_rules.trials.expects import mass, named


def told(policy: api.Policy, hunted: Hunted, title: str | None = None) -> str:
    """The block in the one layout, under a line that names the law; for a hunt that found something."""
    draft = hunted.counterexample
    assert draft is not None
    plan = evaluate_draft(policy, draft).rows
    block = draft.as_test(title or hunted.law.title, tuple(expectations(plan)))
    return f"# This book breaks the law {quote(hunted.law.title)}.\n{block}"


def expectations(plan: Plan) -> Iterator[str]:
    """All that a plan decides, as a test expects it: who is awarded what, who is rejected and why, what is lacking."""
    given: dict[tuple[str, str], Fraction] = {}
    for award in plan.awards:
        key = award.offer, award.request
        given[key] = given.get(key, Fraction(0)) + award.quantity
    for (offer, request), quantity in given.items():
        yield f"award {mass(quantity)} from {named(offer)} to {named(request)}"
    for rejection in plan.rejections:
        whom = "" if rejection.request is None else f" for {named(rejection.request)}"
        because = ", ".join(dict.fromkeys(reason.code for reason in rejection.reasons))
        yield f"reject {named(rejection.offer)}{whom} because {because}"
    for one in plan.shortfalls:
        yield f"shortfall {mass(one.quantity)} for {named(one.request)} because {', '.join(one.because)}"
    for place in plan.placements:
        yield f"place {mass(place.quantity)} from {named(place.offer)} in {named(place.facility)}"
