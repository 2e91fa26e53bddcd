"""What the sheets of a workbook share: their names, the formats of their numbers, and their texts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

from vault_rules.adapters.bad_file import MAX_CELL, BadFile
from vault_rules.adapters.number_format import GENERAL, NumberFormat, built_in_format, number_format
from vault_rules.adapters.package import Package, broken, open_package

_MAX_TEXTS = 1 << 25
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


class Workbook:
    """An open workbook. What the sheets share is read when first asked for, and may then raise `BadFile`."""

    def __init__(self, package: Package) -> None:
        self.package = package
        start = next((part for kind, part in package.relations("").values() if kind == "officeDocument"), None)
        if start is None:
            raise broken()
        contents = _Contents()
        package.parse(start, contents)
        relations = package.relations(start)
        self.sheets: Sequence[tuple[str, str]] = [
            (name, relations[key][1]) for name, key in contents.sheets if relations.get(key, ("",))[0] == "worksheet"
        ]
        """The sheets' names, as the tabs show them, and their parts."""
        self.from_1904 = contents.from_1904
        self._shared = dict(relations.values())

    @cached_property
    def formats(self) -> Sequence[NumberFormat]:
        """The number format of each cell style."""
        styles = _Styles()
        if "styles" in self._shared:
            self.package.parse(self._shared["styles"], styles)
        return styles.formats or [GENERAL]

    @cached_property
    def texts(self) -> Sequence[str]:
        """The texts that cells refer to by number."""
        texts = _SharedTexts()
        if "sharedStrings" in self._shared:
            self.package.parse(self._shared["sharedStrings"], texts)
        return texts.found


@contextmanager
def open_workbook(path: Path) -> Iterator[Workbook]:
    """Open a workbook. Raises `BadFile` for what is none, and `OSError` where the file cannot be read."""
    with open_package(path) as package:
        yield Workbook(package)


def unescaped(text: str) -> str:
    """A text of the file as Excel shows it: `_x000D_` is a carriage return."""
    return _ESCAPED.sub(_letter, text) if "_x" in text else text


def _letter(found: re.Match[str]) -> str:
    code = int(found[1], 16)
    return found[0] if 0xD800 <= code < 0xE000 else chr(code)  # half a letter is none


class TextCollector:
    """The text of an item or cell: all its runs, without what says how to pronounce it."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self._length = 0
        self._wanted = self._phonetic = False

    def clear(self) -> None:
        """Begin another text."""
        self.pieces, self._length = [], 0

    def start(self, tag: str) -> None:
        """An element begins: its text is wanted if it is a run's text."""
        if tag == "rPh":
            self._phonetic = True
        self._wanted = tag == "t" and not self._phonetic

    def end(self, tag: str) -> None:
        """An element ends."""
        self._wanted = False
        if tag == "rPh":
            self._phonetic = False

    def text(self, data: str) -> None:
        """Raises `BadFile` for a text longer than any cell holds."""
        if self._wanted:
            self.pieces.append(data)
            self._length += len(data)
            if self._length > MAX_CELL:
                raise BadFile(f"holds a cell of more than {MAX_CELL:,} letters")


class _SharedTexts(TextCollector):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def start(self, tag: str, _: Mapping[str, str] | None = None) -> None:
        super().start(tag)

    def end(self, tag: str) -> None:
        super().end(tag)
        if tag == "si":
            if len(self.found) == _MAX_TEXTS:
                raise BadFile("holds more texts than a workbook should")
            self.found.append(unescaped("".join(self.pieces)))
            self.clear()


class _Contents:
    """The workbook's own part: which sheets there are, and from which year days are counted."""

    def __init__(self) -> None:
        self.sheets: list[tuple[str, str]] = []
        self.from_1904 = False

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "workbookPr":
            self.from_1904 = attributes.get("date1904") in ("1", "true")
        elif tag == "sheet":
            key = next((value for name, value in attributes.items() if name.endswith("/relationships id")), "")
            self.sheets.append((attributes.get("name", ""), key))

    def end(self, tag: str) -> None:
        pass

    def text(self, data: str) -> None:
        pass


class _Styles:
    """The part of styles: of each cell style the number format."""

    def __init__(self) -> None:
        self.formats: list[NumberFormat] = []
        self._codes: dict[str, str] = {}
        self._of_cells = False

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "numFmt":
            self._codes.setdefault(attributes.get("numFmtId", ""), attributes.get("formatCode", ""))
        elif tag == "cellXfs":
            self._of_cells = True
        elif tag == "xf" and self._of_cells:
            self.formats.append(self._format(attributes.get("numFmtId", "0")))

    def _format(self, number: str) -> NumberFormat:
        if number in self._codes:
            return number_format(self._codes[number])
        return built_in_format(int(number)) if number.isascii() and number.isdigit() and len(number) < 6 else GENERAL

    def end(self, tag: str) -> None:
        if tag == "cellXfs":
            self._of_cells = False

    def text(self, data: str) -> None:
        pass
