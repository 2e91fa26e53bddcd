"""A workbook's file taken apart with suspicion: a zip of XML parts, none of which may be larger than it looks.

Nothing is unpacked to a disk, a part is read as a stream, and no part may have a document type: entities, which could
grow without end or read other files, therefore do not exist.
"""

from __future__ import annotations

import posixpath
import struct
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol
from xml.parsers import expat
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from vault_rules.adapters.bad_file import BadFile

MAX_PART_BYTES = 512 * 1024**2
MAX_RATIO = 100
"""A part of more than `_SMALL` may be this many times larger than its share of the file."""

_SMALL = 16 * 1024**2
_CHUNK = 1 << 16
_LONGEST_TAG = 1 << 20
_DEEPEST = 64
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_ENCRYPTED = 0x1
_MAIN = ("http://schemas.openxmlformats.org/spreadsheetml/2006/main", "http://purl.oclc.org/ooxml/spreadsheetml/main")
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"


class Handler(Protocol):
    """What is told of a part's elements; those of other vocabularies are not mentioned, their text is."""

    def start(self, tag: str, attributes: Mapping[str, str]) -> None: ...
    def end(self, tag: str) -> None: ...
    def text(self, data: str) -> None: ...


class Package:
    """An open workbook file; every method raises `BadFile` where the file is not as it should be."""

    def __init__(self, archive: ZipFile) -> None:
        self._archive = archive
        self._parts = {_folded(info.filename): info for info in archive.infolist()}

    def __contains__(self, part: str) -> bool:
        return _folded(part) in self._parts

    def parse(self, part: str, handler: Handler) -> None:
        """Tell the handler of the part's elements, in order."""
        info = self._parts.get(_folded(part))
        if info is None:
            raise broken()
        _must_be_modest(info)
        with _library_errors(), self._archive.open(info) as stream:
            parser = _parser(handler)
            fed = 0
            while chunk := stream.read(_CHUNK):
                parser.Parse(chunk, False)
                fed += len(chunk)
                if fed - parser.CurrentByteIndex > _LONGEST_TAG:
                    raise broken()  # a tag without end costs time squared
            parser.Parse(b"", True)

    def relations(self, part: str) -> Mapping[str, tuple[str, str]]:
        """The parts that a part refers to, by id: the last word of the relation's type, and the part's name."""
        folder, _, file = part.rpartition("/")
        relations = posixpath.join(folder, "_rels", f"{file}.rels")
        collected = _Relations(folder)
        if relations in self:
            self.parse(relations, collected)
        return collected.found


@contextmanager
def open_package(path: Path) -> Iterator[Package]:
    """Open a workbook file. Raises `BadFile` for what is none, and `OSError` where the file cannot be read."""
    with path.open("rb") as file:
        if file.read(len(_OLE)) == _OLE:
            raise BadFile("is encrypted or an old .xls", hint="save it as .xlsx, without a password")
        with _library_errors():
            archive = ZipFile(file)
        with archive:
            yield Package(archive)


def broken() -> BadFile:
    """What stands against a file that is no workbook, or a damaged one."""
    return BadFile("is not a workbook that can be read", hint="open it in Excel and save it as .xlsx")


def _must_be_modest(info: ZipInfo) -> None:
    """What the zip says of the part's size is also where reading stops."""
    if info.flag_bits & _ENCRYPTED:
        raise BadFile("is encrypted", hint="save it as .xlsx, without a password")
    if info.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        raise broken()
    bomb = info.file_size > _SMALL and info.file_size > MAX_RATIO * info.compress_size
    if bomb or info.file_size > MAX_PART_BYTES:
        raise BadFile("unpacks to far more than a workbook should hold", hint="save the table as CSV or Parquet")


@contextmanager
def _library_errors() -> Iterator[None]:
    """What zip and XML readers raise on damaged files, as one sentence."""
    try:
        yield
    except (BadZipFile, struct.error, EOFError, NotImplementedError, RuntimeError, expat.ExpatError, zlib.error):
        raise broken() from None
    except (LookupError, ValueError, OverflowError):
        raise broken() from None
    except OSError as why:
        if isinstance(why, PermissionError):
            raise
        raise broken() from None


def _parser(handler: Handler) -> expat.XMLParserType:
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    tags: dict[str, str] = {}
    depth = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > _DEEPEST:
            raise broken()
        tag = tags.get(name)
        if tag is None:
            tag = tags[name] = _tag(name) if len(tags) < 1000 else ""
        if tag:
            handler.start(tag, attributes)

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        if tag := tags.get(name):
            handler.end(tag)

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = handler.text
    parser.StartDoctypeDeclHandler = _refuse
    return parser


def _refuse(*_: Any) -> None:
    raise BadFile("holds a document type, which no workbook does")


def _tag(name: str) -> str:
    """The element's local name, or nothing for one of another vocabulary."""
    vocabulary, _, tag = name.rpartition(" ")
    return tag if vocabulary in (*_MAIN, _RELATIONS) else ""


def _folded(part: str) -> str:
    """Parts are found whatever their case, as the format wants it; `..` leads nowhere outside of the file."""
    return posixpath.normpath("/" + part.replace("\\", "/")).lstrip("/").casefold()


class _Relations:
    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.found: dict[str, tuple[str, str]] = {}

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Others' files are left alone."""
        if tag == "Relationship" and attributes.get("TargetMode") != "External":
            kind = attributes.get("Type", "").rpartition("/")[2]
            target = posixpath.join("/", self.folder, attributes.get("Target", ""))
            self.found[attributes.get("Id", "")] = (kind, posixpath.normpath(target).lstrip("/"))

    def end(self, tag: str) -> None:
        """Nothing follows."""

    def text(self, data: str) -> None:
        """Relations hold none."""
