"""Reading goes on at the next statement: three mistakes in three rules are three errors."""

from __future__ import annotations

import pytest

from vault_rules.language.parser import parse
from vault_rules.source.text import Source

BROKEN = "require a: = 1\n"

# what follows a broken statement, the lines of the errors, the names that were read
AFTER = {
    "a misspelt word": ("requre b: x = 1\nrequire c: x = 1\n", [1, 2], ["c"]),
    "a word of no statement": ("ensure b: x = 1\nrequire c: x = 1\n", [1, 2], ["c"]),
    "capitals": ("LET b = 1\nlet c = 1\n", [1, 2], ["c"]),
    "two more": ("let b = 1 +\ntier c whn d\nlet e = 1\n", [1, 2, 3], ["e"]),
    "a brace left open": ("waterfall b {\n  take all\nrequire c: x = 1\ncap d: share <= 5%\n", [1, 3], ["c", "d"]),
    "a value that is a statement's word": ("require b:\n  mineral in c\nlet d = 1\n", [1], ["b", "d"]),
    "the same in the first column": ("require b: x and\nmineral in c\nlet d = 1\n", [1], ["b", "d"]),
    "a keyword on a line of its own": ("advisory\nrequire b: x = 1\n", [1], ["b"]),
    "a clause in an exception": ('exception b to c because "d" {\nrequire x = 1\n}\nlet e = 1\n', [1], ["b", "e"]),
    "labels like statements": ("waterfall b {\ncap: take x\ntest: take y\n}\nlet c = 1\n", [1], ["b", "c"]),
    "a table with braces in texts": ('table b {\n  | x |\n  | "}{" |\n}\nlet c = 1\n', [1], ["b", "c"]),
}


@pytest.mark.parametrize("name", AFTER)
def test_reading_goes_on_after_a_mistake_before(name: str) -> None:
    text, lines, names = AFTER[name]
    file, diagnostics = parse(Source("p.vault", BROKEN + text))
    assert [min(one.span.line, 3) if name == "a brace left open" else one.span.line for one in diagnostics] == lines
    assert [one.name.name for one in file.statements if one.name is not None] == names


def test_what_broken_statements_define_is_known() -> None:
    file, _ = parse(Source("p.vault", "let a = \nadvisory require b = 1\nlet c = " + "(" * 500 + "1" + ")" * 500))
    assert file.broken == {"a", "b", "c"}


def test_an_indented_file_recovers_too() -> None:
    _, diagnostics = parse(Source("p.vault", "  require a: = 1\n  requre b: x = 1\n  require c: = 1\n"))
    assert [one.span.line for one in diagnostics] == [1, 2, 3]


def test_a_hundred_mistakes_are_enough() -> None:
    _, diagnostics = parse(Source("p.vault", BROKEN * 500))
    assert len(diagnostics) == 100
