"""What is true of the coverage of any policy: watching it changes nothing, and more is never less."""

from __future__ import annotations

from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.differential.cases import checked
from tests.differential.rich import rich_case
from tests.support.coverage import tried
from tests.support.policies import policy
from vault_rules.domain.plan import Plan
from vault_rules.engine.program import compile_policy
from vault_rules.engine.reference import evaluate
from vault_rules.engine.result import plan_of
from vault_rules.errors import EvaluationError
from vault_rules.source.diagnostic import Diagnostic
from vault_rules.trials.blocks import tests_of
from vault_rules.trials.coverage.evaluating import WatchedProgram, run_watched
from vault_rules.trials.coverage.gaps import gaps
from vault_rules.trials.coverage.measuring import Coverage, measure
from vault_rules.trials.coverage.points import KINDS, Notes
from vault_rules.trials.coverage.policies import watch
from vault_rules.trials.draft import Draft, draft_of

SEEDS = st.integers(0, 2**48)
few = settings(max_examples=12 if settings.default is None else max(settings.default.max_examples // 8, 12))
"""Each example is a policy of its own."""


@few
@given(SEEDS)
def test_watching_changes_no_plan_and_notes_only_what_can_be_covered(seed: int) -> None:
    case = rich_case(seed)
    typed, _ = checked(case.text)
    assert typed is not None
    notes = Notes()
    watched = watch(typed, notes)
    program = WatchedProgram(watched.policy, notes)
    plain: Plan | Diagnostic
    seen: Plan | Diagnostic
    try:
        plain = evaluate(compile_policy(typed), case.book, case.as_of)
    except EvaluationError as stopped:
        plain = stopped.diagnostic
    try:
        seen = plan_of(program, run_watched(program, case.book, case.as_of))
    except EvaluationError as stopped:
        seen = stopped.diagnostic
    assert seen == plain
    assert notes.seen <= {one.id for one in watched.points}


@few
@given(SEEDS)
def test_every_point_has_its_place_in_a_file_and_words_of_its_own(seed: int) -> None:
    typed, _ = checked(rich_case(seed).text)
    assert typed is not None
    points = watch(typed, Notes()).points
    assert len({one.id for one in points}) == len(points)
    for one in points:
        assert one.kind in KINDS and one.missing and one.of
        assert 0 <= one.span.start < one.span.end <= len(one.span.source.text)
        assert one.span.text == one.span.text.strip()


@few
@given(SEEDS)
def test_the_points_are_in_order_and_the_same_every_time(seed: int) -> None:
    typed, _ = checked(rich_case(seed).text)
    assert typed is not None
    points = watch(typed, Notes()).points
    assert watch(typed, Notes()).points == points
    assert [one.span.start for one in points] == sorted(one.span.start for one in points)


POLICY = """
mineral cobalt
mineral gallium
let most = 20 USD/kg
tier home when origin = US
tier other otherwise
require cheap: price <= most
waterfall w {
  take home premium <= 10% over best(other, depth 1 kg) if none allow
  take other share <= 50% by price
}
cap country: share by origin <= 60% of requested
exception dear to most for {gallium} before 2028-01-01 because "x" { 30 USD/kg }
"""
BOOKS = (
    tried("2027-08-01", "a x cobalt US 11 60kg", "b x cobalt AU 10 1kg")
    + tried("2027-08-01", "a x cobalt US 10 100kg")
    + tried("2028-01-01", "a x cobalt CA 20 50kg", "b x cobalt AU 21 1kg", "c x cobalt CL 19 1kg")
    + tried("2027-12-31", "a x gallium US 30 60kg", requests="r1 gm gallium 100kg")
    + tried("2027-12-31", "a x gallium US 25 70kg", requests="r1 gm gallium 100kg", more="set most = 5 USD/kg")
    + tried("2027-12-31", "a x cobalt AU 25 70kg")
)


@cache
def drafts() -> tuple[Draft, ...]:
    of = policy(POLICY + BOOKS)
    return tuple(draft_of(of, one) for one in tests_of(of))


@cache
def measured(numbers: tuple[int, ...]) -> Coverage:
    return measure(subject(), [drafts()[number] for number in numbers])


@cache
def subject():  # type: ignore[no-untyped-def]
    return policy(POLICY)


SOME = st.lists(st.integers(0, 5), max_size=5).map(tuple)


@given(SOME, SOME)
def test_more_drafts_never_cover_less(some: tuple[int, ...], more: tuple[int, ...]) -> None:
    less, all_ = measured(some), measured(some + more)
    assert less.covered <= all_.covered
    for kind in (None, *KINDS):
        assert less.figure(kind).ratio <= all_.figure(kind).ratio <= 1


@given(SOME, st.randoms(use_true_random=False))
def test_the_order_of_drafts_does_not_matter(some: tuple[int, ...], random: object) -> None:
    order = list(some)
    random.shuffle(order)  # type: ignore[attr-defined]
    assert measured(tuple(order)) == measured(some)


@given(SOME, SOME)
def test_coverages_put_together_are_that_of_all_drafts(some: tuple[int, ...], more: tuple[int, ...]) -> None:
    assert measured(some) | measured(more) == measured(some + more)


@given(SOME)
def test_what_is_said_to_be_missing_is_missing_and_nothing_missing_goes_unsaid(some: tuple[int, ...]) -> None:
    coverage = measured(some)
    said = gaps(coverage)
    missing = {(one.file, one.span.start, one.span.end) for one in coverage.missing}
    places = {(one.file, one.span.start, one.span.end) for one in said}
    assert places <= missing
    for file, start, end in missing - places:  # it follows from what is said of a part, or of the whole, around it
        assert any(
            one.file == file and ((one.span.start <= start and end <= one.span.end) or start <= one.span.start < end)
            for one in said
        )
    assert bool(said) == bool(coverage.missing)
