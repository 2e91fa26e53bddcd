"""Strategies for books, plans and rows: those of a policy, at its boundaries."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import cache
from typing import TypeVar

from hypothesis import reject
from hypothesis import strategies as st

from vault_rules import api, resources
from vault_rules.domain.bind import bind
from vault_rules.domain.book import Book
from vault_rules.domain.rows import BoundBook, Offer, Request
from vault_rules.errors import EvaluationError
from vault_rules.trials.books import strategy
from vault_rules.trials.draft import Draft, evaluate_draft

T = TypeVar("T")


def drafts(policy: api.Policy | None = None, as_of: date | None = None) -> st.SearchStrategy[Draft]:
    """Small books with their day, made for a policy: its minerals, countries and traders, dates at the edges of its
    windows, prices and quantities at its limits and one smallest unit beside them, nulls where they are allowed.

    `draft.book()` and `draft.as_of` are what `evaluate` takes. A failing test shows a draft as a `test` block, and
    makes it smaller row by row. Without a policy they are made for the one that is shipped. `as_of` is the day of
    all; without it they are of days on which something begins or ends. Raises `UsageError` for a policy that never
    has a waterfall, or none on that day.
    """
    return strategy.drafts(policy or shipped(), as_of)


def books(policy: api.Policy | None = None, as_of: date | None = None) -> st.SearchStrategy[Book]:
    """The same without their day: give one, where they shall be evaluated. Raises what `drafts` raises."""
    return drafts(policy, as_of).map(Draft.book)


def plans(policy: api.Policy | None = None, as_of: date | None = None) -> st.SearchStrategy[api.Plan]:
    """What `evaluate` makes of such books. Raises what `drafts` raises."""
    mine = policy or shipped()

    def plan(draft: Draft) -> api.Plan:
        try:
            return evaluate_draft(mine, draft)
        except EvaluationError:
            reject()  # no waterfall is in force for this buyer: a policy may waive its own

    return drafts(mine, as_of).map(plan)


def offers(policy: api.Policy | None = None, as_of: date | None = None) -> st.SearchStrategy[Offer]:
    """Single offers of such books, as the engine reads them: exact, in kilograms and the policy's currency."""
    return _rows(policy or shipped(), as_of, lambda book: book.offers)


def requests(policy: api.Policy | None = None, as_of: date | None = None) -> st.SearchStrategy[Request]:
    """Single requests of such books, as the engine reads them."""
    return _rows(policy or shipped(), as_of, lambda book: book.requests)


def _rows(policy: api.Policy, as_of: date | None, of: Callable[[BoundBook], Sequence[T]]) -> st.SearchStrategy[T]:
    def bound(draft: Draft) -> Sequence[T]:
        return of(bind(draft.book(), **api.eyes_of(policy, draft.as_of)))

    return drafts(policy, as_of).map(bound).flatmap(st.sampled_from)


@cache
def shipped() -> api.Policy:
    """The policy that is shipped."""
    return api.load_policy(resources.policies_folder() / "project_vault.vault")
