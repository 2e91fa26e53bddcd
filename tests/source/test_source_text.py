"""Offsets, lines and columns."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from vault_rules.source.place import Place, place_of
from vault_rules.source.text import Source, Span


def test_lines_and_columns_count_from_one_in_characters() -> None:
    source = Source("p.vault", "鈷a\r\nb\n")
    assert [source.line_column(at) for at in range(7)] == [(1, 1), (1, 2), (1, 3), (1, 4), (2, 1), (2, 2), (3, 1)]
    assert [source.line(number) for number in (1, 2, 3, 4)] == ["鈷a", "b", "", ""]


def test_a_span_that_runs_past_its_text_is_held_inside_it() -> None:
    source = Source("p.vault", "ab\ncd")
    assert place_of(Span(source, -5, 99)) == Place("p.vault", 1, 1, 2, 3)
    assert place_of(Span(source, 99, 4)) == Place("p.vault", 2, 3, 2, 3)


@given(st.text(st.sampled_from("ab\r\n鈷")))
def test_a_line_and_column_name_one_character(text: str) -> None:
    source = Source("p.vault", text)
    for at, character in enumerate(text):
        line, column = source.line_column(at)
        start, _ = source.line_range(line)
        assert start + column - 1 == at
        assert character in "\r\n" or source.line(line)[column - 1] == character
