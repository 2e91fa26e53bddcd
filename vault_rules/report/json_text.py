"""Values as JSON text: what `json.dumps` writes with an indent of two and letters as they are, several times as quick.

With an indent the standard library writes piece by piece; a plan may have a million entries.
"""

from __future__ import annotations

from collections.abc import Mapping
from json.encoder import encode_basestring as quoted
from math import isfinite
from typing import Any

Value = str | int | float | bool | None | list[Any] | tuple[Any, ...] | Mapping[str, Any]


def json_text(value: Value, margin: str = "\n") -> str:
    """A value as text; `margin` is what begins a line at its depth. Raises `TypeError` for what JSON does not have."""
    if isinstance(value, str):
        return quoted(value)
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return int.__repr__(value)
    if isinstance(value, float) and isfinite(value):  # seconds that something took: no plan has any
        return float.__repr__(value)
    inner = margin + "  "
    if isinstance(value, Mapping):
        fields = [f"{quoted(name)}: {json_text(one, inner)}" for name, one in value.items()]
        return "{" + inner + f",{inner}".join(fields) + margin + "}" if fields else "{}"
    if isinstance(value, list | tuple):
        ones = [json_text(one, inner) for one in value]
        return "[" + inner + f",{inner}".join(ones) + margin + "]" if ones else "[]"
    raise TypeError(f"{type(value).__name__} is not written as JSON")
