"""A book's files: a folder with a file for each table, or one workbook with a sheet for each."""

from __future__ import annotations

import stat
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path

import attrs

from vault_rules.adapters.bad_file import MAX_FILE_BYTES, BadFile, printable
from vault_rules.adapters.csv_file import read_csv
from vault_rules.adapters.parquet_file import read_parquet
from vault_rules.adapters.parts import read_parts
from vault_rules.adapters.snapshot import checked, is_snapshot
from vault_rules.adapters.workbook import Workbook, open_workbook
from vault_rules.adapters.xlsx_file import folded, read_sheet, read_xlsx, sheet_place
from vault_rules.domain.book import Book
from vault_rules.domain.parted_book import PartedBook
from vault_rules.domain.parts import OFFERS, Part
from vault_rules.domain.sheet import BadCell, Sheet
from vault_rules.domain.spelling import did_you_mean
from vault_rules.domain.tables import TABLES
from vault_rules.errors import UsageError

READERS: Mapping[str, Callable[[Path, str, str], Sheet]] = {
    ".csv": read_csv,
    ".parquet": read_parquet,
    ".xlsx": read_xlsx,
}
"""The reader of each format, by the file name's extension."""

REQUIRED = ("offers", "requests")
"""The tables without which there is no book."""

_A_BOOK = "a book is a folder of tables, or a workbook (.xlsx)"

Read = tuple[dict[str, Sheet], tuple[BadCell, ...]]


@attrs.frozen
class _Wanted:
    """Which tables are looked for, and which of them must be there."""

    tables: tuple[str, ...]
    required: tuple[str, ...]


_ALL = _Wanted(tuple(TABLES), REQUIRED)


def read_sheets(path: Path) -> Read:
    """The tables of a folder or a workbook by name, and what is bad about whole files.

    Nothing is judged cell by cell but what only a reader can see, which is in each sheet's `bad`. A table whose file
    cannot be read is missing from the first and named in the second. Raises `UsageError` where the path is no book.
    """
    sheets, bad, _ = _read(path, _ALL)
    return sheets, bad


def read_some(path: Path, *tables: str, required: tuple[str, ...] = ()) -> Read:
    """The same of some tables, of which some must be there; `path` may also be the file of the first."""
    if path.suffix.casefold() in READERS and path.suffix.casefold() != ".xlsx" and path.is_file():
        sheets: dict[str, Sheet] = {}
        bad: list[BadCell] = []
        _add(sheets, bad, tables[0], path.name, partial(_read_file, path, tables[0]))
        return sheets, tuple(bad)
    sheets, unread, parts = _read(path, _Wanted(tables, required))
    if parts is not None:
        unread = (*unread, BadCell(path.name, None, None, None, "a folder of parts is for books, not for this"))
    return sheets, unread


def open_book(path: Path) -> Book:
    """The book of a folder, a workbook or a snapshot. Raises `UsageError` as `read_sheets`."""
    sheets, bad, parts = _read(path, _ALL)
    if not is_snapshot(path):
        return Book(sheets, bad) if parts is None else PartedBook(sheets, bad, parts)
    missing, changed = checked(path)
    book = Book(sheets, (*changed, *bad))
    book.missing = missing
    return book


def _read(path: Path, wanted: _Wanted) -> tuple[dict[str, Sheet], tuple[BadCell, ...], list[Part] | None]:
    """The parts are those of a folder of offers, None where there is none."""
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            return _folder(path, wanted)
    except FileNotFoundError:
        raise UsageError(f"there is no book `{path}`: {_A_BOOK}") from None
    except (OSError, ValueError):  # no permission, or no path at all
        raise UsageError(f"the book `{path}` cannot be opened") from None
    if path.suffix.casefold() != ".xlsx":
        raise UsageError(f"`{path}` is not a book: {_A_BOOK}")
    return *_workbook(path, wanted), None


# ---- a folder --------------------------------------------------------------------------------------------------------


def _folder(folder: Path, wanted: _Wanted) -> tuple[dict[str, Sheet], tuple[BadCell, ...], list[Part] | None]:
    place = printable(folder.resolve().name or str(folder))
    files: dict[str, list[Path]] = {name: [] for name in wanted.tables}
    others: list[Path] = []
    for path in sorted(folder.iterdir()):
        if path.suffix.casefold() in READERS and not path.name.startswith(("~$", ".")):
            files.get(path.stem.casefold(), others).append(path)
        elif path.name.casefold() == OFFERS and OFFERS in files and path.is_dir():
            files[OFFERS].append(path)
    meant = _meant({path.name: path.stem for path in others}, {name for name, found in files.items() if not found})
    sheets: dict[str, Sheet] = {}
    bad: list[BadCell] = []
    parts: list[Part] | None = None
    for name, found in files.items():
        if len(found) > 1:
            names = " and ".join(path.name for path in found)
            bad.append(BadCell(place, None, None, None, f"has {len(found)} files for the table `{name}`: {names}"))
        elif found and found[0].name.casefold() == OFFERS:
            parts, unread = read_parts(found[0])
            bad += unread
        elif found:
            _add(sheets, bad, name, found[0].name, partial(_read_file, found[0], name))
        else:
            ways = f": {name}.csv, {name}.parquet or {name}.xlsx"
            bad += _absent(place, name, ways, meant.get(name), wanted)
    return sheets, tuple(bad), parts


def _read_file(path: Path, name: str) -> Sheet:
    _must_be_ordinary(path)
    return READERS[path.suffix.casefold()](path, name, path.name)


def _must_be_ordinary(path: Path) -> None:
    """A pipe would be waited for without end, and a folder is no file."""
    found = path.stat()
    if not stat.S_ISREG(found.st_mode):
        raise BadFile("is not an ordinary file")
    if found.st_size > MAX_FILE_BYTES:
        raise BadFile("is larger than 2 GB")


# ---- a workbook ------------------------------------------------------------------------------------------------------


def _workbook(path: Path, wanted: _Wanted) -> Read:
    place = printable(path.name)
    sheets: dict[str, Sheet] = {}
    bad: list[BadCell] = []
    try:
        _must_be_ordinary(path)
        with open_workbook(path) as book:
            _sheets(book, place, sheets, bad, wanted)
    except (BadFile, OSError) as why:
        bad.append(_unread(place, why))
    return sheets, tuple(bad)


def _sheets(book: Workbook, place: str, sheets: dict[str, Sheet], bad: list[BadCell], wanted: _Wanted) -> None:
    found: dict[str, list[tuple[str, str]]] = {name: [] for name in wanted.tables}
    others: list[str] = []
    for title, part in book.sheets:
        if folded(title) in found:
            found[folded(title)].append((title, part))
        else:
            others.append(title)
    meant = _meant({title: title.strip() for title in others}, {name for name, ones in found.items() if not ones})
    for name, ones in found.items():
        if len(ones) > 1:
            bad.append(BadCell(place, None, None, None, f"has {len(ones)} sheets for the table `{name}`"))
        elif ones:
            title, part = ones[0]
            where = sheet_place(place, title)
            _add(sheets, bad, name, where, partial(read_sheet, book, part, name, where))
        else:
            bad += _absent(place, name, ": add a sheet of that name", meant.get(name), wanted)


# ---- both ------------------------------------------------------------------------------------------------------------


def _add(sheets: dict[str, Sheet], bad: list[BadCell], name: str, place: str, read: Callable[[], Sheet]) -> None:
    try:
        sheets[name] = read()
    except (BadFile, OSError) as why:
        bad.append(_unread(place, why))


def _unread(place: str, why: BadFile | OSError) -> BadCell:
    if isinstance(why, BadFile):
        return why.cell(place)
    if isinstance(why, FileNotFoundError):
        return BadCell(place, None, None, None, "is a link to a file that does not exist")
    hint = "look at its permissions" if isinstance(why, PermissionError) else None
    return BadCell(place, None, None, None, "cannot be read", hint)


def _meant(stems: Mapping[str, str], absent: Iterable[str]) -> dict[str, str]:
    """Which absent table each file or sheet of an unknown name probably was to be."""
    absent = set(absent)
    near = ((did_you_mean(stem, absent), name) for name, stem in sorted(stems.items()))
    return {table: name for table, name in near if table is not None}


def _absent(place: str, name: str, ways: str, near: str | None, wanted: _Wanted) -> Iterable[BadCell]:
    """A table that is not there: bad if it is required, or if something of nearly its name is."""
    hint = None if near is None else f"did you mean `{name}` by `{printable(near)}`?"
    if name in wanted.required:
        yield BadCell(place, None, None, None, f"has no table `{name}`{ways}", hint)
    elif near is not None:
        yield BadCell(place, None, None, None, f"holds `{printable(near)}`, which is no table of a book", hint)
