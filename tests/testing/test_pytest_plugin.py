"""The pytest plugin: what is collected of `.vault` files, and how it is chosen, run and told."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from vault_rules.api import load_policy
from vault_rules.testing import policy_of, pytest_plugin
from vault_rules.testing.vault_items import VaultFile
from vault_rules.trials.blocks import laws_of, tests_of
from vault_rules.trials.books.hunting import hunt
from vault_rules.trials.books.kept import keep
from vault_rules.trials.hunts import Hunt, hunt_laws
from vault_rules.trials.running import run_test
from vault_rules.trials.telling.text import Pen, failed

pytest_plugins = ["pytester"]

RESERVE = """\
policy reserve "A small reserve" {
  currency USD
}

mineral cobalt

tier domestic when origin = US
tier foreign  otherwise

waterfall buying {
  take domestic premium <= 15% over best(foreign) if none allow
  take foreign
}

test "domestic wins at the cap" {
  as of 2027-08-01
  offers {
    | offer | trader | mineral | origin | price        | quantity |
    | a     | one    | cobalt  | US     | 11.50 USD/kg | 10 kg    |
    | b     | one    | cobalt  | AU     | 10.00 USD/kg | 10 kg    |
  }
  requests {
    | request | buyer | mineral | quantity |
    | r1      | gm    | cobalt  | 10 kg    |
  }
  expect award 10 kg from a to r1
}

always "domestic costs at most 15% more" {
  for each award where tier = domestic: (premium else 0%) <= 15%
}
"""
RED = RESERVE.replace("premium <= 15% over", "premium <= 15.1% over").replace("11.50 USD/kg", "11.52 USD/kg")
"""The policy is wrong by a tenth of a per cent, and its law is broken."""
STRICT = RED.replace("15.1%", "15%")
"""Its test is wrong, and its law holds."""
FIRST, SECOND = "domestic wins at the cap", "domestic costs at most 15% more"


@pytest.fixture(scope="module", autouse=True)
def loaded() -> None:
    """Everything is imported once: what an inner run imports is thrown away after it, and would not fit what stays."""
    for text in (RESERVE, RED, STRICT):
        policy = policy_of(text)
        ((test,), (law,)) = tests_of(policy), laws_of(policy)
        list(failed(run_test(policy, test), Pen(colour=False, width=80)))
        (result,) = hunt_laws(policy, (law,), Hunt(1000 if text is RED else 5))
        assert result.passed == (text is not RED)
    assert issubclass(VaultFile, pytest.File)


@pytest.fixture
def reserve(pytester: pytest.Pytester) -> Path:
    file = pytester.path / "reserve.vault"
    file.write_text(RESERVE, encoding="utf-8")
    return file


def names(result: pytest.RunResult) -> list[str]:
    """The node ids that a quiet collection tells."""
    return [line for line in result.outlines if "::" in line]


def test_every_test_and_law_is_an_item_in_file_order(pytester: pytest.Pytester, reserve: Path) -> None:
    result = pytester.runpytest("--collect-only", "-q")
    assert names(result) == [f"reserve.vault::{FIRST}", f"reserve.vault::{SECOND}"]


def test_an_item_has_its_file_and_line(pytester: pytest.Pytester, reserve: Path) -> None:
    items, _ = pytester.inline_genitems("reserve.vault")
    places = [one.location for one in items]
    lines = RESERVE.splitlines()
    assert places == [
        ("reserve.vault", lines.index(f'test "{FIRST}" {{'), FIRST),
        ("reserve.vault", lines.index(f'always "{SECOND}" {{'), SECOND),
    ]


@pytest.mark.parametrize(
    ("words", "chosen"), [("cap", [FIRST]), ("domestic and most", [SECOND]), ("law", [SECOND]), ("not law", [FIRST])]
)
def test_items_are_chosen_by_their_words(
    pytester: pytest.Pytester, reserve: Path, words: str, chosen: list[str]
) -> None:
    result = pytester.runpytest("--collect-only", "-q", "-k", words)
    assert names(result) == [f"reserve.vault::{one}" for one in chosen]


def test_an_item_is_chosen_by_its_id(pytester: pytest.Pytester, reserve: Path) -> None:
    result = pytester.runpytest("--collect-only", "-q", f"reserve.vault::{SECOND}")
    assert names(result) == [f"reserve.vault::{SECOND}"]


def test_two_of_one_title_have_two_names(pytester: pytest.Pytester, reserve: Path) -> None:
    law = RESERVE.split("\nalways ")[1]
    reserve.write_text(RESERVE + "\nalways " + law, encoding="utf-8")
    result = pytester.runpytest("--collect-only", "-q", "-k", "law")
    assert names(result) == [f"reserve.vault::{SECOND}", f"reserve.vault::{SECOND} (2)"]


def test_a_policy_without_tests_is_left_alone(pytester: pytest.Pytester, reserve: Path) -> None:
    reserve.write_text(RESERVE.split("\ntest ", maxsplit=1)[0], encoding="utf-8")
    assert pytester.runpytest().ret == pytest.ExitCode.NO_TESTS_COLLECTED


def test_a_wrong_policy_is_told_as_check_tells_it_without_a_traceback(pytester: pytest.Pytester, reserve: Path) -> None:
    reserve.write_text(RESERVE.replace("premium <= 15% over", "premium <= 15 kg over"), encoding="utf-8")
    result = pytester.runpytest()
    result.assert_outcomes(errors=1)
    result.stdout.re_match_lines([r"error\[V0\d+\]: .*", r" +--> reserve\.vault:11:\d+"])
    result.stdout.no_fnmatch_line("*Traceback*")
    result.stdout.no_fnmatch_line("*vault_items.py*")


def test_a_file_without_a_header_that_has_tests_is_told(pytester: pytest.Pytester, reserve: Path) -> None:
    reserve.write_text(RESERVE.split("}\n", 1)[1], encoding="utf-8")
    result = pytester.runpytest()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*this file has no header*"])


def test_a_file_that_is_no_text_is_told(pytester: pytest.Pytester, reserve: Path) -> None:
    reserve.write_bytes(b'test "\xff"')
    result = pytester.runpytest("reserve.vault")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*error?V0116?: this file is not text*"])


# ---- which files ---------------------------------------------------------------------------------------------------


def test_only_files_that_the_patterns_want_are_collected(pytester: pytest.Pytester, reserve: Path) -> None:
    pytester.makeini("[pytest]\nvault_files = policies/*.vault\n")
    policies = pytester.mkdir("policies")
    (policies / "other.vault").write_text(RESERVE, encoding="utf-8")
    assert names(pytester.runpytest("--collect-only", "-q")) == [
        f"policies/other.vault::{FIRST}",
        f"policies/other.vault::{SECOND}",
    ]


def test_without_patterns_only_a_named_file_is_collected(pytester: pytest.Pytester, reserve: Path) -> None:
    pytester.makeini("[pytest]\nvault_files =\n")
    assert pytester.runpytest().ret == pytest.ExitCode.NO_TESTS_COLLECTED
    assert len(names(pytester.runpytest("--collect-only", "-q", "reserve.vault"))) == 2


def test_this_projects_wrong_policies_are_not_collected(request: pytest.FixtureRequest) -> None:
    patterns = request.config.getini("vault_files")
    golden = sorted((request.config.rootpath / "tests").rglob("*.vault"))
    assert golden
    assert [one for one in golden if any(one.match(pattern) for pattern in patterns)] == []


def test_as_many_books_are_tried_as_by_vault_rules_test() -> None:
    assert (int(pytest_plugin.EXAMPLES), int(pytest_plugin.SEED)) == (Hunt().examples, Hunt().seed)


@pytest.mark.parametrize("option", [("--vault-examples", "0"), ("--vault-examples", "-1")])
def test_a_number_of_examples_that_is_none_is_refused(
    pytester: pytest.Pytester, reserve: Path, option: tuple[str, str]
) -> None:
    result = pytester.runpytest(*option)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*vault-examples*at least 1*"])


@pytest.mark.parametrize("name", ["vault_examples", "vault_seed"])
def test_a_setting_that_is_no_number_is_refused(pytester: pytest.Pytester, reserve: Path, name: str) -> None:
    pytester.makeini(f"[pytest]\n{name} = many\n")
    result = pytester.runpytest()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"*`{name}` is a whole number: `many` is none*"])


# ---- what comes of them --------------------------------------------------------------------------------------------


def test_what_is_so_passes(pytester: pytest.Pytester, reserve: Path) -> None:
    pytester.runpytest("--vault-examples", "5").assert_outcomes(passed=2)


def test_a_failed_test_shows_what_was_expected_and_what_is_the_case(pytester: pytest.Pytester, reserve: Path) -> None:
    reserve.write_text(STRICT, encoding="utf-8")
    result = pytester.runpytest("-k", "test")
    result.assert_outcomes(failed=1, deselected=1)
    result.stdout.fnmatch_lines(
        [
            f'FAILED test "{FIRST}"',
            "  reserve.vault:*: this is not so",
            "    expected * actual",
            "    award 10 kg from a to r1 * no award from a to r1",
            "    why *premium:1*",
            f"FAILED reserve.vault::{FIRST}*",
        ]
    )
    result.stdout.no_fnmatch_line("*Traceback*")
    result.stdout.no_fnmatch_line("*NotSoError*")


def test_a_broken_law_shows_the_book_that_breaks_it(pytester: pytest.Pytester, reserve: Path) -> None:
    reserve.write_text(RED, encoding="utf-8")
    result = pytester.runpytest("-k", "law", "--vault-examples", "1000")
    result.assert_outcomes(failed=1, deselected=1)
    result.stdout.fnmatch_lines(
        [
            f'FAILED always "{SECOND}"',
            "  reserve.vault:*: the award of * from * to r1: `(premium else 0%) <=",
            "  15%` does not hold: *% against 15%",
            "  Shown by book * of --seed 0; made small, as a test to paste:",
        ]
    )
    shown = result.stdout.str().partition("as a test to paste:\n\n")[2].partition("\n}\n")[0] + "\n}\n"
    reserve.write_text(f"{RED}\n{shown}", encoding="utf-8")
    pasted = pytester.runpytest("-v", "-k", f"test and {SECOND.replace('%', '').replace(' ', ' and ')}")
    pasted.assert_outcomes(passed=1, deselected=2)


def test_books_kept_beside_the_policy_are_tried_first(pytester: pytest.Pytester, reserve: Path) -> None:
    law = policy_of(RED).typed.laws[0]
    reserve.write_text(RED, encoding="utf-8")
    policy = load_policy(reserve)
    kept = keep(policy, hunt(policy, law, examples=1000))
    assert kept == reserve.with_suffix(".counterexamples")
    result = pytester.runpytest("-k", "law", "--vault-examples", "1")
    result.assert_outcomes(failed=1, deselected=1)
    result.stdout.fnmatch_lines(["  Shown by a book kept from before; made small*"])


def test_kept_books_that_cannot_be_read_are_told(pytester: pytest.Pytester, reserve: Path) -> None:
    reserve.with_suffix(".counterexamples").write_text("what is this", encoding="utf-8")
    result = pytester.runpytest("-k", "law", "--vault-examples", "1")
    result.assert_outcomes(failed=1, deselected=1)
    result.stdout.fnmatch_lines(["error: *reserve.counterexamples cannot be read: line 1*"])
    result.stdout.no_fnmatch_line("*Traceback*")


def test_the_same_seed_finds_the_same_book(pytester: pytest.Pytester, reserve: Path) -> None:
    reserve.write_text(RED, encoding="utf-8")
    pytester.makeini("[pytest]\nvault_examples = 1000\nvault_seed = 7\n")
    said = [
        pytester.runpytest("-k", "law").stdout.str().partition("FAILED always")[2].partition("short test summary")[0]
        for _ in range(2)
    ]
    assert "of --seed 7;" in said[0]
    assert said[0] == said[1]


def test_what_failed_last_is_run_alone(pytester: pytest.Pytester, reserve: Path) -> None:
    reserve.write_text(STRICT, encoding="utf-8")
    pytester.runpytest("--vault-examples", "5").assert_outcomes(failed=1, passed=1)
    reserve.write_text(RESERVE, encoding="utf-8")
    result = pytester.runpytest("--lf", "-v")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines([f"reserve.vault::{FIRST} PASSED*"])


def test_processes_share_the_items(pytester: pytest.Pytester, reserve: Path) -> None:
    (pytester.path / "other.vault").write_text(STRICT, encoding="utf-8")
    result = pytester.runpytest_subprocess("-n", "2", "-p", "xdist", "--vault-examples", "2")
    result.assert_outcomes(passed=3, failed=1)
    result.stdout.fnmatch_lines([f'FAILED test "{FIRST}"'])


def test_junit_xml_has_a_case_with_the_whole_text(pytester: pytest.Pytester, reserve: Path) -> None:
    reserve.write_text(STRICT, encoding="utf-8")
    pytester.runpytest("--junitxml=report.xml", "--vault-examples", "12", "--vault-seed", "3")
    cases = list(ElementTree.parse(pytester.path / "report.xml").getroot().iter("testcase"))
    assert [one.get("name") for one in cases] == [FIRST, SECOND]
    failure = cases[0].find("failure")
    assert failure is not None and failure.text is not None
    assert "this is not so" in failure.text and "\x1b" not in failure.text
    properties = {one.get("name"): one.get("value") for one in cases[1].iter("property")}
    assert properties == {"examples": "12", "seed": "3"}


def test_a_law_of_a_policy_that_never_buys_says_so(pytester: pytest.Pytester, reserve: Path) -> None:
    law = RESERVE.split("\nalways ")[1]
    never = RESERVE.split("waterfall", maxsplit=1)[0] + "always " + law
    reserve.write_text(never, encoding="utf-8")
    result = pytester.runpytest()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*it could not be tried: no waterfall of this policy is ever"])
    result.stdout.no_fnmatch_line("*Traceback*")


# ---- other people's tests ------------------------------------------------------------------------------------------


def test_nothing_heavy_is_loaded_where_there_is_no_policy(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import sys

        def test_loaded():
            heavy = {"hypothesis", "lark", "polars", "openpyxl", "vault_rules.api", "vault_rules.language"}
            assert not heavy & set(sys.modules)
            assert "vault_rules.testing.pytest_plugin" in sys.modules
        """
    )
    pytester.runpytest_subprocess("-p", "no:hypothesispytest").assert_outcomes(passed=1)
