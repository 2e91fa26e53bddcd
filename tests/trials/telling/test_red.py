"""What is told of red tests and broken laws, whole: as text, JSON and JUnit XML. `REWRITE_GOLDENS=1` writes it anew."""

from __future__ import annotations

import json
import os
import re
from functools import cache
from pathlib import Path
from xml.etree import ElementTree as ET

import attrs
import pytest

from vault_rules.source.diagnostic import ERROR, Diagnostic
from vault_rules.source.text import Source, Span
from vault_rules.trials.choosing import chosen
from vault_rules.trials.hunts import Hunt
from vault_rules.trials.results import Failure, FileResult, Ran, TestResult
from vault_rules.trials.suites import found, run
from vault_rules.trials.telling.as_json import results_to_json
from vault_rules.trials.telling.junit import results_to_junit
from vault_rules.trials.telling.text import told

GOLDEN = Path(__file__).parents[1] / "golden"
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


@cache
def red() -> Ran:
    """The red file's results, as if every test took a hundredth of a second."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(GOLDEN)
        ran = run(found(["red.vault"], chosen(None)))
    files = [
        attrs.evolve(one, tests=tuple(attrs.evolve(test, seconds=0.01) for test in one.tests)) for one in ran.files
    ]
    return Ran(tuple(files), 0.05)


@cache
def broken() -> Ran:
    """The results of a file with laws, as if hunting for them took no time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(GOLDEN)
        ran = run(found(["broken.vault"], chosen(None)), hunt=Hunt(60, 7))
    (file,) = ran.files
    return Ran((attrs.evolve(file, hunted=0.5),), 0.5)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("red.txt", lambda: told(red())),
        ("red.json", lambda: results_to_json(red())),
        ("red.xml", lambda: results_to_junit(red())),
        ("broken.txt", lambda: told(broken())),
        ("broken.json", lambda: results_to_json(broken())),
        ("broken.xml", lambda: results_to_junit(broken())),
    ],
)
def test_what_is_told_is_its_golden(name: str, text: object) -> None:
    assert callable(text)
    said, golden = text(), GOLDEN / name
    if os.environ.get("REWRITE_GOLDENS") == "1":
        golden.write_text(said, encoding="utf-8")
    assert said == golden.read_text(encoding="utf-8")


def test_colour_changes_no_letter() -> None:
    lit = told(red(), colour=True)
    assert "\x1b[1;31mFAILED\x1b[0m" in lit
    assert _COLOUR.sub("", lit) == told(red())


@pytest.mark.parametrize("width", [60, 80, 100, 120])
def test_no_line_is_longer_than_asked(width: int) -> None:
    assert [line for line in told(red(), width=width).splitlines() if len(line) > width] == []


def test_json_and_junit_count_what_there_is() -> None:
    fields = json.loads(results_to_json(red()))
    assert fields["totals"] == {
        "tests": 5, "passed": 1, "failed": 4, "laws": 0, "broken": 0, "not_chosen": 0,
    }  # fmt: skip
    root = ET.fromstring(results_to_junit(red()))
    assert (root.get("tests"), root.get("failures"), root.get("errors")) == ("5", "4", "0")
    assert [case.get("line") for case in root.iter("testcase")] == [
        str(test["line"]) for file in fields["files"] for test in file["tests"]
    ]


def test_whatever_a_title_holds_xml_stays_xml_and_a_terminal_is_not_spoken_to() -> None:
    title = 'bell \x07, escape \x1b[2J, <tag> & "marks", a lone \ud800'
    span = Span(Source("p.vault", "test"), 0, 4)
    failure = Failure("this is not so", ("\x1b[31m",), ("\x07",), (), span)
    ran = Ran((FileResult("p.vault", (), (TestResult(title, span, (failure,)),)),))
    text = results_to_junit(ran)
    (case,) = ET.fromstring(text).iter("testcase")
    assert '<tag> & "marks"' in (case.get("name") or "")
    assert not {"\x1b", "\x07", "\ud800"} & set(told(ran))


def test_a_file_with_errors_is_an_error_in_junit() -> None:
    span = Span(Source("p.vault", "oops"), 0, 4)
    ran = Ran((FileResult("p.vault", (Diagnostic("V0102", ERROR, "no statement", span),)),))
    (error,) = ET.fromstring(results_to_junit(ran)).iter("error")
    assert (error.get("type"), error.get("message")) == ("V0102", "no statement")
    assert "V0102" in told(ran) and "1 file with errors" in told(ran)
