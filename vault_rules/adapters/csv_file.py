"""Tables as comma-separated text in UTF-8: every cell is text, and every row knows the line on which it starts.

A file without quotation marks whose lines all have as many commas goes to Polars; any other to Python's own reader,
which is slower and knows its lines.
"""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

import polars as pl

from vault_rules.adapters.bad_file import MAX_CELL, BadFile
from vault_rules.adapters.header import Header, make_sheet, nothing_in
from vault_rules.domain.sheet import BadCell, Sheet

_CHUNK = 1 << 20
_LONGEST_LINE = 16  # in chunks
_ROWS_AT_ONCE = 2_000
_NO_COMMAS = bytes(set(range(256)) - set(b",\n"))
_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}


def read_csv(path: Path, name: str, place: str) -> Sheet:
    """The file as a sheet; a row with too many or too few cells is in its `bad` and left out.

    Raises `BadFile` for what is no CSV in UTF-8, and `OSError` where the file cannot be read.
    """
    sheet = _regular(path, name, place) if _scan(path) else None
    return sheet or _any(path, name, place)


# ---- is it text, and of which kind -----------------------------------------------------------------------------------


def _scan(path: Path) -> bool:
    """Whether the file holds neither quotation marks nor stray carriage returns. Raises `BadFile` if it is no text."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    simple, lines, without_end, returned = True, 0, 0, False
    with path.open("rb") as file:
        while True:
            chunk = file.read(_CHUNK)
            _must_be_text(decoder, chunk, lines)
            if not chunk:
                return simple and not returned
            ended = chunk.count(b"\n")
            lines, without_end = lines + ended, 0 if ended else without_end + 1
            if without_end > _LONGEST_LINE:
                raise BadFile("holds a line of more than 16 million letters", row=lines + 1)
            alone = chunk.count(b"\r") != chunk.count(b"\r\n") + chunk.endswith(b"\r")
            alone = alone or (returned and not chunk.startswith(b"\n"))
            returned = chunk.endswith(b"\r")
            simple = simple and not alone and b'"' not in chunk


def _must_be_text(decoder: codecs.IncrementalDecoder, chunk: bytes, lines: int) -> None:
    zero = chunk.find(b"\0")
    try:
        decoder.decode(chunk if zero < 0 else chunk[:zero], final=not chunk)
    except UnicodeDecodeError as why:
        row = lines + why.object.count(b"\n", 0, why.start) + 1
        raise BadFile("is not text in UTF-8", row=row, hint="save it as `CSV UTF-8`") from None
    if zero >= 0:
        row = lines + chunk.count(b"\n", 0, zero) + 1
        raise BadFile("holds a NUL byte: it is not text", row=row, hint="save it as `CSV UTF-8`")


# ---- the quick way ---------------------------------------------------------------------------------------------------


def _regular(path: Path, name: str, place: str) -> Sheet | None:
    """The file by way of Polars; None unless all lines but blank ones have as many commas. It holds no quotes."""
    with path.open("rb") as file:
        first = file.readline()
        commas = first.count(b",")
        if len(first) > MAX_CELL:
            return None
        lines = 1
        while some := file.readlines(_CHUNK):
            if not _even(some, commas) or max(map(len, some)) > MAX_CELL:
                return None
            lines += len(some)
    header = _header(1, first.decode("utf-8-sig").rstrip("\r\n").split(","))
    if not any(header.titles):
        return None
    try:
        frame = pl.read_csv(path.absolute(), has_header=False, infer_schema=False, quote_char=None, glob=False)
    except (pl.exceptions.PolarsError, OSError):  # what begins as a compressed file does is taken for one
        return None
    if (frame.height, frame.width) != (lines, commas + 1):
        return None  # Polars sees other lines than we do: the exact way is right in any case
    return make_sheet(name, place, header, frame[1:], None)


def _even(lines: list[bytes], commas: int) -> bool:
    """Whether all lines but blank ones have so many commas."""
    found = b"".join(lines).translate(None, _NO_COMMAS)  # what is left of even lines is known: no line is looked at
    even = (b"," * commas + b"\n") * len(lines)
    return found.rstrip(b"\n") == even.rstrip(b"\n") or all(
        line.count(b",") == commas or not line.strip() for line in lines
    )


# ---- the exact way ---------------------------------------------------------------------------------------------------


def _any(path: Path, name: str, place: str) -> Sheet:
    with path.open(encoding="utf-8-sig", newline="\n") as file:
        records = _records(file)
        row, cells = next(records, (0, []))
        if not row:
            raise nothing_in("file")
        header = _header(row, cells)
        empty = pl.DataFrame(schema=dict.fromkeys(map(str, range(len(cells))), pl.String))
        pieces, rows, bad = [empty], [], []
        waiting: list[list[str]] = []
        for row, cells in records:
            if len(cells) != len(header.titles):
                bad.append(_ragged(place, row, len(cells), len(header.titles)))
                continue
            rows.append(row)
            waiting.append(cells)
            if len(waiting) == _ROWS_AT_ONCE:
                pieces.append(_piece(waiting, empty))
                waiting = []
        pieces.append(_piece(waiting, empty))
    return make_sheet(name, place, header, pl.concat(pieces, rechunk=True), rows, bad)


def _records(file: TextIO) -> Iterator[tuple[int, list[str]]]:
    """Each record that is not blank, and the line on which it starts. Raises `BadFile` where one cannot be read."""
    reader, start = csv.reader(file, strict=True), 1
    try:
        for cells in reader:
            if any(cell and not cell.isspace() for cell in cells):
                yield start, cells
            start = reader.line_num + 1
    except csv.Error as why:
        raise _unreadable(str(why), start) from None


def _unreadable(why: str, row: int) -> BadFile:
    """Python's reader says what is wrong in its own words; these are ours."""
    if "new-line character" in why:
        return BadFile("holds a carriage return alone", row=row, hint="save it with ordinary line ends")
    if "field larger" in why:
        expected, hint = f"holds a cell of more than {MAX_CELL:,} letters", "is a closing quotation mark missing?"
        return BadFile(expected, row=row, hint=hint)
    if "unexpected end" in why:
        return BadFile("opens a quotation mark that nothing closes", row=row)
    return BadFile(
        "holds text after a closing quotation mark", row=row, hint="within a cell, double each quotation mark"
    )


def _piece(rows: list[list[str]], empty: pl.DataFrame) -> pl.DataFrame:
    if not rows:
        return empty
    columns = zip(empty.columns, zip(*rows, strict=True), strict=True)
    return pl.DataFrame([pl.Series(name, cells, dtype=pl.String) for name, cells in columns])


def _ragged(place: str, row: int, has: int, expected: int) -> BadCell:
    hint = "put a cell that holds a comma in quotation marks" if has > expected else None
    return BadCell(place, row, None, None, f"has {_cells(has)}, the header {expected}", hint)


def _cells(count: int) -> str:
    return "1 cell" if count == 1 else f"{count} cells"


def _header(row: int, cells: list[str]) -> Header:
    """Raises `BadFile` where the cells are separated by something else."""
    if len(cells) == 1:
        for letter, plural in _SEPARATORS.items():
            if letter in cells[0]:
                raise BadFile(f"separates its cells by {plural}", row=row, hint="separate by commas")
    return Header(row, tuple(cell.strip() for cell in cells), tuple(str(index + 1) for index in range(len(cells))))
