"""What is told of the packs is so: each has its page, whose parts stand in the policy and whose example comes out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.command import vault_rules
from tests.support.told import blocks, try_out
from vault_rules import api, resources
from vault_rules.cli.packs import packs
from vault_rules.language import ast

CHECKOUT = Path(__file__).resolve().parent.parent
PAGES = CHECKOUT / "docs" / "packs"
PACKS = [one.name for one in packs()]
TOLD = [name for name in PACKS if name != "project_vault"]
"""The packs with a page here: the flagship is told in the tour."""
SHIPPED = [*PACKS, "books/small_reserve/reserve"]
"""Every policy that is shipped."""

HEADER = 'policy docs "The documentation" {\n  currency USD\n}\n\n'


def text_of(name: str) -> str:
    return (PAGES / f"{name}.md").read_text(encoding="utf-8")


def policy_text(name: str) -> str:
    return (resources.policies_folder() / f"{name}.vault").read_text(encoding="utf-8")


# ---- the table -----------------------------------------------------------------------------------------------------


def test_every_pack_has_its_row_and_its_page() -> None:
    rows = re.findall(r"^\| \[(\w+)\]\(([^)]+)\) \|", text_of("README"), re.MULTILINE)
    assert [name for name, _ in rows] == PACKS
    assert {name: link for name, link in rows if name in TOLD} == {name: f"{name}.md" for name in TOLD}
    assert {file.stem for file in PAGES.iterdir()} == {"README", *TOLD}


def test_the_table_says_what_is_left_out() -> None:
    assert re.search(r"Exchange and drawdown .* are left out", " ".join(text_of("README").split()))


# ---- pages ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", TOLD)
def test_a_page_has_the_rule_beside_the_policy_and_a_worked_example(name: str) -> None:
    text = text_of(name)
    assert text.startswith(f"# {name}: ")
    assert f"(../../policies/{name}.vault)" in text
    headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert headings == ["The rule, and the policy", "A worked example", "To know before using it"]
    assert [one.info for one in blocks(text_of(name))].count("vault part") >= 3


@pytest.mark.parametrize("name", TOLD)
def test_the_parts_that_a_page_shows_stand_in_the_policy(name: str) -> None:
    policy = policy_text(name)
    assert [one.text for one in blocks(text_of(name)) if one.info == "vault part" and one.text not in policy] == []


@pytest.mark.parametrize("name", ["README", *TOLD])
def test_the_policies_that_a_page_shows_have_no_mistake_and_are_laid_out(name: str, tmp_path: Path) -> None:
    for one in blocks(text_of(name)):
        if one.info == "vault":
            file = tmp_path / "docs.vault"
            file.write_text(HEADER + one.text, encoding="utf-8")
            assert api.check_policy(file)[1] == ()
            assert api.format_text(one.text)[1] == one.text


@pytest.mark.parametrize("name", TOLD)
def test_a_worked_example_comes_out_as_told(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert try_out(text_of(name), tmp_path) >= 1


# ---- the packs themselves ------------------------------------------------------------------------------------------


def statements(name: str) -> tuple[ast.Statement, ...]:
    return api.load_policy(resources.policies_folder() / f"{name}.vault").file.statements


@pytest.mark.parametrize("name", TOLD)
def test_every_rule_of_a_pack_says_where_it_is_from(name: str) -> None:
    """A rule cites its source; what is assumed says why."""
    silent = [
        one.name.name
        for one in statements(name)
        if isinstance(one, ast.Cap | ast.Condition | ast.Group | ast.Table)
        and one.name is not None
        and not any(modifier.kind in ("cites", "because") for modifier in one.modifiers)
    ]
    assert silent == []


@pytest.mark.parametrize("name", TOLD)
def test_every_figure_of_a_pack_says_where_it_is_from(name: str) -> None:
    policy = api.load_policy(resources.policies_folder() / f"{name}.vault")
    own = {one.name.name: one for one in policy.file.statements if isinstance(one, ast.Let) and one.name is not None}
    silent = [
        parameter
        for parameter in policy.parameters
        if parameter in own and not any(modifier.kind in ("cites", "because") for modifier in own[parameter].modifiers)
    ]
    assert silent == []


@pytest.mark.parametrize("name", PACKS)
def test_a_pack_has_examples_and_laws(name: str) -> None:
    kinds = [type(one) for one in statements(name)]
    assert kinds.count(ast.Test) >= 3
    assert kinds.count(ast.Always) >= 1


@pytest.mark.parametrize("name", SHIPPED)
def test_the_examples_and_laws_of_a_policy_hold_and_the_examples_show_every_rule(name: str) -> None:
    file = resources.policies_folder() / f"{name}.vault"
    hunt = ("--examples", "12", "--no-keep")
    done = vault_rules("test", str(file), "-j", "1", *hunt, "--coverage", "text", "--min", "100%")
    assert done.code == 0, done.out + done.err


@pytest.mark.slow
@pytest.mark.parametrize("name", SHIPPED)
def test_the_laws_of_a_policy_hold_of_as_many_books_as_the_command_tries(name: str) -> None:
    done = vault_rules("test", str(resources.policies_folder() / f"{name}.vault"), "--no-keep")
    assert done.code == 0, done.out + done.err


@pytest.mark.slow
@pytest.mark.parametrize("name", SHIPPED)
def test_nine_in_ten_changes_of_a_policy_are_noticed(name: str) -> None:
    file = resources.policies_folder() / f"{name}.vault"
    done = vault_rules("test", str(file), "--examples", "0", "--no-keep", "--mutate", "--min", "mutation=90%")
    assert done.code == 0, done.out + done.err
