"""Whatever the text, reading it returns: what it could read, and what it could not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from vault_rules.language.format import format_policy
from vault_rules.language.parser import MAX_SYNTAX_ERRORS, parse
from vault_rules.source.text import Source

TOUR = (Path(__file__).parents[1] / "golden" / "tour.vault").read_text(encoding="utf-8")
WORDS = sorted(
    {
        *re.findall(r'"[^"]*"|\w+|[^\w\s]', TOUR),
        "\0",
        "\ud800",
        "٣",
        "“",
        "==",
        "&&",
        "until",
        "1e5",
        "\r",
        "\n",
        "#",
        '"',
        "\\",
    }
)
_FOREIGN = re.compile(r"\b_?[A-Z]{4,}|\b_?[A-Z]+_[A-Z]+|\$|Unexpected|Token|None\b|Traceback", re.ASCII)
few = settings(suppress_health_check=list(HealthCheck))


def reads(text: str) -> None:
    file, diagnostics = parse(Source("p.vault", text))
    assert len(diagnostics) <= 2 * MAX_SYNTAX_ERRORS + text.count("\n")
    for one in diagnostics:
        assert 0 <= one.span.start <= one.span.end <= len(text)
        said = re.sub(r"`[^`]*`", "", f"{one.message} {one.label} {one.help or ''}")
        assert not _FOREIGN.search(said.replace("USD", "")), said
    if not diagnostics:
        again, diagnostics = parse(Source("p.vault", format_policy(file)))
        assert not diagnostics
        assert again == file


@few
@given(st.text())
@example("\0")
@example("let a = ٣")
@example('"\ud800')
def test_any_text_is_answered(text: str) -> None:
    reads(text)


@few
@given(st.lists(st.sampled_from(WORDS), max_size=40).map(" ".join))
def test_any_words_of_the_language_are_answered(text: str) -> None:
    reads(text)


@few
@given(
    st.lists(st.tuples(st.integers(0, len(TOUR)), st.integers(0, 6), st.sampled_from(WORDS)), min_size=1, max_size=3)
)
def test_any_change_of_the_tour_is_answered(edits: list[tuple[int, int, str]]) -> None:
    text = TOUR
    for at, length, word in edits:
        text = text[:at] + word + text[at + length :]
    reads(text)


@pytest.mark.parametrize(
    "opening", ["(", "{", "-", "not ", "f(", "if a then ", "x[", '"\\"', "|", "# ", "\n", " ", "9", "_", "1,"]
)
@pytest.mark.parametrize("start", ["", "let a = ", "table t {\n"])
def test_long_lines_and_deep_nesting_are_answered(start: str, opening: str) -> None:
    reads(start + opening * 5_000)
