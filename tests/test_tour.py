"""The tour of the policies: every example is a whole policy that checks, is laid out, and whose tests hold.

With REWRITE_GOLDENS=1 the examples are laid out, to be read in the diff.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from tests.support.command import vault_rules
from tests.support.shipped import with_a_small_book
from tests.support.told import blocks, try_out
from vault_rules import api, resources
from vault_rules.cli.packs import SIMPLEST
from vault_rules.trials.blocks import tests_of

CHECKOUT = Path(__file__).resolve().parent.parent
PAGE = CHECKOUT / "policies" / "README.md"
TOUR = PAGE.read_text(encoding="utf-8")
EXAMPLES = [one.text for one in blocks(TOUR) if one.info.startswith("vault")]
TITLES = [re.match(r'policy \w+ "(.*)"', one) for one in EXAMPLES]


def ids(text: str) -> str:
    return text.split('"')[1]


def test_the_tour_begins_with_the_policy_that_the_command_writes() -> None:
    assert EXAMPLES[0] == SIMPLEST.format(name="reserve")
    assert len([line for line in EXAMPLES[0].splitlines() if line]) <= 10


def test_every_example_is_a_whole_policy_and_each_is_larger_than_the_first() -> None:
    assert len(EXAMPLES) >= 7
    assert all(TITLES)
    assert {one.info for one in blocks(TOUR)} == {"vault", "console", "csv", "text"}
    assert min(len(one) for one in EXAMPLES[1:]) > len(EXAMPLES[0])


@pytest.mark.parametrize("text", EXAMPLES, ids=ids)
def test_an_example_checks_without_a_word_and_is_laid_out(text: str, tmp_path: Path) -> None:
    file = tmp_path / "reserve.vault"
    file.write_text(text, encoding="utf-8")
    laid_out = api.format_file(file)[1]
    if os.environ.get("REWRITE_GOLDENS"):
        page = PAGE.read_text(encoding="utf-8")
        assert page.count(text) == 1
        PAGE.write_text(page.replace(text, laid_out), encoding="utf-8")
    assert [str(one) for one in api.check_policy(file)[1]] == []
    assert laid_out == text


@pytest.mark.parametrize("text", EXAMPLES[1:], ids=ids)
def test_the_tests_of_an_example_hold(text: str, tmp_path: Path) -> None:
    file = tmp_path / "reserve.vault"
    file.write_text(text, encoding="utf-8")
    assert tests_of(api.load_policy(file))
    done = vault_rules("test", str(file), "-j", "1")
    assert done.code == 0, done.out


def test_the_commands_of_the_tour_do_what_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with_a_small_book(tmp_path)
    monkeypatch.chdir(tmp_path)
    assert try_out(TOUR, tmp_path) >= 1


def test_the_tour_names_every_file_that_lies_there() -> None:
    named = re.findall(r"`(lib/\w+\.vault)`", TOUR)
    assert {f"lib/{file.name}" for file in (resources.policies_folder() / "lib").iterdir()} <= set(named)
