"""Functions of plugins: somebody else's code, so that what it gives is looked at before anything is decided by it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any, NoReturn

from vault_rules.errors import EvaluationError
from vault_rules.semantics.operators import Signature
from vault_rules.semantics.types import ARTICLES, Type, set_of
from vault_rules.source.diagnostic import ERROR, Diagnostic
from vault_rules.source.text import Span

_COUNTRY = re.compile(r"[A-Z]{2}", re.ASCII)
_OF_PYTHON: Mapping[str, type] = {
    **dict.fromkeys(("mass", "money", "price", "ratio", "number", "days", "months"), Fraction),
    "date": date,
    "boolean": bool,
}
"""The Python type of each kind's values; of all others it is text."""


def type_of(words: str) -> Type | None:
    """The type that a plugin calls by its kind, such as `price` or `set of country`; None where there is none."""
    kind = words.removeprefix("set of ")
    if kind not in ARTICLES or kind in ("name", "error"):
        return None
    return Type(kind) if kind == words else set_of(kind)


def result_of(row: Signature, values: Sequence[Any], span: Span) -> Any:
    """What a plugin's function gives for known values. Raises `EvaluationError` where it fails, or gives something
    that is not of its kind.
    """
    try:
        result = row.apply(*values)
    except Exception as why:  # whatever somebody else's function raises
        _stop(row, f"fails here: {type(why).__name__}: {_line(str(why))}", span)
    if result is None:
        if not row.may_be_undefined:
            _stop(row, "gives nothing here, and says that it always gives something", span)
        return None
    if not _is(result, row.result):
        _stop(row, f"gives a value of Python's type {type(result).__name__}, and says {row.result.noun()}", span)
    return result


def _is(value: Any, kind: Type) -> bool:
    if kind.is_set:
        return isinstance(value, frozenset) and all(_is(one, Type(kind.element or "")) for one in value)
    if type(value) is not _OF_PYTHON.get(kind.kind, str):
        return False
    return kind.kind != "country" or _COUNTRY.fullmatch(str(value)) is not None


def _stop(row: Signature, what: str, span: Span) -> NoReturn:
    message = f"`{row.operator}`, a function of {row.plugin}, {what}"
    help = "this is a fault of the plugin: report it to who wrote it, or do without the function"
    raise EvaluationError(Diagnostic("V0506", ERROR, message, span, help=help))


def _line(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text)[:200]
