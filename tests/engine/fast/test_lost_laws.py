"""Why offers won nothing, from sets of rows where there are few offers and from columns where there are many."""

from __future__ import annotations

from collections.abc import Callable
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.differential.cases import Case, random_case
from tests.differential.engines import column_book, program_of
from tests.differential.rich import rich_case
from vault_rules.domain.columns import TooWide
from vault_rules.domain.plan import Plan
from vault_rules.engine.fast import lost
from vault_rules.engine.fast.evaluation import evaluate
from vault_rules.engine.fast.plan import later
from vault_rules.engine.fast.vectors import Wide
from vault_rules.errors import EvaluationError
from vault_rules.report.choice import counted, first_rejection

MAKERS: dict[str, Callable[[int], Case]] = {"plain": random_case, "rich": rich_case}
fixed = settings(max_examples=25, deadline=None, derandomize=True, database=None)


def planned(case: Case, few: int) -> Plan | None:
    """The plan where so many offers are few; None where there is none, or the reference makes it."""
    program = program_of(case)
    with patch.object(lost, "FEW_OFFERS_LEFT", few):
        try:
            plan = later(evaluate(program, column_book(case, program), case.as_of))
        except (EvaluationError, Wide, TooWide):
            return None
        counted(plan), plan.rejections, plan.shortfalls  # worked out now, while so many are few
        return plan


@pytest.mark.parametrize("kind", list(MAKERS))
@fixed
@given(seed=st.integers(0, 2**48))
def test_sets_and_columns_say_the_same(kind: str, seed: int) -> None:
    case = MAKERS[kind](seed)
    by_sets, by_columns = planned(case, 10**6), planned(case, -1)
    assert (by_sets is None) == (by_columns is None)
    if by_sets is not None and by_columns is not None:
        assert counted(by_sets) == counted(by_columns)
        assert by_sets.rejections == by_columns.rejections
        assert by_sets.shortfalls == by_columns.shortfalls


@fixed
@given(seed=st.integers(0, 2**48))
def test_the_first_rejection_is_known_without_the_others(seed: int) -> None:
    plan = planned(random_case(seed), 10**6)
    if plan is not None:
        assert first_rejection(plan) == (plan.rejections[0] if plan.rejections else None)
