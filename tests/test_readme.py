"""What the README shows is true."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.shipped import demo, with_a_small_book
from vault_rules.api import check_policy, format_text

CHECKOUT = Path(__file__).resolve().parent.parent
README = (CHECKOUT / "README.md").read_text(encoding="utf-8")


def shown(language: str) -> str:
    """The first example in a language."""
    found = re.search(rf"^```{language}\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)
    assert found is not None, f"the README shows no {language}"
    return found[1]


def test_the_policy_has_no_mistake_and_is_laid_out(tmp_path: Path) -> None:
    policy = tmp_path / "reserve.vault"
    policy.write_text(shown("vault"), encoding="utf-8")
    assert check_policy(policy)[1] == ()
    text, laid_out = format_text(shown("vault"))
    assert laid_out == text


def test_the_python_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    with_a_small_book(tmp_path)
    monkeypatch.chdir(tmp_path)
    exec(compile(shown("python"), "README.md", "exec"), {})
    assert "offer" in capsys.readouterr().out
    assert (tmp_path / "plan.xlsx").stat().st_size > 0


def test_the_configuration_is_the_shipped_one() -> None:
    assert shown("toml") == (CHECKOUT / "policies/books/small_reserve/vault.toml").read_text(encoding="utf-8")


def test_the_output_that_it_shows_is_the_demos() -> None:
    shown_parts = README.partition("<!-- demo: begin -->\n```text\n")[2].partition("```")[0].split("[…]")
    printed = demo().done.out
    assert [part for part in shown_parts if part.strip("\n") not in printed] == []
    assert len(shown_parts) > 3


def test_every_file_it_links_to_is_there() -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", README)
    assert [link for link in links if not (CHECKOUT / link).exists()] == []


def test_every_command_it_names_is_one() -> None:
    from vault_rules.cli.main import COMMANDS

    assert set(re.findall(r"^\| `vault-rules ([a-z]+)", README, re.MULTILINE)) == set(COMMANDS)
