"""Wrong policies and what is said of them; right ones, of which nothing is said; the pages' own examples.

`TOPIC/bad/NAME.vault` names its code in its first line, and `NAME.txt` is what the checker prints. One mistake is one
diagnostic; files called `three_…` hold three. REWRITE_GOLDENS=1 writes the texts anew: read the diff as an analyst.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from vault_rules import resources
from vault_rules.api import check_policy
from vault_rules.semantics.check import check
from vault_rules.semantics.load import load
from vault_rules.source.codes import CODES, explain_page, read_page
from vault_rules.source.diagnostic import WARNING, Diagnostic, has_errors
from vault_rules.source.render_text import render_text
from vault_rules.source.text import Source

GOLDEN = Path(__file__).parent
BAD = sorted(GOLDEN.glob("*/bad/*.vault"))
GOOD = sorted(GOLDEN.glob("*/good/*.vault"))
EVALUATION = {code for code in CODES if code.startswith("V05")}
"""Codes that need a book: shown in `test_evaluation_codes`."""
HEADER = 'policy reserve "Reserve" { currency USD }\n\n'
# the parser's, Python's and the grammar's words
FOREIGN = re.compile(
    r"\b_?[A-Z]{4,}\b|\b_?[A-Z]+_[A-Z]+|\$END|Unexpected|[Tt]oken|terminal|\bNone\b|\bError\b|\bTree\b|lark"
    r"|\bstr\b|\bint\b|\bbool\b|\bfloat\b|\bFraction\b|<class|object at|Traceback",
    re.ASCII,
)
QUOTED = re.compile(r"`[^`]*`|\"[^\"]*\"|U\+[0-9A-F]{4,6}")


def named(path: Path) -> str:
    return f"{path.parent.parent.name}/{path.stem}"


def checked(path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Diagnostic, ...]:
    """What is said of a file, its name as short as a user would give it."""
    monkeypatch.chdir(path.parents[1])
    return check_policy(f"{path.parent.name}/{path.name}")[1]


def codes_of(path: Path) -> list[str]:
    """The codes that a golden's first line names."""
    first = path.read_bytes().decode("utf-8", "replace").lstrip("\ufeff").partition("\n")[0]
    return re.findall(r"V[0-9]{4}", first) if first.startswith("#") else []


def example(text: str) -> tuple[Diagnostic, ...]:
    """What is said of a page's example, with a header if it lacks one."""
    root = Source("policy.vault", text if "policy " in text else HEADER + text, "policy.vault")

    def find(_beside: Source, path: str) -> Source | None:
        shipped = resources.shipped_policy(path)
        if path == root.name:
            return root
        return None if shipped is None else Source(path, shipped.read_text(encoding="utf-8"), path)

    loaded, found = load(root, find)
    return (*found, *check(loaded)[1])


@pytest.mark.parametrize("path", BAD, ids=named)
def test_of_a_wrong_policy_is_said_what_its_golden_says(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = render_text(checked(path, monkeypatch))
    golden = path.with_suffix(".txt")
    if os.environ.get("REWRITE_GOLDENS") == "1":
        golden.write_text(said, encoding="utf-8")
    assert said == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", BAD, ids=named)
def test_one_mistake_is_one_diagnostic_of_its_code(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = checked(path, monkeypatch)
    assert len(found) == (3 if path.stem.startswith("three_") else 1)
    assert codes_of(path)[0] in {one.code for one in found}


@pytest.mark.parametrize("path", BAD, ids=named)
def test_it_is_said_in_the_authors_words_and_with_help(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for one in checked(path, monkeypatch):
        assert one.help
        assert one.severity == CODES[one.code].severity
        labels = " ".join(label.message for label in one.labels)
        said = QUOTED.sub("", f"{one.message} {one.label} {labels} {one.help}")
        assert not FOREIGN.search(said.replace("DFARS", "")), said


@pytest.mark.parametrize("path", GOOD, ids=named)
def test_of_a_right_policy_nothing_is_said(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert render_text(checked(path, monkeypatch)) == ""


def test_no_golden_is_left_over() -> None:
    texts = {path.with_suffix("") for path in GOLDEN.glob("*/bad/*.txt")}
    assert texts == {path.with_suffix("") for path in BAD}


def test_there_are_many_wrong_policies() -> None:
    texts = {path.read_bytes() for path in BAD}
    assert len(texts) == len(BAD)
    assert len(BAD) >= 400


@pytest.mark.parametrize("code", sorted(CODES.keys() - EVALUATION))
def test_every_code_has_a_wrong_and_a_right_policy(code: str) -> None:
    assert [path for path in BAD if code in codes_of(path)]
    assert [path for path in GOOD if code in codes_of(path)]


@pytest.mark.parametrize("code", sorted(CODES.keys() - EVALUATION))
def test_what_a_page_calls_wrong_is_wrong(code: str) -> None:
    page = read_page(explain_page(code) or "")
    found = example(page.wrong)
    if code == "V0116":
        return  # a page cannot show what is no text
    if CODES[code].severity == WARNING:
        assert not has_errors(found)
        assert code in {one.code for one in found}
    else:
        assert [one.code for one in found if one.is_error] == [code]


@pytest.mark.parametrize("code", sorted(CODES))
def test_what_a_page_calls_right_is_right(code: str) -> None:
    found = example(read_page(explain_page(code) or "").right)
    assert not has_errors(found)
    assert code not in {one.code for one in found}


def test_the_codes_are_those_that_the_package_says() -> None:
    said = set()
    for path in Path(resources.__file__).parent.rglob("*.py"):
        if path.name != "codes.py":
            said |= set(re.findall(r'"(V[0-9]{4})"', path.read_text(encoding="utf-8")))
    assert said == set(CODES)
