"""One cell of the workbook: a number where 15 digits hold it, a real date, else text, never a formula."""

from __future__ import annotations

import re
from datetime import date

from openpyxl.cell.cell import Cell as SheetCell
from openpyxl.cell.cell import MergedCell
from openpyxl.styles import Alignment

from vault_rules.report.columns import FORMULA_STARTS, Cell

MAX_DIGITS = 15
_MAX_TEXT = 32_767
_EPOCH = date(1899, 12, 30)
_FIRST_DAY = date(1900, 3, 1)  # Excel believes in 1900-02-29, so serials before this day are ambiguous
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ESCAPE_LIKE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_NUMBER = re.compile(r"-?\d+(\.\d+)?\Z", re.ASCII)
_NUMBERS = ("whole", "mass", "price", "money", "ratio")
_TOP, _TOP_RIGHT = Alignment(vertical="top"), Alignment(vertical="top", horizontal="right")


def fill(cell: SheetCell | MergedCell, value: Cell, kind: str) -> None:
    """Put a value of the plan into a cell of a sheet."""
    assert isinstance(cell, SheetCell)  # this package merges no cells
    cell.alignment = _TOP
    if value is None:
        return
    if isinstance(value, bool):
        _text(cell, "yes" if value else "no")
    elif isinstance(value, tuple):
        _text(cell, "; ".join(value))
    elif kind in _NUMBERS:
        _number(cell, str(value), kind)
    elif kind == "date":
        _date(cell, date.fromisoformat(str(value)))
    else:
        _text(cell, str(value))


def legal(text: str) -> str:
    """A text that XML can hold and Excel reads back as it is: other characters become U+FFFD, `_x0041_` is escaped."""
    return _ESCAPE_LIKE.sub("_x005F_", _ILLEGAL.sub("\N{REPLACEMENT CHARACTER}", text))[:_MAX_TEXT]


def _text(cell: SheetCell, text: str) -> None:
    """Always a string cell: set after the value, since openpyxl takes `=…` for a formula and `#N/A` for an error."""
    cell.value = legal(text)
    cell.data_type = "s"
    if text.startswith(FORMULA_STARTS):
        cell.quotePrefix = True


def _number(cell: SheetCell, text: str, kind: str) -> None:
    """The digits themselves, unrounded: openpyxl would write a Decimal with 16 digits of its nearest binary number."""
    digits = text.lstrip("-").replace(".", "").strip("0")
    if not _NUMBER.match(text) or len(digits) > MAX_DIGITS:
        _text(cell, text)
        cell.alignment = _TOP_RIGHT
        return
    cell.value = text
    cell.data_type = "n"
    cell.number_format = _format(text, kind)


def _format(text: str, kind: str) -> str:
    """As many decimals as the number has: nothing is hidden by rounding."""
    places = len(text.partition(".")[2])
    if kind == "whole":
        return "0"
    if kind == "ratio":
        return f"0{_decimals(max(places - 2, 0))}%"
    return f"#,##0{_decimals(max(places, 2) if kind == 'price' else places)}"


def _decimals(places: int) -> str:
    return f".{'0' * places}" if places else ""


def _date(cell: SheetCell, day: date) -> None:
    if day < _FIRST_DAY:
        _text(cell, day.isoformat())
        return
    cell.value = (day - _EPOCH).days
    cell.number_format = "yyyy-mm-dd"
