"""What is true of the changes of any policy: each is one edit, is read as its text, and called none only if it is."""

from __future__ import annotations

import json
from datetime import date
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.differential.cases import DAYS, Case
from tests.differential.rich import rich_case
from tests.support.policies import HEADER, policy
from vault_rules.api import Policy
from vault_rules.engine.program import compile_policy
from vault_rules.engine.reference import evaluate
from vault_rules.errors import EvaluationError
from vault_rules.language import parser
from vault_rules.report.as_json import plan_to_json
from vault_rules.semantics.check import check
from vault_rules.semantics.load import load
from vault_rules.semantics.typed import TypedPolicy
from vault_rules.source.diagnostic import has_errors
from vault_rules.source.text import Source
from vault_rules.trials.mutation.changing import Changer
from vault_rules.trials.mutation.mutant import KINDS, Mutant
from vault_rules.trials.mutation.mutants import mutants
from vault_rules.trials.mutation.normal import normal_form
from vault_rules.trials.mutation.reach import reach

SEEDS = st.integers(0, 2**48)
few = settings(max_examples=5 if settings.default is None else max(settings.default.max_examples // 20, 5))
"""Each example is a policy of its own, and many changes of it."""
SOME = 12


def some(seed: int) -> tuple[Case, Policy, list[Mutant]]:
    """A policy with its book, and some of its changes."""
    case = rich_case(seed)
    of = policy(case.text)
    found = mutants(of)
    return case, of, Random(seed).sample(found, min(SOME, len(found)))


@few
@given(SEEDS)
def test_every_change_is_one_edit_of_one_place_in_order_and_the_same_every_time(seed: int) -> None:
    _, of, _ = some(seed)
    found = mutants(of)
    assert mutants(of) == found
    assert len({(one.start, one.end, one.text) for one in found}) == len(found)
    assert [one.span.start for one in found] == sorted(one.span.start for one in found)
    text = of.file.source.text
    for one in found:
        assert one.kind in KINDS and one.said and one.of
        assert one.whole_text != text
        assert one.whole_text[: one.start] == text[: one.start] and one.whole_text.endswith(text[one.end :])
        assert 0 <= one.span.start < one.span.end <= len(text) and one.span.text == one.span.text.strip()
        assert one.start <= one.span.end and one.span.start <= one.end


@few
@given(SEEDS)
def test_what_a_change_touches_reads_alone_as_the_whole_text_reads(seed: int) -> None:
    _, of, chosen = some(seed)
    changer = Changer(of)
    for one in chosen:
        read = changer.read(one)
        whole, diagnostics = parser.parse(Source("p.vault", one.whole_text, "p.vault"))
        assert has_errors(diagnostics) == has_errors(read.diagnostics)
        old = of.file.statements
        if not has_errors(diagnostics):
            assert whole.statements == (*old[: read.touched.start], *read.found, *old[read.touched.stop :])
            assert whole.statements != old or one.kind == "cells"  # a number may be written in two ways


@few
@given(SEEDS)
def test_a_change_is_checked_as_its_whole_text_is(seed: int) -> None:
    _, of, chosen = some(seed)
    changer = Changer(of)
    for one in chosen:
        changed, diagnostics = changer.changed(one)
        loaded, found = load(Source("p.vault", one.whole_text, "p.vault"), lambda beside, path: None)
        typed, more = check(loaded)
        fine = typed is not None and not has_errors(found)
        assert (changed is not None) == fine
        if changed is not None and typed is not None:
            assert _plain(changed.typed) == _plain(typed)
        else:
            assert {one.code for one in diagnostics if one.is_error} == {one.code for one in more if one.is_error}


def _plain(of: TypedPolicy) -> Any:
    return of.rules, of.tiers, of.waterfalls, of.caps, of.stores, of.exceptions, of.lets, of.tables, of.serve, of.sha256


@few
@given(SEEDS)
def test_a_plan_is_another_only_where_a_change_is_said_to_reach(seed: int) -> None:
    """Of what is called no change that is nowhere."""
    case, of, chosen = some(seed)
    changer, form = Changer(of), normal_form(of.typed)
    book = case.book
    minerals = frozenset(
        row.mineral
        for rows in (book.offers, book.requests, book.holdings, book.awards, book.benchmarks)
        for row in rows
    )
    told = {day: _told(of.typed, case, day) for day in (*DAYS[:2], case.as_of)}
    for one in chosen:
        changed, _ = changer.changed(one)
        if changed is None:
            continue
        other = normal_form(changed.typed)
        spread = reach(form, other)
        assert bool(spread) == (form != other)
        for day, plan in told.items():
            if not any(part.has(day, minerals) for part in spread):
                assert _told(changed.typed, case, day) == plan, f"{one.of}: {one.said} on {day}"


def _told(of: TypedPolicy, case: Case, day: date) -> Any:
    """What a plan says, but for the places of rules, the parameters, and the words in which limits are shown."""
    try:
        plan = evaluate(compile_policy(of), case.book, day)
    except EvaluationError as stopped:
        return stopped.diagnostic.code, stopped.diagnostic.message
    found = json.loads(plan_to_json(plan))
    return _without_words({key: value for key, value in found.items() if key not in ("policy", "parameters")})


def _without_words(of: Any) -> Any:
    if isinstance(of, dict):
        hidden = ("actual", "limit") if "code" in of else ()
        is_place = isinstance(of.get("rule"), dict)
        return {
            key: _without_words(value)
            for key, value in of.items()
            if key not in hidden and not (key == "rule" and is_place)
        }
    return [_without_words(one) for one in of] if isinstance(of, list) else of


@few
@given(SEEDS)
def test_a_form_is_its_own_and_that_of_the_same_text_laid_out_otherwise(seed: int) -> None:
    case, of, _ = some(seed)
    again = policy(HEADER + "# laid out otherwise\n" + case.text.replace("\n", "\n\n")) if _is_plain(case) else of
    assert normal_form(again.typed) == normal_form(of.typed)


def _is_plain(case: Case) -> bool:
    return not case.text.lstrip().startswith("policy ") and '"' not in case.text
