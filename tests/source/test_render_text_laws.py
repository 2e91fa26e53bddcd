"""Whatever the text and the spans, something is drawn, and every mark stands under what it marks."""

from __future__ import annotations

import re
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from vault_rules.source.diagnostic import ERROR, WARNING, Diagnostic, Label
from vault_rules.source.render import FORMATS, render
from vault_rules.source.render_text import render_text
from vault_rules.source.text import Source, Span

TEXTS = st.text() | st.text(st.sampled_from("ab \t\r\n鈷e\u0301\u202e\x00😀"), max_size=400)
WORDS = st.text(max_size=20)
PLACES = st.integers(-3, 420)


@st.composite
def spans(draw: st.DrawFn) -> Span:
    source = Source(draw(WORDS), draw(TEXTS))
    return Span(source, draw(PLACES), draw(PLACES))


@st.composite
def diagnostics(draw: st.DrawFn) -> Diagnostic:
    sources = draw(st.lists(st.builds(Source, WORDS, TEXTS), min_size=1, max_size=2))
    several = st.builds(Span, st.sampled_from(sources), PLACES, PLACES)
    labels = draw(st.lists(st.builds(Label, several, WORDS), max_size=4))
    severity = draw(st.sampled_from([ERROR, WARNING, "note"]))
    return Diagnostic(
        "V0203", severity, draw(WORDS), draw(several), draw(WORDS), tuple(labels), draw(st.none() | WORDS)
    )


def columns(text: str) -> int:
    """Columns of a terminal, counted apart from the renderer."""
    return sum(
        0 if unicodedata.combining(one) else 2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text
    )


@given(st.lists(diagnostics(), max_size=3))
def test_every_form_is_drawn_for_any_spans_in_any_text(found: list[Diagnostic]) -> None:
    for format in FORMATS:
        render(found, format).encode("utf-8", "surrogatepass")


@given(st.lists(diagnostics(), max_size=3))
def test_colour_changes_nothing_but_colour_in_any_text(found: list[Diagnostic]) -> None:
    assert re.sub(r"\x1b\[[0-9;]*m", "", render_text(found, colour=True)) == render_text(found)


@given(spans())
def test_one_mark_stands_under_its_characters(span: Span) -> None:
    rows = render_text([Diagnostic("V0203", ERROR, "wrong", span)]).splitlines()
    mark = next(at for at, row in enumerate(rows) if re.fullmatch(r" *\| *\^+", row))
    left = rows[mark].index("^")
    drawn, length = rows[mark - 1], rows[mark].count("^")
    source, start = span.source, min(max(span.start, 0), len(span.source.text))
    end = min(max(span.end, start), len(source.text))
    line = source.text[start:end].split("\n")[0].removesuffix("\r")
    before = [at for at in range(len(drawn) + 1) if columns(drawn[:at]) == left]
    shown = next((drawn[at : at + 1] for at in reversed(before)), "")
    if not line:
        assert length == 1 or source.text[start:end].startswith("\r")
    elif len(source.line(span.line)) <= 160 and all(
        one.isprintable() and not unicodedata.combining(one) for one in line
    ):
        assert length == columns(line)
        assert shown in (line[0], "" if not line.strip() else line[0])


@given(st.text(st.sampled_from("ab鈷é "), min_size=1, max_size=120).map(lambda text: f"|{text}|"), st.data())
def test_two_marks_on_a_line_stand_under_their_characters(line: str, data: st.DataObject) -> None:
    source = Source("p.vault", line)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(line)), min_size=4, max_size=4, unique=True)))
    first, second = Span(source, cuts[0], cuts[1]), Span(source, cuts[2], cuts[3])
    rows = render_text([Diagnostic("V0203", ERROR, "wrong", second, "here", (Label(first, "there"),))]).splitlines()
    gutter = len("1 | ")
    assert rows[3] == f"1 | {line}"
    expected = [" "] * columns(line)
    for span, sign in ((first, "-"), (second, "^")):
        left, right = columns(line[: span.start]), columns(line[: span.end])
        expected[left:right] = sign * (right - left)
    assert rows[4][gutter:] == "".join(expected).rstrip() + " here"
    assert rows[5][gutter:] == " " * columns(line[: first.start]) + "there"
