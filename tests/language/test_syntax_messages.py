"""What is said of texts that cannot be read: one mistake, one error, in the author's words."""

from __future__ import annotations

import re

import pytest

from vault_rules.language.parser import MAX_CHARACTERS, parse, parse_value
from vault_rules.source.diagnostic import Diagnostic
from vault_rules.source.text import Source

# text, code, line, column
WRONG = [
    ("require a = b = c", "V0101", 1, 11),
    ("require a: b >= 2027-7-1", "V0103", 1, 17),
    ("require a: b = c from 7/1/2027", "V0103", 1, 23),
    ("let a = 1 +", "V0101", 1, 11),
    ("require a = b", "V0101", 1, 9),
    ("let a: 5", "V0101", 1, 6),
    ("tier t whn a = b", "V0101", 1, 8),
    ("route r: x", "V0101", 1, 10),
    ("waterfall w { take all premium < 5% over benchmark }", "V0101", 1, 32),
    ("requre a: b = 1", "V0102", 1, 1),
    ("LET a = 1", "V0102", 1, 1),
    ("let a = 2027-02-30", "V0103", 1, 9),
    ('test "t" { as of 2027-13-01 }', "V0103", 1, 18),
    ("require a: b = 1 and c = 1 or d = 1", "V0104", 1, 12),
    ("cap a: share <= 5% until 2027-01-01", "V0105", 1, 20),
    ('let a = "open', "V0106", 1, 9),
    ("let a = (1 + 2", "V0106", 1, 15),
    ("let a = 1 }", "V0106", 1, 11),
    ("let a = 1,000", "V0107", 1, 9),
    ("let a = 1e5", "V0107", 1, 9),
    ("let a = 1.5.2", "V0107", 1, 9),
    ("let a = " + "9" * 5000, "V0107", 1, 9),
    ("let a = 10 kgs", "V0108", 1, 12),
    ("let a = 5 usd", "V0108", 1, 11),
    ("waterfall w {\n  take all  share <= 5%  share <= 6%\n}", "V0109", 2, 26),
    ("cap a: share >= 5%", "V0110", 1, 8),
    ("target a: share <= 5%", "V0110", 1, 11),
    ("table t {\n  | a | b |\n  | 1 |\n}", "V0111", 3, 3),
    ("require a: 1% <= b <= 5%", "V0112", 1, 20),
    ("require a: b == 1", "V0113", 1, 14),
    ("require a: b = 1 && c = 2", "V0113", 1, 18),
    ("let a = 1;", "V0115", 1, 10),
    ("let a = “x”", "V0115", 1, 9),
    ("let a = 1 \0", "V0115", 1, 11),
    ("let a = \ud800", "V0115", 1, 9),
    ("x" * (MAX_CHARACTERS + 1), "V0116", 1, 1),
    ("let a = " + "(" * 20_000 + "1" + ")" * 20_000, "V0117", 1, 1),
    ("let a = " + "-" * 10_000 + "1", "V0117", 1, 1),
    ("require a: " + " and ".join(["b"] * 10_000), "V0117", 1, 1),
    ('policy p "t" {\n  currency usd\n}', "V0219", 2, 12),
]
# terminals, the parser's and Python's words
_FOREIGN = re.compile(r"\b_?[A-Z]{4,}|\b_?[A-Z]+_[A-Z]+|\$|Unexpected|[Tt]oken|terminal|None|Error|Tree|lark", re.ASCII)


def in_words(one: Diagnostic) -> str:
    """All that is said, but not what is quoted from the author."""
    return re.sub(r"`[^`]*`", "", f"{one.message} {one.label} {one.help or ''}")


def found(text: str) -> tuple[Diagnostic, ...]:
    return parse(Source("p.vault", text))[1]


@pytest.mark.parametrize(("text", "code", "line", "column"), WRONG, ids=lambda value: repr(value)[:40])
def test_one_mistake_is_one_error_at_its_place(text: str, code: str, line: int, column: int) -> None:
    assert [(one.code, one.span.line, one.span.column) for one in found(text)] == [(code, line, column)]


@pytest.mark.parametrize("text", [one[0] for one in WRONG], ids=lambda value: repr(value)[:40])
def test_no_message_speaks_of_the_parser(text: str) -> None:
    for one in found(text):
        assert not _FOREIGN.search(in_words(one)), in_words(one)
        assert 0 <= one.span.start <= one.span.end <= len(text)


@pytest.mark.parametrize("text", [one[0] for one in WRONG if len(one[0]) < 100], ids=repr)
def test_its_neighbours_are_read(text: str) -> None:
    file, diagnostics = parse(Source("p.vault", f"let before = 1\n{text}\nlet after = 2\n"))
    assert len(diagnostics) == 1
    names = [one.name.name for one in file.statements if one.name is not None]
    assert names[0] == "before"
    assert names[-1] == "after"


def test_every_code_of_the_syntax_has_a_wrong_policy() -> None:
    elsewhere = {"V0114"}  # a modifier that does not belong to its statement: found by the checker
    assert {one[1] for one in WRONG if one[1].startswith("V01")} | elsewhere == {f"V01{one:02}" for one in range(1, 18)}


def test_a_single_value_is_read_alone() -> None:
    value, diagnostics = parse_value("15 %")
    assert value is not None
    assert not diagnostics
    assert parse_value("15 % of")[1][0].code == "V0101"


def test_the_offers_of_an_order_may_bear_any_name() -> None:
    file, diagnostics = parse(Source("p.vault", 'test "t" { expect order for, "a, for b", order for from }'))
    assert not diagnostics
    expectation = file.statements[0].items[0]  # type: ignore[attr-defined]  # a test's items
    assert [one.name for one in expectation.order] == ["for", "a, for b", "order"]
    assert expectation.request.name == "from"


def test_who_an_expectation_names_is_told_by_the_word_before() -> None:
    file, diagnostics = parse(Source("p.vault", 'test "t" { expect award 1 t from because to "to from" }'))
    assert not diagnostics
    expectation = file.statements[0].items[0]  # type: ignore[attr-defined]  # a test's items
    assert (expectation.offer.name, expectation.request.name) == ("because", "to from")
