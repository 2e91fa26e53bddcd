"""`vault-rules test --mutate`, from its arguments to its exit code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.command import vault_rules
from tests.support.coverage import tried
from tests.support.policies import HEADER
from vault_rules.cli import test_mutate

POLICY = HEADER + "waterfall w { take all }\nrequire cheap: price <= 10 USD/kg\n"
CHEAP = tried("2027-08-01", "a x cobalt US 10 100kg").replace("} }\n", "}\nexpect award 100 kg\n}\n")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "a.vault").write_text(POLICY + CHEAP, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_without_the_option_nothing_is_changed(folder: Path) -> None:
    assert "mutation" not in vault_rules("test").out


def test_text_stands_after_the_results(folder: Path) -> None:
    done = vault_rules("test", "--mutate")
    assert done.code == 0
    results, _, changes = done.out.partition("1 passed in")
    assert results and "changes of p tried on 1 test\n" in changes
    assert "`10 USD/kg` became `11 USD/kg`" in changes
    assert changes.endswith("mutation score 66.6%: 4 of 6 changes noticed; 0 change nothing, 1 make no policy\n")


@pytest.mark.parametrize("asked", [("--min", "66%"), ("--min", "mutation=66.6%")])
def test_a_score_that_meets_the_minimum_is_well(folder: Path, asked: tuple[str, ...]) -> None:
    assert vault_rules("test", "--mutate", *asked).code == 0


def test_below_the_minimum_it_ends_with_1_and_says_by_how_much(folder: Path) -> None:
    done = vault_rules("test", "--mutate", "--min", "90%")
    assert done.code == 1
    assert done.out.endswith(
        "\n\nmutation score of p is 66.6%, 23.4% below the minimum of 90.0%: 2 more of 6 changes must be noticed\n"
    )


def test_json_holds_each_change_and_what_became_of_it(folder: Path) -> None:
    done = vault_rules("test", "--mutate", "--min", "90%", "--format", "json")
    found = json.loads(done.out)
    assert done.code == 1
    assert found["mutation"]["schema"] == "vault-rules/mutation/1"
    (policy,) = found["mutation"]["policies"]
    assert policy["score"] == "66.6%" and policy["minimums"] == [{"percent": "90.0%", "met": False}]
    assert {
        "kind": "limits",
        "of": "the require `cheap`",
        "file": "a.vault",
        "line": 5,
        "column": 25,
        "end_line": 5,
        "end_column": 34,
        "change": "`10 USD/kg` became `9 USD/kg`",
        "from": "10 USD/kg",
        "to": "9 USD/kg",
        "outcome": "killed",
        "by": 'test "t"',
    } in policy["changes"]


def test_only_the_tests_that_are_chosen_notice(folder: Path) -> None:
    (folder / "a.vault").write_text(POLICY + CHEAP + CHEAP.replace('"t"', '"second"'), encoding="utf-8")
    assert "tried on 1 test\n" in vault_rules("test", "-k", "second", "--mutate").out


def test_with_coverage_a_plain_minimum_is_of_that(folder: Path) -> None:
    done = vault_rules("test", "--mutate", "--coverage", "text", "--min", "0%", "--min", "mutation=90%")
    assert done.code == 1
    assert "rule coverage" in done.out and "mutation score of p is 66.6%" in done.out
    assert vault_rules("test", "--mutate", "--coverage", "text", "--min", "0%").code == 0


def test_a_policy_with_errors_is_not_changed(folder: Path) -> None:
    (folder / "a.vault").write_text(POLICY + "require x: nowhere\n", encoding="utf-8")
    done = vault_rules("test", "--mutate")
    assert done.code == 1 and "mutation" not in done.out


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("--min", "mutation=90%"), "Say --mutate, too"),
        (("--coverage", "text", "--min", "mutation=90%"), "Say --mutate, too"),
        (("--mutate", "--min", "rules=90%"), "Say --coverage text, json or html, too"),
        (("--mutate", "--min", "lines=90%"), "`lines` is no kind of coverage"),
    ],
)
def test_what_is_asked_for_without_measuring_it_is_refused(folder: Path, asked: tuple[str, ...], said: str) -> None:
    done = vault_rules("test", *asked)
    assert done.code == 2 and said in done.err


def test_what_takes_long_says_how_far_it_is(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    times = iter(range(0, 1000, 2))
    monkeypatch.setattr(test_mutate, "monotonic", lambda: next(times))
    assert "a.vault: 2 of 7 changes tried …\n" in vault_rules("test", "--mutate").err
