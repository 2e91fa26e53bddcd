"""A message as plain data, and to and from the engine's own. Numbers stay texts: the engine's classes make floats."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

import attrs
import quickfix as fix

from vault_rules.domain.exact import has_end, parse_decimal, plain
from vault_rules.errors import BadAnswer
from vault_rules_fix.tags import GROUPS, MSG_TYPE

LONGEST_NUMBER = 100
_SEPARATOR = "\x01"


@attrs.frozen
class Said:
    """What is said: fields in order. A field of a repeating group stands after the one that counts it."""

    kind: str
    pairs: tuple[tuple[int, str], ...]

    def get(self, tag: int) -> str | None:
        """A field's first value; None where it is not there."""
        return next((value for one, value in self.pairs if one == tag), None)

    def all(self, tag: int) -> list[str]:
        return [value for one, value in self.pairs if one == tag]

    def need(self, tag: int) -> str:
        """A field that must be there. Raises `BadAnswer`."""
        value = self.get(tag)
        if value is None:
            raise BadAnswer(f"a message of type {self.kind} lacks the field {tag}")
        return value

    def number(self, tag: int) -> Fraction | None:
        """A field that holds a number, zero or more. Raises `BadAnswer` for what is none."""
        text = self.get(tag)
        if text is None:
            return None
        value = parse_decimal(text) if len(text) <= LONGEST_NUMBER else None
        if value is None or value < 0:
            raise BadAnswer(f"the field {tag} is no number of zero or more: `{text[:40]}`")
        return value


def say(kind: str, fields: Mapping[int, str | None], more: Iterable[tuple[int, str]] = ()) -> Said:
    """A message of the fields that are not None. Raises `ValueError` for a text that no message can hold."""
    pairs = [(tag, value) for tag, value in fields.items() if value is not None] + list(more)
    for tag, value in pairs:
        if not value or not value.isprintable():
            raise ValueError(f"this cannot be written in FIX (field {tag}): {value[:40]!r}")
    return Said(kind, tuple(pairs))


def number_text(value: Fraction) -> str:
    """A number as FIX writes it. Raises `ValueError` for one without an end."""
    if not has_end(value):
        raise ValueError(f"{value} is no decimal with an end, and FIX has no others")
    return plain(value)


def now_text() -> str:
    """Now, as FIX writes it."""
    return datetime.now(UTC).strftime("%Y%m%d-%H:%M:%S.%f")[:-3]


# ---- the engine's messages -------------------------------------------------------------------------------------------


def to_fix(said: Said) -> Any:
    """The engine's message of what is to be said."""
    message = fix.Message()
    message.getHeader().setField(MSG_TYPE, said.kind)
    counter = 0
    group: Any = None
    for tag, value in said.pairs:
        if tag in GROUPS:
            counter = tag
        elif counter and tag in GROUPS[counter]:
            if tag == GROUPS[counter][0]:
                _add(message, group)
                group = fix.Group(counter, tag)
            group.setField(tag, value)
        else:
            message.setField(tag, value)
    _add(message, group)
    return message


def _add(message: Any, group: Any) -> None:
    if group is not None:
        message.addGroup(group)


def from_fix(message: Any) -> Said:
    """What the engine's message says, header and all."""
    pairs: list[tuple[int, str]] = []
    for part in message.toString().split(_SEPARATOR):
        tag, is_field, value = part.partition("=")
        if is_field and tag.isdecimal():
            pairs.append((int(tag), value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")))
    return Said(next((value for tag, value in pairs if tag == MSG_TYPE), ""), tuple(pairs))
