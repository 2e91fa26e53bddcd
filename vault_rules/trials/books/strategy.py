"""Drafts for a policy as a Hypothesis strategy, for laws written in Python."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from vault_rules import api
from vault_rules.trials.books.choosing import Chooser
from vault_rules.trials.books.making import Maker
from vault_rules.trials.draft import Draft

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn, SearchStrategy


def drafts(policy: api.Policy, as_of: date | None = None) -> SearchStrategy[Draft]:
    """Small books for this policy, whose rows meet at its boundaries: one to six offers, one to three requests.

    Their cells are good, and a waterfall is in force for each request. What is shrunk has fewer rows and plainer
    values. `as_of` is the day of all of them; without it they are of days on which something begins or ends. Raises
    `UsageError` for a policy that never has a waterfall, or none on that day.
    """
    from hypothesis import strategies as st

    maker = Maker(policy, on=as_of)

    @st.composite
    def draft(draw: DrawFn) -> Draft:
        return maker.make(Drawn(draw))

    return draft()


class Drawn(Chooser):
    """Choices drawn by Hypothesis."""

    def __init__(self, draw: DrawFn) -> None:
        self._draw = draw

    def below(self, end: int) -> int:
        found: int = self._draw(_upto(end - 1))
        return found


@lru_cache
def _upto(last: int) -> SearchStrategy[Any]:
    from hypothesis import strategies as st

    return st.integers(0, last)
