"""What an evaluation holds is given back as soon as its plan is, without waiting for the collector of garbage.

Columns of a large book are hundreds of megabytes, and the collector counts objects, not bytes.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from random import Random
from typing import Any
from weakref import ref

import pytest

import vault_rules as vr
from tests.differential.cases import Case, random_case
from tests.differential.engines import column_book, program_of
from tests.differential.rich import rich_case
from tests.support.books import book
from tests.support.parted_books import parted, tables_of
from tests.support.policies import policy
from vault_rules.domain.columns import ColumnBook, TooWide
from vault_rules.engine.fast import deciding, evaluation
from vault_rules.engine.fast.evaluation import FastEvaluation
from vault_rules.engine.fast.lanes import Lanes
from vault_rules.engine.fast.serving import Serving
from vault_rules.engine.fast.vectors import Wide
from vault_rules.engine.fast.verdicts import Verdicts
from vault_rules.engine.parts.market import Market
from vault_rules.engine.program import Program
from vault_rules.errors import EvaluationError

Asked = Callable[[FastEvaluation], object]
SAID: dict[str, Asked] = {
    "nothing": lambda one: None,
    "awards": lambda one: one.awards,
    "shortfalls": lambda one: one.shortfalls,
    "rejections": lambda one: list(one.rejections()),
    "the first rejection": lambda one: next(one.rejections(), None),
    "what caps counted": lambda one: one.caps.entries,
}


@pytest.fixture(autouse=True)
def _without_collector() -> Iterator[None]:
    gc.disable()
    yield
    gc.enable()


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """All that holds columns for an evaluation, from here on."""
    found: list[Any] = []
    for kind in (Serving, Lanes, Verdicts, ColumnBook):
        made = kind.__init__

        def noted(self: Any, *given: Any, made: Any = made, **named: Any) -> None:
            found.append(ref(self))
            made(self, *given, **named)

        monkeypatch.setattr(kind, "__init__", noted)
    return found


def still(held: list[Any]) -> list[Any]:
    return [one() for one in held if one() is not None]


def columns_of(case: Case) -> tuple[Program, ColumnBook] | None:
    """A generated case for the fast engine, if columns hold it."""
    program = program_of(case)
    try:
        return program, column_book(case, program)
    except TooWide:
        return None


@pytest.mark.parametrize("asked", SAID)
@pytest.mark.parametrize("make", [random_case, rich_case])
def test_an_evaluation_is_given_back_whatever_was_asked_of_it(
    make: Callable[[int], Case], asked: str, held: list[Any]
) -> None:
    evaluated = 0
    for seed in range(20):
        given = columns_of(case := make(seed))
        try:
            found = None if given is None else evaluation.evaluate(*given, case.as_of)
        except (EvaluationError, Wide):
            continue  # the error's traceback holds what it went through
        if found is not None:
            SAID[asked](found)
            evaluated += 1
        del found, given
        assert not still(held), f"seed {seed}"
    assert evaluated > 10 and len(held) >= 2 * evaluated


def test_so_is_what_decisions_ask(held: list[Any]) -> None:
    for seed in range(20):
        given = columns_of(case := rich_case(seed))
        try:
            if given is not None:
                deciding.decide(*given, case.as_of)
        except (EvaluationError, Wide):
            continue
        del given
        assert not still(held), f"seed {seed}"
    assert held


def test_a_book_keeps_what_was_made_for_the_last_policies_and_days_and_takes_it_along(held: list[Any]) -> None:
    given = book()
    for number in range(1, 41):
        rules = policy(f"require cheap: price < {number + 34} USD/kg\nwaterfall w {{ take all }}")
        plan = vr.evaluate(rules, given, date(2027, 1, 1 + number % 2))
        assert plan.awards.height == 1
        plan.to_json()
    del plan, rules
    assert 0 < sum(isinstance(one, Verdicts) for one in still(held)) <= 2 * 16
    del given
    assert not still(held)


def test_and_so_is_a_plan_in_parts_once_it_is_written(held: list[Any], tmp_path: Path) -> None:
    for seed in range(12):
        case = random_case(seed)
        parts = vr.read_book(parted(tmp_path / f"{seed}", tables_of(case.book), 2, Random(seed)))
        try:
            plan = vr.evaluate(policy(case.text), parts, case.as_of)
            plan.to_json()
        except (EvaluationError, vr.BookError):
            continue
        del plan
        assert not still(held), f"seed {seed}"
    assert held


def test_a_market_goes_when_there_is_no_room_for_it(
    held: list[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VAULT_RULES_MEMORY", "1")
    most, made = 0, Market.__init__

    def counted(self: Market, *given: Any) -> None:
        nonlocal most
        most = max(most, sum(isinstance(one, Market) for one in still(held)))
        made(self, *given)

    monkeypatch.setattr(Market, "__init__", counted)
    for seed in range(12):
        case = random_case(seed)
        parts = vr.read_book(parted(tmp_path / f"{seed}", tables_of(case.book), 2, Random(seed)))
        try:
            plan = vr.evaluate(policy(case.text), parts, case.as_of)
        except (EvaluationError, vr.BookError):
            continue
        plan.to_json()
        for offer in case.book.offers[:3]:
            vr.explain(plan, offer.offer)
        del plan
    assert len([one for one in held if one() is None]) > 100
    assert most <= 2
