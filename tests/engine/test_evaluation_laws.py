"""What is true of every evaluation, whatever the policy and the book."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fractions import Fraction
from typing import Any

import attrs
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.differential.cases import Case, checked, random_case
from tests.differential.comparison import STOPPED, of_engine
from vault_rules.domain.plan import Plan, Rejection
from vault_rules.engine.program import compile_policy
from vault_rules.engine.reference import Evaluation, run
from vault_rules.engine.result import plan_of
from vault_rules.errors import EvaluationError

seeds = st.integers(min_value=0, max_value=2**32)
cases = seeds.map(random_case)
few = settings(max_examples=settings.default.max_examples // 2 if settings.default else 50)
"""Each example is a policy of its own, parsed, checked and evaluated twice."""


def case_with_an_exception(seed: int) -> Case:
    """The first case from a seed on that has an exception and can be evaluated."""
    while not exceptions_of(case := random_case(seed)) or of_engine(case) is STOPPED:
        seed += 1
    return case


def exceptions_of(case: Case) -> list[int]:
    return [at for at, text in enumerate(case.statements) if text.startswith("exception ")]


excepted = seeds.map(case_with_an_exception)


def evaluated(case: Case) -> tuple[Evaluation, Plan]:
    """The evaluation and its plan; a case that stops (no waterfall in force) is not asked about."""
    typed, _ = checked(case.text)
    assume(typed is not None)
    assert typed is not None
    program = compile_policy(typed)
    try:
        evaluation = run(program, case.book, case.as_of)
        return evaluation, plan_of(program, evaluation)
    except EvaluationError:
        assume(False)
        raise


def codes(rejection: Rejection) -> list[str]:
    return [reason.code for reason in rejection.reasons]


def same(one: Plan, other: Plan) -> bool:
    """The same but for where the clauses stand and what the policy's text hashes to."""
    return bool(_without_places(one) == _without_places(other))


def _without_places(plan: Plan) -> Any:
    cleared = attrs.asdict(attrs.evolve(plan, policy_sha256=""))

    def clear(node: Any) -> Any:
        if isinstance(node, dict):
            return {name: clear(value) for name, value in node.items() if name != "rule" or isinstance(value, str)}
        return [clear(one) for one in node] if isinstance(node, list | tuple) else node

    return clear(cleared)


@few
@given(cases)
def test_awarded_before_and_now_and_shortfall_make_what_was_requested(case: Case) -> None:
    _, plan = evaluated(case)
    for request in case.book.requests:
        mine = [one.quantity for one in plan.awards if one.request == request.request]
        before = [one.quantity for one in case.book.awards if one.request == request.request]
        lacking = [one.quantity for one in plan.shortfalls if one.request == request.request]
        if sum(before) > request.quantity:
            assert not mine and not lacking  # a book of files with such awards is refused
            continue
        assert all(one > 0 for one in lacking)
        assert sum(mine) + sum(before) + sum(lacking) == request.quantity


@few
@given(cases)
def test_no_offer_sells_more_than_it_has_and_only_in_whole_lots_above_its_minimum(case: Case) -> None:
    _, plan = evaluated(case)
    offers = {one.offer: one for one in case.book.offers}
    sold: dict[str, Fraction] = {}
    for award in plan.awards:
        offer = offers[award.offer]
        sold[award.offer] = sold.get(award.offer, Fraction(0)) + award.quantity
        assert award.quantity >= (offer.min_quantity or 0)
        assert offer.lot is None or (award.quantity / offer.lot).denominator == 1
    assert all(quantity <= offers[name].quantity for name, quantity in sold.items())


@few
@given(cases)
def test_every_offer_won_something_or_is_rejected_with_a_reason_and_no_offer_is_both(case: Case) -> None:
    _, plan = evaluated(case)
    won, lost = {one.offer for one in plan.awards}, {one.offer for one in plan.rejections}
    assert won | lost == {one.offer for one in case.book.offers}
    assert not won & lost
    assert all(one.reasons for one in plan.rejections)


@few
@given(cases)
def test_an_award_never_takes_a_cap_over_its_limit(case: Case) -> None:
    """Each cap is counted again from the awards: before its last award it may already be over, by that award never."""
    evaluation, plan = evaluated(case)
    for use in plan.totals.caps:
        (rule,) = [one for one in evaluation.day.caps if one.name == use.rule]
        if any(one.target == rule.name for one in evaluation.day.exceptions):
            continue  # its limit is another for some
        fresh = Evaluation(evaluation.program, case.book, case.as_of)
        clauses = fresh.world.view().clauses(rule)
        assert clauses is not None
        before = fresh.caps.used(rule, clauses)
        after = evaluation.caps.used(rule, clauses)
        for group, used in after.items():
            names = {column.name: value for column, value in zip(clauses["per"] or (), group, strict=False)}
            view = fresh.world.view(mineral=names.get("mineral"), buyer=names.get("buyer"))
            limit, _ = fresh.caps.limit(rule, clauses, view)
            assert used == before.get(group, 0) or limit is None or used <= limit


@few
@given(cases, st.randoms(use_true_random=False))
def test_shuffling_the_rows_changes_nothing(case: Case, random: Any) -> None:
    def shuffled(rows: Iterable[Any]) -> tuple[Any, ...]:
        found = list(rows)
        random.shuffle(found)
        return tuple(found)

    book = case.book
    tables: dict[str, Any] = {name: shuffled(getattr(book, name)) for name in _TABLES}
    assert evaluated(case)[1] == evaluated(attrs.evolve(case, book=attrs.evolve(book, **tables)))[1]


_TABLES = ("offers", "requests", "benchmarks", "facilities", "holdings", "awards")


@few
@given(cases)
def test_renaming_ids_in_order_changes_nothing_else(case: Case) -> None:
    """Every offer and request gets a letter before its id: the order of ids stays."""
    book = case.book
    renamed = attrs.evolve(
        book,
        offers=tuple(attrs.evolve(one, offer=f"x{one.offer}") for one in book.offers),
        requests=tuple(attrs.evolve(one, request=f"y{one.request}") for one in book.requests),
        awards=tuple(
            attrs.evolve(one, request=one.request and f"y{one.request}", offer=one.offer and f"x{one.offer}")
            for one in book.awards
        ),
    )
    statements = tuple(re.sub(r'"(r\d+)"', r'"y\1"', re.sub(r'"(o\d+)"', r'"x\1"', one)) for one in case.statements)
    _, before = evaluated(case)
    _, after = evaluated(attrs.evolve(case, book=renamed, statements=statements))
    assert [(f"y{a.request}", f"x{a.offer}", a.quantity, a.cost) for a in before.awards] == [
        (a.request, a.offer, a.quantity, a.cost) for a in after.awards
    ]
    assert [(f"x{r.offer}", r.request and f"y{r.request}", codes(r)) for r in before.rejections] == [
        (r.offer, r.request, codes(r)) for r in after.rejections
    ]
    assert (before.totals.awarded, before.totals.by_tier) == (after.totals.awarded, after.totals.by_tier)


STRICTER = (
    "price <= 2 USD/kg",
    "origin in {AU, US}",
    "purity >= 98%",
    "delivery <= today",
    'form = "metal"',
    "lot < 1 t",
)


@few
@given(cases, st.sampled_from(STRICTER))
def test_one_more_require_never_makes_an_offer_eligible(case: Case, condition: str) -> None:
    before, _ = evaluated(case)
    more = attrs.evolve(case, statements=(*case.statements, f"require one_more: {condition}"))
    after, _ = evaluated(more)
    for name, standing in after.standings.items():
        assert before.standings[name].may_serve or not standing.may_serve


@few
@given(cases, st.integers(90, 99))
def test_a_stricter_require_never_makes_an_offer_eligible(case: Case, least: int) -> None:
    def at(purity: int) -> Case:
        return attrs.evolve(case, statements=(*case.statements, f"require least: purity >= {purity}%"))

    before, _ = evaluated(at(least))
    after, _ = evaluated(at(least + 1))
    assert [n for n, one in after.standings.items() if one.may_serve and not before.standings[n].may_serve] == []


@few
@given(excepted)
def test_an_exception_that_is_not_in_force_may_be_removed(case: Case) -> None:
    evaluation, plan = evaluated(case)
    in_force = {one.name for one in evaluation.day.exceptions}
    for at in exceptions_of(case):
        kept = attrs.evolve(case, statements=case.statements[:at] + case.statements[at + 1 :])
        if case.statements[at].split()[1] not in in_force and checked(kept.text)[0] is not None:
            assert same(plan, evaluated(kept)[1])


@few
@given(excepted)
def test_a_removed_exception_changes_no_verdict_on_an_offer_outside_its_scope(case: Case) -> None:
    before, _ = evaluated(case)
    for at in exceptions_of(case):
        name = case.statements[at].split()[1]
        (scope,) = [one.scope for one in before.program.policy.exceptions if one.name == name]
        kept = attrs.evolve(case, statements=case.statements[:at] + case.statements[at + 1 :])
        if scope.minerals is None or checked(kept.text)[0] is None or of_engine(kept) is STOPPED:
            continue
        after, _ = evaluated(kept)
        for offer, standing in before.standings.items():
            if not scope.has_mineral(standing.offer.mineral):
                found = after.standings[offer]
                assert [one.code for one in standing.reasons] == [one.code for one in found.reasons]
                assert standing.tier == found.tier


@few
@given(excepted, st.randoms(use_true_random=False))
def test_the_order_of_lets_and_exceptions_in_the_file_changes_nothing(case: Case, random: Any) -> None:
    """As in law: an exception does not win by standing last. Rules keep their order, since reasons are told in it."""
    header, *rest = case.statements
    loose = [one for one in rest if one.startswith(("let ", "exception ", "group ", "table "))]
    kept = [one for one in rest if one not in loose]
    random.shuffle(loose)
    moved = attrs.evolve(case, statements=(header, *loose[: len(loose) // 2], *kept, *loose[len(loose) // 2 :]))
    before, after = evaluated(case)[1], evaluated(moved)[1]
    assert [set(one.exceptions) for one in before.awards] == [set(one.exceptions) for one in after.awards]
    cleared = [
        attrs.evolve(plan, awards=tuple(attrs.evolve(one, exceptions=()) for one in plan.awards))
        for plan in (before, after)
    ]
    assert same(*cleared)
