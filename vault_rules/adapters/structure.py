"""A section of `vault.toml` as an instance of an attrs class: every value that does not fit is noted, none is shown."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import attrs

from vault_rules.adapters.registration import Secret
from vault_rules.domain.spelling import did_you_mean

Note = Callable[[str, str], None]
"""Told of a key, and of what is wrong with its value."""

_PASSWORD = re.compile(r"://[^/@\s:]*:[^/@\s]+@")
_UNFIT = object()
_WORDS = {
    str: "a text",
    int: "a whole number",
    bool: "true or false",
    Fraction: "a number",
    date: "a date, as in 2027-08-01",
    Path: "a path, as text",
    Secret: '{env = "NAME"}',
    type(None): "",
}


class Unfit(Exception):
    """Why a value does not fit, in words that follow its key."""


def structure(kind: type, values: Mapping[str, Any], note: Note) -> Any:
    """An instance of the class; None where anything was noted."""
    noted: list[str] = []

    def tell(key: str, why: str) -> None:
        noted.append(key)
        note(key, why)

    fields = {field.name: field for field in attrs.fields(kind) if field.init}
    for key in values:
        if key not in fields:
            near = did_you_mean(key, fields)
            known = f"did you mean `{near}`?" if near else f"there is {', '.join(fields) or 'none'}"
            tell(key, f"is no key here: {known}")
    found = dict(_fitting(kind, fields, values, tell))
    if noted:
        return None
    try:
        return kind(**found)
    except (ValueError, TypeError) as why:  # what the class's own validators say
        tell("", str(why))
        return None


def _fitting(kind: type, fields: Mapping[str, Any], values: Mapping[str, Any], tell: Note) -> Iterator[tuple[str, Any]]:
    hints = get_type_hints(kind)
    for name, field in fields.items():
        if name in values:
            try:
                yield field.alias, fit(values[name], hints[name])
            except Unfit as why:
                tell(name, str(why))
        elif field.default is attrs.NOTHING:
            tell(name, f"is missing: it is {wanted(hints[name])}")


def wanted(hint: Any) -> str:
    """What a key takes, in words."""
    words = [word for one in _choices(hint) if (word := _word(one))]
    return " or ".join(dict.fromkeys(words))


def _word(hint: Any) -> str:
    if get_origin(hint) is Literal:
        return "one of " + ", ".join(f"`{one}`" for one in get_args(hint))
    if get_origin(hint) is tuple:
        return "a list of texts"
    return _WORDS.get(hint, getattr(hint, "__name__", str(hint)))


def _choices(hint: Any) -> tuple[Any, ...]:
    return get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)


def fit(value: Any, hint: Any) -> Any:
    """The value as its key takes it. Raises `Unfit`, which never shows the value."""
    choices = _choices(hint)
    if isinstance(value, dict):
        return _from_environment(value, choices)
    if isinstance(value, str) and _PASSWORD.search(value):
        raise Unfit('holds a password: take it from the environment, as in {env = "NAME"}')
    if Secret in choices and str not in choices:
        raise Unfit('is a secret, and secrets are never written here: {env = "NAME"} takes it from the environment')
    for one in choices:
        found = _fit_one(value, one)
        if found is not _UNFIT:
            return found
    raise Unfit(f"is {wanted(hint)}")


def _from_environment(value: Mapping[str, Any], choices: tuple[Any, ...]) -> Secret:
    name = value.get("env")
    if Secret not in choices:
        raise Unfit("is no secret: write its value")
    if set(value) != {"env"} or not isinstance(name, str) or not name:
        raise Unfit('takes a secret from the environment as {env = "NAME"}')
    found = os.environ.get(name)
    if not found:
        raise Unfit(f"takes its value from the environment, where {name} is not set")
    return Secret(found, name)


def _fit_one(value: Any, hint: Any) -> Any:
    if get_origin(hint) is Literal:
        return value if isinstance(value, str) and value in get_args(hint) else _UNFIT
    if get_origin(hint) is tuple:
        texts = isinstance(value, list) and all(isinstance(one, str) for one in value)
        return tuple(value) if texts else _UNFIT
    if hint is Fraction:
        if isinstance(value, Fraction):
            return value
        number = isinstance(value, (int, Decimal)) and not isinstance(value, bool)
        return Fraction(value) if number and Decimal(value).is_finite() else _UNFIT
    if hint is Path:
        return Path(value) if isinstance(value, str) and value and "\0" not in value else _UNFIT
    if hint is date:
        return value if isinstance(value, date) and not isinstance(value, datetime) else _UNFIT
    return value if hint in (str, int, bool) and type(value) is hint else _UNFIT
