"""CSV in, cell for cell, and every row with its line."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from vault_rules.adapters.bad_file import BadFile
from vault_rules.adapters.csv_file import read_csv
from vault_rules.domain.sheet import Sheet

NAME_IT = " (name the column, or clear it)"


def sheet(folder: Path, content: str | bytes) -> Sheet:
    path = folder / "offers.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_csv(path, "offers", "offers.csv")


def numbered(read: Sheet) -> list[tuple[object, ...]]:
    return [(read.row_number(index), *cells) for index, cells in enumerate(read.frame.rows())]


def said(read: Sheet) -> list[str]:
    return [str(one) for one in read.bad]


def why_not(folder: Path, content: str | bytes) -> str:
    with pytest.raises(BadFile) as caught:
        sheet(folder, content)
    return str(caught.value.cell("offers.csv"))


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("last", ["", "\n", "\n\n \n"])
def test_line_ends_and_byte_order_marks_do_not_matter(tmp_path: Path, end: str, mark: bytes, last: str) -> None:
    text = f"offer,price\na,34.50\nb,007{last}".replace("\n", end)
    read = sheet(tmp_path, mark + text.encode())
    assert read.frame.columns == ["offer", "price"]
    assert numbered(read) == [(2, "a", "34.50"), (3, "b", "007")]
    assert read.bad == ()


@pytest.mark.parametrize("more", ["", '"q",1\n'], ids=["quick", "exact"])
def test_a_blank_cell_is_null_and_every_other_is_its_text(tmp_path: Path, more: str) -> None:
    read = sheet(tmp_path, f"offer,price\nNA,\nnull, \n 1e5 ,nan\n#N/A,\N{NO-BREAK SPACE}\n{more}")
    assert numbered(read)[:4] == [(2, "NA", None), (3, "null", None), (4, " 1e5 ", "nan"), (5, "#N/A", None)]


def test_a_quoted_cell_may_hold_commas_quotes_and_line_breaks(tmp_path: Path) -> None:
    read = sheet(tmp_path, 'offer,trader\na,"x, ""y""\nand z"\r\nb,5" pipe\n"c","with\rreturn"\n')
    assert numbered(read) == [(2, "a", 'x, "y"\nand z'), (4, "b", '5" pipe'), (5, "c", "with\rreturn")]


@pytest.mark.parametrize("quoted", ["c", '"c"'])
def test_blank_rows_are_skipped_and_rows_keep_their_lines(tmp_path: Path, quoted: str) -> None:
    read = sheet(tmp_path, f"\n ,\noffer,price\n\na,1\n,\n   \nb,2\n{quoted},3\n")
    assert numbered(read) == [(5, "a", "1"), (8, "b", "2"), (9, "c", "3")]
    assert read.bad == ()


def test_a_row_of_other_length_than_the_header_is_bad_and_left_out(tmp_path: Path) -> None:
    read = sheet(tmp_path, "offer,price,unit\na,1,200,kg\nb\nc,3,kg\n")
    assert numbered(read) == [(4, "c", "3", "kg")]
    assert said(read) == [
        "offers.csv, row 2: has 4 cells, the header 3 (put a cell that holds a comma in quotation marks)",
        "offers.csv, row 3: has 1 cell, the header 3",
    ]


def test_of_two_columns_of_one_name_the_first_is_kept(tmp_path: Path) -> None:
    read = sheet(tmp_path, "offer,price, price \na,1,2\n")
    assert numbered(read) == [(2, "a", "1")]
    assert said(read) == ["offers.csv, row 1, column price: stands twice in the header: name each column once"]


def test_a_column_without_a_name_must_be_blank(tmp_path: Path) -> None:
    assert sheet(tmp_path, "offer,,price,\na,,1,\n").frame.columns == ["offer", "price"]
    read = sheet(tmp_path, "offer,\na,\nb,x\nc,y\n")
    assert read.frame.columns == ["offer"]
    assert said(read) == [
        "offers.csv, row 3, column 2: `x`: stands in a column without a header, as does 1 more cell below it" + NAME_IT
    ]


def test_a_header_alone_is_a_table_without_rows(tmp_path: Path) -> None:
    for text in ("offer,price", '"offer",price\n'):
        assert sheet(tmp_path, text).frame.shape == (0, 2)


def test_control_characters_are_left_for_the_judge(tmp_path: Path) -> None:
    assert numbered(sheet(tmp_path, "offer\na\x1b[31m\x01\n")) == [(2, "a\x1b[31m\x01")]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "offers.csv: is empty (the first row of the file names the columns)"),
        ("\ufeff\n , \n", "offers.csv: is empty (the first row of the file names the columns)"),
        ("offer;price\na;34,5\n", "offers.csv, row 1: separates its cells by semicolons (separate by commas)"),
        ("offer\tprice\na\t1\n", "offers.csv, row 1: separates its cells by tabs (separate by commas)"),
        (b"offer\na\n\xe4\n", "offers.csv, row 3: is not text in UTF-8 (save it as `CSV UTF-8`)"),
        (b"offer\na\n\xc3", "offers.csv, row 3: is not text in UTF-8 (save it as `CSV UTF-8`)"),
        ("offer\na\n".encode("utf-16"), "offers.csv, row 1: is not text in UTF-8 (save it as `CSV UTF-8`)"),
        (b"offer\na\0b\n", "offers.csv, row 2: holds a NUL byte: it is not text (save it as `CSV UTF-8`)"),
        (
            "offer,price\ra,1\rb,2\r",
            "offers.csv, row 1: holds a carriage return alone (save it with ordinary line ends)",
        ),
        ('offer,price\na,"1\nb,2\n', "offers.csv, row 2: opens a quotation mark that nothing closes"),
        (
            'offer,price\na,"1"2\n',
            "offers.csv, row 2: holds text after a closing quotation mark (within a cell, double each quotation mark)",
        ),
        (
            'offer,price\na,"' + "1,2\n" * 50_000,
            "offers.csv, row 2: holds a cell of more than 131,072 letters (is a closing quotation mark missing?)",
        ),
        (
            "x" * 200_000 + "\n",
            "offers.csv, row 1: holds a cell of more than 131,072 letters (is a closing quotation mark missing?)",
        ),
        ("," * 20_000 + "x\n", "offers.csv: has 20,001 columns: more than the 16,384 that a table may have"),
        ("offer\n" + "," * 20_000_000, "offers.csv, row 2: holds a line of more than 16 million letters"),
    ],
)
def test_what_is_no_csv_is_said_in_one_sentence(tmp_path: Path, content: str | bytes, message: str) -> None:
    assert why_not(tmp_path, content) == message


def test_bytes_that_straddle_what_is_read_at_once_are_whole(tmp_path: Path) -> None:
    filler = "x" * 99_999 + "\n"
    text = "offer\n" + filler * 10 + "y" * 48_564 + "ä" * 20 + "\n" + "z\r\n" * 10
    assert sheet(tmp_path, text).frame["offer"].to_list() == text.split()[1:]


def test_garbage_is_refused_at_once(tmp_path: Path) -> None:
    garbage = bytes(range(255, -1, -1)) * 40_000
    before = time.perf_counter()
    assert "is not text" in why_not(tmp_path, garbage)
    assert time.perf_counter() - before < 1


def test_many_rows_take_the_quick_way(tmp_path: Path) -> None:
    rows = 100_000
    text = "offer,price\n" + "".join(f"o{number},{number}.50\n" for number in range(rows))
    before = time.perf_counter()
    read = sheet(tmp_path, text)
    assert time.perf_counter() - before < 2
    assert (read.frame.height, read.frame.row(-1), read.row_number(rows - 1)) == (
        rows,
        ("o99999", "99999.50"),
        rows + 1,
    )


@pytest.mark.parametrize("name", ["*.csv", "a[b].csv", "{x}.csv", "~x.csv"])
def test_a_file_name_is_no_pattern(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "other.csv").write_text("offer\nwrong\n")
    Path(name).write_text("offer\nright\n")
    assert read_csv(Path(name), "offers", name).frame["offer"].to_list() == ["right"]
