"""`vault-rules test --coverage`, from its arguments to its exit code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.command import vault_rules
from tests.support.coverage import tried
from tests.support.policies import HEADER
from vault_rules.cli import test_coverage

POLICY = HEADER + "waterfall w { take all }\nrequire cheap: price <= 10 USD/kg\n"


def test_of(title: str, price: int, short: int) -> str:
    """A test of an offer of a kilogram at a price, and what is then short."""
    text = tried("2027-08-01", f"a x cobalt US {price} 1kg").replace('"t"', f'"{title}"')
    return text.replace("} }\n", f"}}\nexpect shortfall {short} kg for r1\n}}\n")


test_of.__test__ = False  # type: ignore[attr-defined]  # none of pytest's
CHEAP, DEAR = test_of("cheap", 9, 99), test_of("dear", 11, 100)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "a.vault").write_text(POLICY + CHEAP + DEAR, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_without_options_nothing_is_said_of_coverage(folder: Path) -> None:
    assert "coverage" not in vault_rules("test").out


def test_text_stands_after_the_results(folder: Path) -> None:
    done = vault_rules("test", "--coverage", "text")
    assert done.code == 0
    results, _, coverage = done.out.partition("2 passed in")
    assert results and "coverage of p by 2 tests" in coverage
    assert "never exactly 10 USD/kg" in coverage
    assert coverage.endswith("rule coverage 100.0%: 3 of 3 rules, steps, exceptions and table rows decided something\n")


def test_only_the_tests_that_are_chosen_cover(folder: Path) -> None:
    done = vault_rules("test", "-k", "cheap", "--coverage", "text")
    assert "by 1 test\n" in done.out and "never rejects an offer" in done.out


def test_below_the_minimum_it_ends_with_1_and_says_by_how_much(folder: Path) -> None:
    done = vault_rules("test", "--coverage", "text", "--min", "100%", "--min", "boundaries=50%")
    assert done.code == 1
    assert done.out.endswith(
        "\n\ncoverage of boundaries of p is 0.0%, 50.0% below the minimum of 50.0%: 1 more of 1 point must be covered\n"
    )
    assert vault_rules("test", "--coverage", "text", "--min", "100%").code == 0


def test_json_and_html_go_to_a_file_and_the_figure_is_said(folder: Path) -> None:
    for form, begins in (("json", '{\n  "schema": "vault-rules/coverage/1"'), ("html", "<!DOCTYPE html>")):
        done = vault_rules("test", "--coverage", form, "--coverage-output", f"c.{form}")
        assert done.code == 0 and "rule coverage 100.0%" in done.out and "never" not in done.out
        assert (folder / f"c.{form}").read_text(encoding="utf-8").startswith(begins)
    done = vault_rules("test", "--coverage", "text", "--coverage-output", "c.txt")
    assert "never exactly" in (folder / "c.txt").read_text(encoding="utf-8") and "never exactly" not in done.out


def test_the_json_of_the_results_holds_the_coverage(folder: Path) -> None:
    done = vault_rules("test", "--format", "json", "--coverage", "text", "--min", "rules=90%")
    found = json.loads(done.out)["coverage"]
    assert found["schema"] == "vault-rules/coverage/1" and found["measured"] == "tests"
    assert found["policies"][0]["rule_coverage"] == {"covered": 3, "points": 3, "percent": "100.0%"}
    assert found["policies"][0]["minimums"] == [{"kind": "rules", "percent": "90.0%", "lacking": 0}]


def test_each_policy_is_held_to_the_minimum(folder: Path) -> None:
    (folder / "b.vault").write_text(POLICY.replace("policy p ", "policy q "), encoding="utf-8")
    done = vault_rules("test", "--coverage", "text", "--min", "100%")
    assert done.code == 1
    assert "coverage of p by 2 tests" in done.out and "coverage of q by 0 tests" in done.out
    assert done.out.splitlines()[-1].startswith("rule coverage of q is 0.0%, 100.0% below the minimum")


def test_a_policy_with_errors_has_no_coverage(folder: Path) -> None:
    (folder / "b.vault").write_text("oops", encoding="utf-8")
    done = vault_rules("test", "a.vault", "b.vault", "--coverage", "text")
    assert done.code == 1 and done.out.count("coverage of") == 1


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("--min", "100%"), "Say --coverage text, json or html, too"),
        (("--coverage-output", "c.txt"), "Say --coverage text, json or html, too"),
        (("--coverage", "html"), "--coverage html needs --coverage-output FILE"),
        (("--coverage", "json"), "--coverage json needs --coverage-output FILE"),
        (("--coverage", "text", "--min", "90"), "`90` is no minimum: say a percentage from 0% to 100%"),
        (("--coverage", "text", "--min", "lines=90%"), "`lines` is no kind of coverage"),
    ],
)
def test_what_is_not_understood_ends_with_2(folder: Path, arguments: tuple[str, ...], why: str) -> None:
    done = vault_rules("test", *arguments)
    assert done.code == 2 and why in done.err


LAW = 'always "cheap" { for each award: price <= 10 USD/kg }\n'


def test_the_books_of_laws_cover_what_tests_do_not(folder: Path) -> None:
    (folder / "a.vault").write_text(POLICY + LAW, encoding="utf-8")
    said = {
        whose: vault_rules("test", "--coverage", "text", "--coverage-of", whose, "--examples", "30").out
        for whose in ("tests", "laws", "both")
    }
    assert "coverage of p by 0 tests" in said["tests"] and "rule coverage 0.0%" in said["tests"]
    assert "coverage of p by 30 books of its laws" in said["laws"] and "rule coverage 100.0%" in said["laws"]
    assert "coverage of p by 30 books of its tests and laws" in said["both"]


def test_a_policy_without_laws_has_no_books_of_them(folder: Path) -> None:
    done = vault_rules("test", "--coverage", "text", "--coverage-of", "laws")
    assert "coverage of p by 0 books of its laws" in done.out


def test_no_colour_gets_into_a_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(test_coverage, "colour", lambda stream: True)
    assert vault_rules("test", "--coverage", "text", "--output", "all.txt").code == 0
    said = (folder / "all.txt").read_text(encoding="utf-8")
    assert "never exactly" in said and "\x1b[" not in said
