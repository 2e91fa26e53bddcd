"""JSON that says one thing only: UTF-8, no name twice in an object, and no number that is not whole.

Quantities and prices are texts, so that nothing ever makes a float of them. A number that is not whole, and what is no
JSON at all but many readers take (`NaN`), is kept as `Odd`, so that whoever wants the field can say which one it is.
"""

from __future__ import annotations

import json
from typing import Any

import attrs

_LONGEST_WHOLE = 15
"""Letters of a whole number: rows and versions are counted, and nobody counts further."""


@attrs.frozen
class Odd:
    """What stands where no number may: `1.5`, `1e3`, `NaN`, `Infinity`, a whole number of endless digits."""

    text: str


class BadJson(ValueError):
    """Why a body is no JSON of this kind, in words that follow "the body"; they may be long."""


def parse(body: bytes) -> Any:
    """What a body says. Raises `BadJson`."""
    try:
        text = body.decode("utf-8")
        said = json.loads(
            text, parse_float=Odd, parse_constant=Odd, parse_int=_whole, object_pairs_hook=_each_name_once
        )
    except UnicodeDecodeError as why:
        raise BadJson(f"is no UTF-8 at byte {why.start:,}") from None
    except json.JSONDecodeError as why:
        raise BadJson(f"is no JSON at letter {why.pos:,}: {why.msg}") from None
    except RecursionError:
        raise BadJson("is nested too deeply") from None
    return said


def _whole(text: str) -> int | Odd:
    return int(text) if len(text) <= _LONGEST_WHOLE else Odd(text)


def _each_name_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        twice = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        raise BadJson(f"says twice: {twice}")
    return found


def shown(value: object, most: int = 40) -> str:
    """A value of somebody else's in a message: short, on one line."""
    text = value.text if isinstance(value, Odd) else str(value)
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text[:most])


def dump(said: Any) -> bytes:
    """JSON without blanks; names in the order given."""
    return json.dumps(said, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode("utf-8")
