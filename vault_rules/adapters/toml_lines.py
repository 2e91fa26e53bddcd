"""On which line of a TOML file each key stands: the standard reader does not say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

_PART = r"""[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*'"""
_PATH = rf"(?:{_PART})(?:\s*\.\s*(?:{_PART}))*"
_HEADER = re.compile(rf"\s*\[\[?\s*({_PATH})\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(rf"\s*({_PATH})\s*=")


def lines_of(text: str) -> Mapping[tuple[str, ...], int]:
    """The line, from 1, of each section and key, by its path. What a text of several lines holds may be taken for a
    key: so a line is shown, and never relied upon.
    """
    found: dict[tuple[str, ...], int] = {}
    section: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines(), 1):
        header, key = _HEADER.match(line), _KEY.match(line)
        if header:
            section = tuple(_parts(header[1]))
            for length in range(1, len(section) + 1):
                found.setdefault(section[:length], number)
        elif key:
            found.setdefault((*section, *_parts(key[1])), number)
    return found


def _parts(path: str) -> Iterator[str]:
    for part in re.findall(_PART, path):
        yield part.strip("\"'")
