"""Whatever is written as CSV comes back, by both ways."""

from __future__ import annotations

import csv
import tempfile
from pathlib import Path

from hypothesis import example, given
from hypothesis import strategies as st

from vault_rules.adapters.bad_file import BadFile
from vault_rules.adapters.csv_file import read_csv
from vault_rules.domain.sheet import Sheet

letters = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
texts = st.text(letters | st.sampled_from(' ,"\r\n;#\\'), max_size=8)
plain_texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters='\0,"\r\n'), max_size=8)
headers = st.lists(st.sampled_from("offer price trader unit Größe".split()), min_size=1, max_size=5, unique=True)


@st.composite
def tables(draw: st.DrawFn, cells: st.SearchStrategy[str]) -> tuple[list[str], list[list[str]]]:
    header = draw(headers)
    row = st.lists(cells, min_size=len(header), max_size=len(header))
    return header, draw(st.lists(row, max_size=6))


def read(content: bytes) -> Sheet:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "offers.csv")
        path.write_bytes(content)
        return read_csv(path, "offers", "offers.csv")


def written(header: list[str], rows: list[list[str]], *, quoting: int, end: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "offers.csv")
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, quoting=quoting, lineterminator=end)  # type: ignore[arg-type]
            writer.writerows([header, *rows])
        return path.read_bytes()


def blank_as_null(rows: list[list[str]]) -> list[tuple[str | None, ...]]:
    cells = (tuple(cell if cell.strip() else None for cell in row) for row in rows)
    return [row for row in cells if any(row)]


ends = st.sampled_from(["\n", "\r\n"])


# with `\n` as its line end, Python's writer leaves a carriage return unquoted, and nobody could read it back
styles = st.sampled_from([(csv.QUOTE_MINIMAL, "\r\n"), (csv.QUOTE_ALL, "\r\n"), (csv.QUOTE_ALL, "\n")])


@given(tables(texts), styles)
def test_what_python_writes_comes_back_cell_for_cell(
    table: tuple[list[str], list[list[str]]], style: tuple[int, str]
) -> None:
    found = read(written(*table, quoting=style[0], end=style[1]))
    assert found.frame.columns == table[0]
    assert found.frame.rows() == blank_as_null(table[1])
    assert found.bad == ()


@given(tables(plain_texts), ends, st.booleans())
def test_both_ways_read_the_same(table: tuple[list[str], list[list[str]]], end: str, marked: bool) -> None:
    header, rows = table
    lines = end.join(",".join(row) for row in [header, *rows])
    mark, quoted = b"\xef\xbb\xbf" * marked, ",".join('""' for _ in header)
    quick = read(mark + lines.encode())
    exact = read(mark + f"{lines}{end}{quoted}".encode())
    assert quick.frame.equals(exact.frame) and quick.frame.rows() == blank_as_null(rows)
    assert [quick.row_number(n) for n in range(quick.frame.height)] == list(exact.rows or ())


@example(b"x\x01\x02\x01")
@given(st.binary(max_size=60) | texts.map(str.encode))
def test_any_bytes_are_a_sheet_or_a_sentence(content: bytes) -> None:
    try:
        found = read(content)
    except BadFile as why:
        assert why.cell("offers.csv").place == "offers.csv"  # noqa: PT017 - raising is allowed, not demanded
    else:
        assert found.frame.width > 0
        assert found.rows is None or len(found.rows) == found.frame.height
