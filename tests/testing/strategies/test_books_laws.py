"""Generated books: they fit their policy, on their day, and what a failing test shows of them makes them again."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import vault_rules as vr
from vault_rules.domain.rows import Offer, Request
from vault_rules.errors import EvaluationError, UsageError
from vault_rules.testing import (
    Features,
    book_of,
    books,
    draft_of,
    drafts,
    offers,
    plans,
    policies,
    policy_of,
    requests,
)
from vault_rules.testing.strategies.books import shipped
from vault_rules.testing.texts import book_text
from vault_rules.trials.draft import Draft, evaluate_draft

DAY = date(2027, 8, 1)
RESERVE = policy_of("""\
policy reserve { currency USD }
mineral cobalt
trader one
trader two
buyer gm
waterfall buying from 2027-07-01 before 2027-10-01 { take all premium <= 15% over 10 USD/kg }
""")
few = settings(max_examples=25, suppress_health_check=[])


@few
@given(drafts(RESERVE))
def test_a_draft_is_of_a_day_on_which_it_can_be_evaluated(draft: Draft) -> None:
    assert date(2027, 7, 1) <= draft.as_of < date(2027, 10, 1)
    evaluate_draft(RESERVE, draft)


@few
@given(books(RESERVE, DAY))
def test_a_book_fits_the_day_it_is_asked_for(book: vr.Book) -> None:
    book.check()
    vr.evaluate(RESERVE, book, DAY)


@few
@given(plans(RESERVE, DAY))
def test_a_plan_is_of_that_day_and_policy(plan: vr.Plan) -> None:
    assert (plan.rows.policy, plan.rows.as_of) == ("reserve", DAY)


@few
@given(offers(RESERVE), requests(RESERVE))
def test_rows_are_of_what_the_policy_declares(offer: Offer, request: Request) -> None:
    assert (offer.mineral, request.mineral, request.buyer) == ("cobalt", "cobalt", "gm")
    assert offer.trader in {"one", "two"}
    assert all(type(one) is Fraction and one > 0 for one in (offer.price, offer.quantity, request.quantity))


def test_a_day_without_a_waterfall_is_refused() -> None:
    with pytest.raises(UsageError, match="no waterfall of this policy is in force on 2026-01-01"):
        drafts(RESERVE, date(2026, 1, 1))


@settings(few, max_examples=15)
@given(st.data())
def test_books_of_any_policy_have_good_cells(data: st.DataObject) -> None:
    policy = data.draw(policies(features=Features(shows=False)))
    draft = data.draw(drafts(policy))
    with suppress(EvaluationError):  # where the policy waives its only waterfall
        evaluate_draft(policy, draft)


@few
@given(drafts(RESERVE))
def test_a_draft_and_its_book_are_made_again_from_their_texts(draft: Draft) -> None:
    assert draft_of(draft.as_test("an example")) == draft
    book = draft.book()
    text = book_text(book)
    assert book_of(text).sha256 == book.sha256
    assert book_text(book_of(text)) == text


KINDS = [vr.Policy, vr.Book, vr.Plan, Draft, Offer, Request]


@pytest.mark.parametrize("kind", KINDS, ids=lambda one: one.__name__)
def test_hypothesis_knows_the_types(kind: type) -> None:
    @settings(max_examples=3, database=None)
    @given(st.from_type(kind))
    def check(value: object) -> None:
        assert isinstance(value, kind)

    check()


def test_without_a_policy_books_are_made_for_the_shipped_one() -> None:
    assert shipped().name == "project_vault"
