"""How text looks in a terminal: how many columns it takes, and what is shown for what cannot be."""

from __future__ import annotations

import unicodedata

TAB = "    "
_UNSEEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}


def shown(character: str) -> str:
    """What stands for one character: a tab is four blanks, a control character its picture.

    Nothing of a policy reaches the terminal that could move its cursor, colour it or turn the direction of its text.
    """
    if " " <= character <= "~":
        return character
    if character == "\t":
        return TAB
    if character < " ":
        return chr(0x2400 + ord(character))
    return "\ufffd" if unicodedata.category(character) in _UNSEEN else character


def clean(text: str) -> str:
    """A text in one line, safe to print."""
    return text if text.isascii() and text.isprintable() else "".join(map(shown, text))


def width(text: str) -> int:
    """How many columns a cleaned text takes."""
    return len(text) if text.isascii() else sum(map(_columns, text))


def _columns(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me") or "\u1160" <= character <= "\u11ff":
        return 0  # drawn on the character before
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
