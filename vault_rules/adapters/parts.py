"""A folder `offers/` of Parquet files: parts of a table, found and opened; their rows are read when they are asked for.

A folder in it may be named `mineral=cobalt`: all files below have that in the column `mineral`, unless they hold it.
"""

from __future__ import annotations

import stat
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from urllib.parse import unquote

import polars as pl

from vault_rules.adapters.bad_file import MAX_COLUMNS, BadFile, printable
from vault_rules.domain.parts import OFFERS, Part, Unread
from vault_rules.domain.sheet import BadCell, Sheet
from vault_rules.domain.text_frame import text_frame

_NO_VALUE = "__HIVE_DEFAULT_PARTITION__"
_MOST_ROWS = 2**32 - 1
_DEEPEST = 16
_NOT_PARQUET = "is not a Parquet file that can be read"
_FAULTS = (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError, ValueError)


def read_parts(folder: Path) -> tuple[list[Part], list[BadCell]]:
    """The parts of a folder by their names, and what is bad about whole files."""
    parts: list[Part] = []
    bad: list[BadCell] = []
    for path, place in _files(folder, printable(folder.name), bad, 0):
        try:
            parts.append(_part(path, place, _said(folder, path)))
        except BadFile as why:
            bad.append(why.cell(place))
        except OSError as why:
            bad.append(BadCell(place, None, None, None, *_why(why)))
    if not parts and not bad:
        bad.append(BadCell(printable(folder.name), None, None, None, "holds no Parquet file"))
    return parts, bad


def _files(folder: Path, place: str, bad: list[BadCell], depth: int) -> Iterator[tuple[Path, str]]:
    """All files but hidden ones, and those that writers leave to mark that they are done."""
    try:
        paths = sorted(folder.iterdir())
    except OSError as why:
        bad.append(BadCell(place, None, None, None, *_why(why)))
        return
    for path in paths:
        name = f"{place}/{printable(path.name)}"
        if path.name.startswith((".", "_", "~$")):
            continue
        if not path.is_dir():
            yield path, name
        elif path.is_symlink() or depth == _DEEPEST:
            said = "is a link to a folder" if path.is_symlink() else "lies too deep"
            bad.append(BadCell(name, None, None, None, said))
        else:
            yield from _files(path, name, bad, depth + 1)


def _why(why: OSError) -> tuple[str, str | None]:
    if isinstance(why, FileNotFoundError):
        return "is a link to a file that does not exist", None
    return "cannot be read", "look at its permissions" if isinstance(why, PermissionError) else None


def _said(folder: Path, path: Path) -> dict[str, str | None]:
    """What the names of folders say of the rows of a file."""
    pairs = (one.partition("=") for one in path.parent.relative_to(folder).parts if "=" in one)
    return {key.casefold(): None if value == _NO_VALUE else unquote(value) for key, _, value in pairs}


def _part(path: Path, place: str, said: Mapping[str, str | None]) -> Part:
    """A file, looked at no further than its header. Raises `BadFile`, or `OSError` where it cannot be opened."""
    if not stat.S_ISREG(path.stat().st_mode):
        raise BadFile("is not an ordinary file")
    with path.open("rb") as file:
        if path.suffix.casefold() != ".parquet" or file.read(4) != b"PAR1":
            raise BadFile("is not a Parquet file", hint=f"`{OFFERS}` is a folder of Parquet files only")
    try:
        words = tuple(_scanned(path).collect_schema())
        height = int(_scanned(path).select(pl.len()).collect().item())
    except _FAULTS:
        raise BadFile(_NOT_PARQUET) from None
    if height > _MOST_ROWS or len(words) > MAX_COLUMNS:
        raise BadFile(f"has {height:,} rows of {len(words)} columns: too many to be read")
    own = {word.strip().casefold().replace(" ", "_"): word for word in words}
    given = {key: value for key, value in said.items() if key not in own}
    both = {own[key]: value for key, value in said.items() if key in own}
    return Part(place, height, (*words, *given), partial(_read, path, place, given, both))


def _scanned(path: Path) -> pl.LazyFrame:
    return pl.scan_parquet(path.absolute(), glob=False, hive_partitioning=False)


def _read(
    path: Path, place: str, given: Mapping[str, str | None], both: Mapping[str, str | None],
    start: int, length: int, words: Sequence[str] | None,
) -> Sheet:  # fmt: skip
    """Some rows of a part. Raises `Unread`."""
    wanted = _scanned(path).slice(start, length)
    if words is not None:
        wanted = wanted.select([word for word in words if word not in given])
    try:
        frame = wanted.collect() if words is None or any(word not in given for word in words) else pl.DataFrame()
    except _FAULTS:
        raise Unread(BadCell(place, None, None, None, _NOT_PARQUET)) from None
    more = [pl.Series(key, [value], dtype=pl.String).new_from_index(0, length)
            for key, value in given.items() if words is None or key in words]  # fmt: skip
    sheet = text_frame(pl.DataFrame([*frame.iter_columns(), *more]), OFFERS, place)
    bad = [*sheet.bad, *_contradictions(sheet, place, both)]
    return Sheet(OFFERS, place, sheet.given, range(start + 2, start + 2 + length), tuple(bad))


def _contradictions(sheet: Sheet, place: str, both: Mapping[str, str | None]) -> Iterator[BadCell]:
    """A column that says something else than the name of the folder."""
    for word, value in both.items():
        if word in sheet.given.columns:
            cells = sheet.given[word].cast(pl.String).str.strip_chars()
            if not cells.eq_missing(pl.Series([value], dtype=pl.String)).all():
                said = "blank" if value is None else f"`{printable(value)}`"
                yield BadCell(place, None, word, None, f"is not everywhere what the folder's name says: {said}")
