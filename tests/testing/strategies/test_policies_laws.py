"""Generated policies: they check, they are laid out, they have what is asked for, and they become small."""

from __future__ import annotations

import re

import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

import vault_rules as vr
from vault_rules.api import format_text
from vault_rules.language.statements import STATEMENT_WORDS
from vault_rules.testing import Features, Names, policies, policy_of, policy_texts
from vault_rules.testing.strategies.writer import Writer
from vault_rules.testing.texts import check_text
from vault_rules.trials.books.choosing import Chooser, Dice

strict = settings(suppress_health_check=[], deadline=None)
"""No health check is turned off: examples are quick to make, and nearly none is thrown away."""
NOTHING = Features(
    tiers=False,
    rules=False,
    routes=False,
    premiums=False,
    caps=False,
    targets=False,
    stores=False,
    exceptions=False,
    shows=False,
)


class Simplest(Chooser):
    """Always the first."""

    def below(self, end: int) -> int:
        return 0


def test_of_many_policies_nearly_all_check_without_an_error() -> None:
    wrong = {}
    for seed in range(250):
        text = "\n".join(Writer(Dice(seed)).policy())
        errors = [str(one) for one in check_text(text)[1] if one.is_error]
        if errors:
            wrong[seed] = errors
    assert len(wrong) <= 1, wrong


@settings(strict, max_examples=30)
@given(policy_texts())
def test_a_text_checks_and_stands_in_the_one_layout(text: str) -> None:
    policy, found = check_text(text)
    assert [one for one in found if one.is_error] == []
    assert policy is not None
    assert format_text(text) == (text, text)


@settings(strict, max_examples=20)
@given(policies())
def test_a_policy_is_made_again_from_what_a_failing_test_shows(policy: vr.Policy) -> None:
    (text,) = policy.files.values()
    again = policy_of(text)
    assert again.typed == policy.typed
    assert [str(one) for one in again.diagnostics] == [str(one) for one in policy.diagnostics]


@settings(strict, max_examples=10)
@given(policies(Names(minerals=("nickel",), countries=("DE",), traders=("one",), buyers=("two",))))
def test_only_the_names_that_were_given_are_used(policy: vr.Policy) -> None:
    typed = policy.typed
    assert (list(typed.minerals), typed.traders, typed.buyers) == (["nickel"], {"one"}, {"two"})
    (text,) = policy.files.values()
    known = {"USD", "EUR", "JPY", "EXW", "FOB"}
    assert set(re.findall(r"\b[A-Z]{2,3}\b", text)) - known <= {"DE"}


@settings(strict, max_examples=10)
@given(policies(features=NOTHING))
def test_without_any_feature_there_are_waterfalls_alone(policy: vr.Policy) -> None:
    typed = policy.typed
    assert typed.waterfalls
    assert not (typed.tiers or typed.rules or typed.caps or typed.stores or typed.exceptions or typed.show)


@pytest.mark.parametrize("statement", sorted({*STATEMENT_WORDS} - {"use", "test", "always", "book"}))
def test_every_statement_is_written_now_and_then(statement: str) -> None:
    assert statement in said()


def said(known: list[frozenset[str]] = []) -> frozenset[str]:  # noqa: B006 - worked out once
    """The first words of the lines of many policies."""
    if not known:
        texts = ("\n".join(Writer(Dice(seed)).policy()) for seed in range(120))
        known.append(frozenset(word for text in texts for word in re.findall(r"^\w+", text, re.MULTILINE)))
    return known[0]


def test_the_simplest_choices_give_a_header_what_is_declared_and_one_step() -> None:
    statements = Writer(Simplest(), Names(minerals=("tin",), traders=("ta",), buyers=("gm",))).policy()
    text = format_text("\n".join(statements))[1]
    declared = "mineral tin\ntrader  ta\nbuyer   gm"
    assert text == f"policy p {{\n  currency USD\n}}\n\n{declared}\n\nwaterfall fall1 {{\n  take all\n}}\n"


def test_a_policy_is_made_small_around_what_fails() -> None:
    text = find(policy_texts(), lambda text: "\nexception" in text, settings=settings(database=None))
    assert text.count("\nexception") == 1
    assert len(text.splitlines()) <= 30


@pytest.mark.parametrize(
    ("names", "says"),
    [
        ({"countries": ("XX",)}, "XX"),
        ({"minerals": ("two words",)}, "words"),
        ({"traders": ("a", "a")}, "`a`"),
    ],
)
def test_names_that_no_policy_can_have_are_refused(names: dict[str, tuple[str, ...]], says: str) -> None:
    with pytest.raises(InvalidArgument, match=says):
        policies(Names(**names))


@pytest.mark.parametrize("none", [(), "cobalt"])
def test_a_kind_without_names_is_refused(none: object) -> None:
    with pytest.raises(InvalidArgument, match="at least one name of each kind"):
        Names(minerals=none)  # type: ignore[arg-type]


@settings(max_examples=5, phases=[Phase.generate])
@given(st.from_type(vr.Policy))
def test_hypothesis_knows_the_type(policy: vr.Policy) -> None:
    assert isinstance(policy, vr.Policy)
