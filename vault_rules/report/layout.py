"""Plain text that fits a width: cells, grids, numbers for human eyes. No line is ever longer than asked."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from fractions import Fraction

import attrs

from vault_rules.domain.exact import plain

ELLIPSIS = "…"
_AMOUNT = re.compile(r"(-?\d+(?:\.\d+)?)(%| [^\s\d]\S*|)\Z", re.ASCII)
_UNFIT = {"Cc", "Cf", "Cs", "Zl", "Zp"}  # would break the line, turn its direction, or speak to the terminal


@attrs.frozen
class Field:
    """A column of a grid. `least`: what it keeps when room is short; `wraps`: only for the last one."""

    title: str
    right: bool = False
    least: int = 4
    wraps: bool = False


# ---- texts -----------------------------------------------------------------------------------------------------------


def clean(text: str) -> str:
    """One line of visible characters, whatever an id in the book holds."""
    if text.isascii() and text.isprintable():
        return text
    return "".join("\N{REPLACEMENT CHARACTER}" if unicodedata.category(one) in _UNFIT else one for one in text)


def breadth(text: str) -> int:
    """The columns a text takes on a terminal; at least its number of characters."""
    return len(text) if text.isascii() else sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text)


def fit(text: str, width: int) -> str:
    """The text, cut with `…` where it is too broad."""
    if breadth(text) <= width:
        return text
    room, kept = width - 1, ""
    for one in text:
        room -= breadth(one)
        if room < 0:
            break
        kept += one
    return (kept + ELLIPSIS)[: max(width, 0)]


def wrapped(text: str, width: int) -> list[str]:
    """The text on lines of that breadth, broken at blanks; a word that is too broad is cut."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines[-1] else word
        if breadth(longer) <= width or not lines[-1]:
            lines[-1] = fit(longer, width)
        else:
            lines.append(fit(word, width))
    return lines


# ---- numbers ---------------------------------------------------------------------------------------------------------


def grouped(text: str) -> str:
    """A plain decimal with thousands separators."""
    sign = "-" if text.startswith("-") else ""
    whole, point, rest = text.removeprefix("-").partition(".")
    return f"{sign}{int(whole):,}{point}{rest}"


def amount(value: Fraction | str | None, places: int = 6) -> str:
    """A number for human eyes: grouped, and cut with `…` behind `places` decimals, never rounded."""
    if value is None:
        return "-"
    text = plain(value) if isinstance(value, Fraction) else value
    whole, _, rest = text.partition(".")
    if len(rest) <= places or not rest.strip("0"):
        return grouped(text if places else whole)
    return f"{grouped(f'{whole}.{rest[:places]}' if places else whole)}{ELLIPSIS}"


def brief(value: Fraction, digits: int, places: int = 6) -> str:
    """A number in at most so many digits, all of those before the point, and at most `places` behind it."""
    return amount(value, min(places, max(0, digits - len(str(abs(int(value)))))))


def percent(ratio: Fraction | None, places: int = 2) -> str:
    """A ratio as a percentage, cut like an amount: just above 15% is `15.00…%`."""
    return "-" if ratio is None else f"{amount(ratio * 100, places)}%"


def measured(text: str | None, places: int = 2) -> str:
    """A value of the plan that carries its unit, such as `1200000 USD` or `33.333333333333%`, for human eyes."""
    if text is None:
        return "-"
    found = _AMOUNT.match(text)
    return clean(text) if found is None else amount(found[1], places) + clean(found[2])


# ---- grids -----------------------------------------------------------------------------------------------------------


def grid(fields: Sequence[Field], rows: Sequence[Sequence[str]], width: int, indent: int = 2) -> list[str]:
    """A table of cells under their titles, in lines that are at most `width` broad."""
    cells = [[clean(cell) for cell in row] for row in rows]
    gap, widths = _widths(fields, cells, width - indent)
    lines = [_line(fields, [field.title for field in fields], widths, gap)]
    for row in cells:
        lines.extend(_row(fields, row, widths, gap))
    return [fit(f"{' ' * indent}{line}".rstrip(), width) for line in lines]


def has_room(fields: Sequence[Field], rows: Sequence[Sequence[str]], width: int, indent: int = 2) -> bool:
    """Whether the table fits with every number whole, however short its texts are cut."""
    floors = _floors(fields, _full(fields, [[clean(cell) for cell in row] for row in rows], width))
    return sum(floors) + len(fields) - 1 <= width - indent


def _widths(fields: Sequence[Field], rows: Sequence[Sequence[str]], width: int) -> tuple[int, list[int]]:
    """The gap, and the width of each column. The gap gives way first, then texts, then all."""
    full = _full(fields, rows, width)
    wanted = [min(size, field.least) if field.wraps else size for field, size in zip(fields, full, strict=True)]
    gap = 2 if sum(wanted) + 2 * (len(fields) - 1) <= width else 1
    room = width - gap * (len(fields) - 1)
    floors = _floors(fields, full)
    return gap, _shrunk(full, floors if sum(floors) <= room else [1] * len(fields), room)


def _full(fields: Sequence[Field], rows: Sequence[Sequence[str]], width: int) -> list[int]:
    """The breadth of each column when nothing is cut."""
    columns = [[field.title, *(row[at] for row in rows)] for at, field in enumerate(fields)]
    return [min(max(map(breadth, column)), width) for column in columns]


def _floors(fields: Sequence[Field], full: Sequence[int]) -> list[int]:
    """What each column keeps when room is short: a number all of it."""
    return [size if field.right else min(size, field.least) for field, size in zip(fields, full, strict=True)]


def _shrunk(widths: Sequence[int], floors: Sequence[int], room: int) -> list[int]:
    """Take from the widest column that may still give, until all fit."""
    found = list(widths)
    while sum(found) > room:
        able = [index for index, width in enumerate(found) if width > floors[index]]
        if not able:
            break
        widest = max(able, key=lambda index: (found[index], index))
        found[widest] -= 1
    return found


def _row(fields: Sequence[Field], row: Sequence[str], widths: Sequence[int], gap: int) -> Iterator[str]:
    """A row; the last cell goes on below itself where its field wraps."""
    if not fields[-1].wraps:
        yield _line(fields, row, widths, gap)
        return
    first, *more = wrapped(row[-1], widths[-1])
    yield _line(fields, [*row[:-1], first], widths, gap)
    for text in more:
        yield _line(fields, [""] * (len(fields) - 1) + [text], widths, gap)


def _line(fields: Sequence[Field], row: Sequence[str], widths: Sequence[int], gap: int) -> str:
    return (" " * gap).join(
        _cell(cell, width, field.right) for field, cell, width in zip(fields, row, widths, strict=True)
    )


def _cell(text: str, width: int, right: bool) -> str:
    shown = fit(text, width)
    pad = " " * (width - breadth(shown))
    return pad + shown if right else shown + pad
