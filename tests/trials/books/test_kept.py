"""Counterexamples kept beside the policy, and told as tests."""

from __future__ import annotations

import shutil
from functools import cache
from pathlib import Path

import attrs
import pytest

from tests.support.trials import parsed_test
from tests.trials.books.wrong_policies import FOLDER, LIMIT
from vault_rules import api
from vault_rules.errors import UsageError
from vault_rules.trials.blocks import tests_of
from vault_rules.trials.books.hunting import Hunted, hunt
from vault_rules.trials.books.kept import keep, kept_for, place_for
from vault_rules.trials.books.told import told
from vault_rules.trials.draft import Draft, drafted
from vault_rules.trials.running import run_test

NAME = "a_decoy"


@pytest.fixture
def policy(tmp_path: Path) -> api.Policy:
    return api.load_policy(shutil.copy(FOLDER / "wrong" / f"{NAME}.vault", tmp_path))


@cache
def found(policy: api.Policy) -> Hunted:
    return hunt(policy, policy.typed.laws[0], examples=LIMIT)


def test_a_policy_without_counterexamples_keeps_none(policy: api.Policy) -> None:
    assert kept_for(policy) == ()
    assert not place_for(policy).exists()


def test_what_is_kept_is_read_back(policy: api.Policy) -> None:
    hunted = found(policy)
    assert keep(policy, hunted) == place_for(policy)
    assert kept_for(policy) == (hunted.counterexample,)
    names = {one.name for one in place_for(policy).parent.iterdir()}
    assert names == {"a_decoy.counterexamples", "a_decoy.vault"}  # nothing half written is left


def test_the_same_book_is_kept_once(policy: api.Policy) -> None:
    keep(policy, found(policy))
    before = place_for(policy).read_bytes()
    assert keep(policy, found(policy)) is None
    assert place_for(policy).read_bytes() == before


def test_two_books_for_one_law_have_names_of_their_own(policy: api.Policy) -> None:
    first = found(policy)
    assert first.counterexample is not None
    other = Hunted(first.law, 1, 0, renamed(first), first.violations, 1)
    keep(policy, first)
    keep(policy, other)
    assert kept_for(policy) == (first.counterexample, other.counterexample)
    text = place_for(policy).read_text(encoding="utf-8")
    title = first.law.title
    assert text.count(f'# This book breaks the law "{title}".') == 2
    assert (f'test "{title}" {{' in text, f'test "{title} (2)" {{' in text) == (True, True)


def renamed(hunted: Hunted) -> Draft:
    assert hunted.counterexample is not None
    return attrs.evolve(hunted.counterexample, as_of=hunted.counterexample.as_of.replace(day=9))


def test_a_hunt_that_found_nothing_keeps_nothing(policy: api.Policy) -> None:
    assert keep(policy, Hunted(policy.typed.laws[0], 10, 0)) is None
    assert not place_for(policy).exists()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('test "x" {', r"line 1: .*repair it, or delete that test"),
        ('test "x" {\n  offers {\n    | offer |\n  }\n}', "line 1: the test 'x' says 0 days"),
        ("mineral cobalt", "line 1: only tests are kept here"),
    ],
)
def test_a_file_that_cannot_be_read_is_said_and_left(policy: api.Policy, text: str, why: str) -> None:
    place_for(policy).write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=why):
        kept_for(policy)
    with pytest.raises(UsageError, match=why):
        keep(policy, found(policy))
    assert place_for(policy).read_text(encoding="utf-8") == text


def test_a_folder_that_cannot_be_written_to_is_said(policy: api.Policy, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "write_text", refuse)
    with pytest.raises(UsageError, match="cannot be written: Permission denied"):
        keep(policy, found(policy))


def test_a_counterexample_is_told_as_a_test_that_passes_now(policy: api.Policy) -> None:
    hunted = found(policy)
    text = told(policy, hunted)
    assert text.splitlines()[0] == f'# This book breaks the law "{hunted.law.title}".'
    assert drafted(parsed_test(text)) == hunted.counterexample
    path = place_for(policy).with_name("pasted.vault")
    whole = (FOLDER / "wrong" / f"{NAME}.vault").read_text(encoding="utf-8") + "\n" + text
    path.write_text(whole, encoding="utf-8")
    pasted = api.load_policy(path)
    (test,) = tests_of(pasted)
    assert run_test(pasted, test).passed
