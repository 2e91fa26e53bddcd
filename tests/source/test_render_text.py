"""The drawing, row by row: each picture here is what a person sees."""

from __future__ import annotations

import re
import time
from pathlib import Path

from vault_rules.source.diagnostic import ERROR, WARNING, Diagnostic, Label
from vault_rules.source.render_text import render_text
from vault_rules.source.text import Source, Span

DEAR = "  require dear: price <= 15%"


def spot(source: Source, piece: str, occurrence: int = 0) -> Span:
    """Where a piece of the text stands."""
    start = -1
    for _ in range(occurrence + 1):
        start = source.text.index(piece, start + 1)
    return Span(source, start, start + len(piece))


def error(span: Span, label: str = "here", *labels: Label, help: str | None = None) -> Diagnostic:
    return Diagnostic("V0203", ERROR, "this is wrong", span, label, labels, help)


def picture(*rows: str) -> str:
    return "\n".join(rows) + "\n"


def under(text: str, *diagnostics: Diagnostic) -> list[str]:
    """The rows from the first that shows this line of the source."""
    rows = render_text(diagnostics).splitlines()
    return rows[next(at for at, row in enumerate(rows) if text in row) :]


def test_a_price_compared_with_a_ratio_is_drawn_with_both_kinds_under_their_places() -> None:
    source = Source("policies/project_vault.vault", "\n" * 33 + DEAR + "\n")
    diagnostic = Diagnostic(
        "V0203",
        ERROR,
        "cannot compare a price with a ratio",
        spot(source, "15%"),
        "this is a ratio",
        (Label(spot(source, "price"), "this is USD/kg"),),
        "a limit on the price is a price: `price <= 15 USD/kg`",
    )
    assert render_text([diagnostic]) == picture(
        "error[V0203]: cannot compare a price with a ratio",
        "  --> policies/project_vault.vault:34:17",
        "   |",
        "34 |   require dear: price <= 15%",
        "   |                 -----    ^^^ this is a ratio",
        "   |                 this is USD/kg",
        "   |",
        "   = help: a limit on the price is a price: `price <= 15 USD/kg`",
        "",
        "1 error",
    )


def test_the_heading_names_where_the_marks_on_the_wrong_line_begin() -> None:
    source = Source("p.vault", "aaa\n  bbb ccc\n")
    elsewhere = Label(spot(source, "aaa"), "above")
    assert " --> p.vault:2:7\n" in render_text([error(spot(source, "ccc"), "here", elsewhere)])
    assert " --> p.vault:2:3\n" in render_text(
        [error(spot(source, "ccc"), "here", elsewhere, Label(spot(source, "bbb"), "left"))]
    )


def test_three_labels_on_one_line_hang_by_lines_of_their_own() -> None:
    source = Source("p.vault", "aaa bbb ccc\n")
    labels = Label(spot(source, "aaa"), "first"), Label(spot(source, "bbb"), "second")
    assert under("aaa", error(spot(source, "ccc"), "third", *labels))[:4] == [
        "1 | aaa bbb ccc",
        "  | --- --- ^^^ third",
        "  | |   second",
        "  | first",
    ]


def test_a_mark_inside_another_hangs_below_so_that_no_message_stands_beside_the_wrong_one() -> None:
    source = Source("p.vault", "aaa bbb ccc\n")
    outer = Label(spot(source, "aaa bbb ccc"), "the whole")
    assert under("aaa", error(spot(source, "bbb"), "the part", outer))[:4] == [
        "1 | aaa bbb ccc",
        "  | ----^^^----",
        "  | |   the part",
        "  | the whole",
    ]


def test_two_labels_of_one_place_stand_one_below_the_other() -> None:
    source = Source("p.vault", "aaa\n")
    assert under("aaa", error(spot(source, "aaa"), "one", Label(spot(source, "aaa"), "two")))[:3] == [
        "1 | aaa",
        "  | ^^^ one",
        "  | two",
    ]


def test_a_label_without_words_is_only_underlined() -> None:
    source = Source("p.vault", "aaa bbb\n")
    rows = under("aaa", error(spot(source, "aaa"), "", Label(spot(source, "bbb"), "")))
    assert rows[:2] == ["1 | aaa bbb", "  | ^^^ ---"]


def test_places_far_apart_in_one_file_have_dots_between_them() -> None:
    source = Source("p.vault", "aaa\nbbb\n\n\n\n\n\n\n\nccc\n")
    labels = Label(spot(source, "aaa"), "first"), Label(spot(source, "bbb"), "second")
    assert render_text([error(spot(source, "ccc"), "third", *labels)]) == picture(
        "error[V0203]: this is wrong",
        "  --> p.vault:10:1",
        "   |",
        " 1 | aaa",
        "   | --- first",
        " 2 | bbb",
        "   | --- second",
        "...",
        "10 | ccc",
        "   | ^^^ third",
        "",
        "1 error",
    )


def test_a_place_in_another_file_has_a_block_of_its_own() -> None:
    here, there = Source("a.vault", "let x = 1\n"), Source("lib/b.vault", "\n\nlet x = 2\n")
    diagnostic = error(spot(here, "x"), "defined again", Label(spot(there, "x"), "defined here"), help="rename one")
    assert render_text([diagnostic]) == picture(
        "error[V0203]: this is wrong",
        " --> a.vault:1:5",
        "  |",
        "1 | let x = 1",
        "  |     ^ defined again",
        "  |",
        " ::: lib/b.vault:3:5",
        "  |",
        "3 | let x = 2",
        "  |     - defined here",
        "  |",
        "  = help: rename one",
        "",
        "1 error",
    )


def test_one_file_read_twice_is_one_file() -> None:
    one, two = Source("a.vault", "let x = 1\n"), Source("a.vault", "let x = 1\n")
    assert ":::" not in render_text([error(spot(one, "x"), "here", Label(spot(two, "1"), "there"))])


def test_wide_characters_take_two_columns_and_combining_ones_none() -> None:
    source = Source("p.vault", '鈷鈷 = "e\u0301" + x\n')
    rows = under("鈷", error(spot(source, "x"), "here", Label(spot(source, "鈷鈷"), "there")))
    assert rows[:3] == ['1 | 鈷鈷 = "e\u0301" + x', "  | ----         ^ here", "  | there"]
    assert " --> p.vault:1:13" in render_text([error(spot(source, "x"))]), "columns in the heading are characters"


def test_a_tab_is_four_blanks_wherever_it_stands() -> None:
    source = Source("p.vault", "\tlet\tx\n")
    assert under("let", error(spot(source, "x")))[:2] == ["1 |     let    x", "  |            ^ here"]
    assert under("let", error(spot(source, "\t", 1)))[:2] == ["1 |     let    x", "  |        ^^^^ here"]


def test_a_span_over_several_lines_is_underlined_on_its_first() -> None:
    source = Source("p.vault", "waterfall x {\r\n  take all\r\n}\r\n")
    whole = Span(source, 10, len(source.text))
    assert under("waterfall", error(whole))[:3] == ["1 | waterfall x {", "  |           ^^^ here", ""]


def test_the_end_of_a_text_can_be_pointed_at() -> None:
    source = Source("p.vault", "let x =")
    assert under("let", error(Span(source, 7, 7), "a value is missing"))[:2] == [
        "1 | let x =",
        "  |        ^ a value is missing",
    ]
    empty = Source("p.vault", "")
    assert under("1 |", error(Span(empty, 0, 0)))[:2] == ["1 |", "  | ^ here"]


def test_a_line_of_ten_megabytes_is_cut_to_what_matters() -> None:
    source = Source("p.vault", "a" * 5_000_000 + "!" + "b" * 5_000_000)
    far = Label(Span(source, 10, 12), "far away")
    began = time.perf_counter()
    text = render_text([error(spot(source, "!"), "here", far), error(Span(source, 0, len(source.text)))])
    assert time.perf_counter() - began < 5
    assert len(text) < 2000
    rows = text.splitlines()
    marked = next(at for at, row in enumerate(rows) if row.endswith("^ here") and "^^" not in row)
    assert rows[marked - 1][rows[marked].index("^")] == "!"
    assert rows[marked - 1].startswith("1 | …a") and rows[marked - 1].endswith("b…")
    assert "  |           -- far away" in rows


def test_control_characters_of_a_policy_do_not_reach_the_terminal() -> None:
    source = Source("p\x1b[2J.vault", 'let x = "\x1b[31m\u202e\ud800"\n')
    diagnostic = Diagnostic("V0203", ERROR, "no \x1b\n`\u202e`", spot(source, "x"), "\x07", (), "a\x1bb\nsecond")
    text = render_text([diagnostic])
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f\u202e\ud800]", text)
    assert "  = help: a␛b\n          second\n" in text


def test_the_last_line_counts_errors_and_warnings() -> None:
    source = Source("p.vault", "aaa\nbbb\nccc\n")
    found = [error(spot(source, "aaa")), error(spot(source, "ccc"))]
    found.append(Diagnostic("V0401", WARNING, "mind this", spot(source, "bbb")))
    text = render_text(found)
    assert text.endswith("\n\n2 errors, 1 warning\n")
    assert [row for row in text.splitlines() if "[" in row] == [
        "error[V0203]: this is wrong",
        "warning[V0401]: mind this",
        "error[V0203]: this is wrong",
    ]
    assert render_text([]) == ""


def test_colour_changes_nothing_but_colour() -> None:
    source = Source("p.vault", DEAR)
    diagnostic = error(spot(source, "15%"), "one", Label(spot(source, "price"), "two"), help="three")
    coloured = render_text([diagnostic], colour=True)
    assert "\x1b[1;31m^^^\x1b[0m" in coloured
    assert "\x1b[1;34m-----\x1b[0m" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == render_text([diagnostic])


def test_several_mistakes_in_two_files_are_drawn_as_in_the_golden() -> None:
    golden = Path(__file__).parent.parent / "golden" / "rendering" / "three_mistakes.txt"
    here = Source(
        "reserve.vault", 'policy reserve "A reserve" {\n  currency USD\n}\n\nlet cap = 15%\n' + DEAR[2:] + "\n"
    )
    there = Source("lib/groups.vault", "# groups\ngroup allies = {CA, AU}\nlet cap = 20%\n")
    found = [
        Diagnostic(
            "V0203", ERROR, "cannot compare a price with a ratio", spot(here, "15%", 1), "this is a ratio",
            (Label(spot(here, "price"), "this is USD/kg"),), "a limit on the price is a price: `price <= 15 USD/kg`",
        ),
        Diagnostic(
            "V0202", ERROR, "`cap` is defined twice", spot(here, "cap"), "defined again",
            (Label(spot(there, "cap"), "defined here"),), "keep one of them",
        ),
        Diagnostic(
            "V0401", WARNING, "nothing reads the group `allies`", spot(there, "allies"), help="remove it, or use it"
        ),
    ]  # fmt: skip
    assert render_text(found) == golden.read_text(encoding="utf-8")
