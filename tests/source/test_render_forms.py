"""The forms that machines read."""

from __future__ import annotations

import json
from typing import Any

import pytest

from vault_rules.source.diagnostic import ERROR, WARNING, Diagnostic, Label
from vault_rules.source.render import FORMATS, render
from vault_rules.source.text import Source, Span

HERE = Source("a.vault", "let é = 鈷\nrequire dear: price <= 15%\n")
THERE = Source("lib/b c.vault", "let x = 2\n")


def mistake(message: str = "cannot compare", label: str = "a ratio") -> Diagnostic:
    start = HERE.text.index("15%")
    return Diagnostic(
        "V0203",
        ERROR,
        message,
        Span(HERE, start, start + 3),
        label,
        (Label(Span(THERE, 4, 5), "a price"),),
        "say 15 USD/kg",
    )


WARNED = Diagnostic("V9999", WARNING, "mind this", Span(HERE, 8, 9))


def loaded(format: str, *found: Diagnostic) -> Any:
    return json.loads(render(found, format))


def test_json_is_a_list_in_file_order_with_places_from_one() -> None:
    assert loaded("json", mistake(), WARNED) == [
        {
            "code": "V9999",
            "severity": "warning",
            "message": "mind this",
            "file": "a.vault",
            "line": 1,
            "column": 9,
            "end_line": 1,
            "end_column": 10,
            "label": "",
            "help": None,
            "labels": [],
        },
        {
            "code": "V0203",
            "severity": "error",
            "message": "cannot compare",
            "file": "a.vault",
            "line": 2,
            "column": 24,
            "end_line": 2,
            "end_column": 27,
            "label": "a ratio",
            "help": "say 15 USD/kg",
            "labels": [
                {"message": "a price", "file": "lib/b c.vault", "line": 1, "column": 5, "end_line": 1, "end_column": 6}
            ],
        },
    ]


def test_json_of_nothing_is_an_empty_list() -> None:
    assert loaded("json") == []


def test_a_mistake_found_twice_is_told_once() -> None:
    assert len(loaded("json", mistake(), mistake())) == 1


def test_github_gets_one_command_a_mistake() -> None:
    assert render([mistake(), WARNED], "github") == (
        "::warning file=a.vault,line=1,col=9,endLine=1,endColumn=10,title=V9999::mind this\n"
        "::error file=a.vault,line=2,col=24,endLine=2,endColumn=27,title=V0203::"
        "cannot compare%0Alib/b c.vault:1:5: a price%0Ahelp: say 15 USD/kg\n"
    )


def test_github_commands_escape_what_would_end_them() -> None:
    source = Source("a,b:c%.vault", "x")
    text = render([Diagnostic("V0203", ERROR, "100%: a,\r\nb", Span(source, 0, 1))], "github")
    assert text.startswith("::error file=a%2Cb%3Ac%25.vault,line=1,")
    assert text.endswith("::100%25: a,%0D%0Ab\n")


def test_sarif_has_a_rule_for_each_code_and_a_result_for_each_mistake() -> None:
    log = loaded("sarif", mistake(), WARNED)
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    assert run["columnKind"] == "unicodeCodePoints"
    rules = run["tool"]["driver"]["rules"]
    assert [one["id"] for one in rules] == ["V0203", "V9999"]
    assert rules[0]["shortDescription"]["text"] == "comparing two different kinds of value"
    assert rules[0]["help"]["markdown"].startswith("# V0203: ")
    assert rules[1] == {"id": "V9999", "defaultConfiguration": {"level": "warning"}}
    warned, wrong = run["results"]
    assert (warned["ruleIndex"], warned["level"]) == (1, "warning")
    assert "relatedLocations" not in warned
    assert wrong["message"]["text"] == "cannot compare\nhelp: say 15 USD/kg"
    region = {"startLine": 2, "startColumn": 24, "endLine": 2, "endColumn": 27}
    assert wrong["locations"] == [
        {"physicalLocation": {"artifactLocation": {"uri": "a.vault"}, "region": region}, "message": {"text": "a ratio"}}
    ]
    (related,) = wrong["relatedLocations"]
    assert related["physicalLocation"]["artifactLocation"]["uri"] == "lib/b%20c.vault"
    assert related["message"]["text"] == "a price"


@pytest.mark.parametrize("format", [one for one in FORMATS if one != "text"])
def test_colour_is_for_the_text_only(format: str) -> None:
    assert render([mistake()], format, colour=True) == render([mistake()], format)


def test_there_is_no_other_form() -> None:
    with pytest.raises(ValueError, match="there are text, json, github, sarif"):
        render([], "yaml")
