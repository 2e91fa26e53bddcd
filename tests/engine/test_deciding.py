"""Decisions alone: of each offer what the reference says of it, before anybody asks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import polars as pl
import pytest

import vault_rules as vr
from tests.differential.cases import Case, random_case
from tests.differential.engines import column_book, program_of, tiny_sizes
from tests.differential.rich import rich_case
from tests.support.policies import policy as load_text
from vault_rules.domain.columns import TooWide
from vault_rules.engine.candidates import Candidacy, Candidates
from vault_rules.engine.eligibility import Standing
from vault_rules.engine.fast.deciding import decide
from vault_rules.engine.fast.vectors import Wide
from vault_rules.engine.program import Day
from vault_rules.engine.readings import parts, reads_request
from vault_rules.engine.reference import Evaluation, run
from vault_rules.errors import EvaluationError
from vault_rules.semantics import typed

Said = dict[str, tuple[bool, str | None, bool | None]]


def by_reference(case: Case) -> Said:
    """What the reference says of each offer, nobody asking."""
    evaluation = run(program_of(case), case.book, case.as_of)
    return {
        name: (one.may_serve, one.tier, _within(evaluation, one)) if one.may_serve else (False, None, None)
        for name, one in evaluation.eligibility.run(case.book.offers).items()
    }


def _within(evaluation: Evaluation, standing: Standing) -> bool | None:
    world, offer = evaluation.world, standing.offer
    view = world.view(offer)
    for rule in world.day.waterfalls:
        clauses = view.clauses(rule) if rule.scope.holds(offer.mineral, None) else None
        if clauses is None:
            continue
        step = next((one for one in clauses["steps"] if standing.tier in one.tiers), None)
        if step is None:
            return None
        read = [clauses[step.number, "ratio"], *(clauses[step.number, "references"] or ())]
        if any(_asks(one, world.day) for one in read if one is not None):
            return None
        found = Candidacy(view, [])
        Candidates(world, evaluation.eligibility).judge_premium(offer, step, clauses, found)
        return not found.unknown and not found.failing
    return None


def _asks(expr: typed.Expr, day: Day) -> bool:
    if reads_request([expr], day):
        return True
    return any(isinstance(one, typed.Column) and one.owner == "request" for one in parts(expr, day))


def by_columns(case: Case) -> Said:
    program = program_of(case)
    found = decide(program, column_book(case, program), case.as_of)
    return {name: (eligible, tier, within) for name, eligible, tier, within in found.iter_rows()}


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("make", [random_case, rich_case])
def test_decisions_are_those_of_the_reference(make: Callable[[int], Case], seed: int) -> None:
    case = make(seed)
    try:
        expected = by_reference(case)
        found = by_columns(case)
    except (EvaluationError, TooWide, Wide):
        return
    assert found == expected
    with tiny_sizes(seed):
        assert by_columns(case) == expected


POLICY = """
policy p { currency USD }
mineral cobalt
mineral gallium
table standard {
  | mineral | purity | price        |
  | cobalt  | 99%    | 30.00 USD/kg |
  | gallium | 95%    | 500 USD/kg   |
}
tier home when origin = US
tier away otherwise
require pure: purity >= standard[mineral].purity
route cobalt_desk: {cobalt} to t
waterfall w {
  take home premium <= 10% over standard[mineral].price
  take away premium <= request.purity over standard[mineral].price
}
"""


def offered(**columns: list[str]) -> vr.Book:
    size = len(columns["price"])
    offers = {
        "offer": [f"o{at}" for at in range(size)], "trader": ["t"] * size, "mineral": ["cobalt"] * size,
        "quantity": ["1"] * size, "origin": ["US"] * size, "purity": ["99"] * size,
    }  # fmt: skip
    asked = pl.DataFrame({"request": ["r"], "buyer": ["b"], "mineral": ["cobalt"], "quantity": ["1"]})
    return vr.Book.from_frames(offers=pl.DataFrame({**offers, **columns}), requests=asked)


def said(book: vr.Book) -> list[tuple[bool, str | None, bool | None]]:
    found = vr.decide(load_text(POLICY), book, date(2027, 8, 1)).sort("offer")
    return [(eligible, tier, within) for _, eligible, tier, within in found.iter_rows()]


def test_one_smallest_unit_either_way() -> None:
    book = offered(price=["33.00", "33.01", "550", "550.01"], mineral=["cobalt", "cobalt", "gallium", "gallium"])
    assert said(book) == [(True, "home", True), (True, "home", False)] * 2


def test_an_impure_offer_and_one_without_a_route_have_no_tier() -> None:
    book = offered(price=["30", "30", "30"], purity=["98.99%", "99%", ""], trader=["t", "u", "t"])
    assert said(book) == [(False, None, None)] * 3


def test_a_premium_that_depends_on_who_asks_is_not_said() -> None:
    assert said(offered(price=["30"], origin=["AU"])) == [(True, "away", None)]


def test_a_book_is_asked_again_each_time() -> None:
    book, policy = offered(price=["30", "40"]), load_text(POLICY)
    first = vr.decide(policy, book, date(2027, 8, 1))
    assert vr.decide(policy, book, date(2027, 8, 1)).equals(first)
