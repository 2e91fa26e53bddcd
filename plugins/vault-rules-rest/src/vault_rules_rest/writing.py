"""Messages as they go over the wire: every number a plain decimal, and what is not said left out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from enum import Enum
from fractions import Fraction
from typing import Any

import attrs

from vault_rules.adapters.messages import Row
from vault_rules.domain.exact import has_end, plain
from vault_rules_rest.fields import LONGEST_NUMBER


class Endless(ValueError):
    """A number that no decimal is: it cannot be said without changing it."""


def said(message: Any) -> dict[str, Any]:
    """Any message but rows. Raises `Endless`."""
    fields = attrs.asdict(message, recurse=False).items()
    return {name: _text(value) for name, value in fields if value not in (None, "")}


def rows(found: Sequence[Row], cursor: str | None) -> dict[str, Any]:
    """A page."""
    return {"rows": [{"row": one.number, "cells": dict(one.cells)} for one in found], "next": cursor}


def decimal(value: Fraction) -> str:
    """A number, exactly. Raises `Endless`."""
    text = plain(value) if has_end(value) else ""
    if not text or len(text) > LONGEST_NUMBER:
        raise Endless(f"{value} is no decimal of at most {LONGEST_NUMBER} digits")
    return text


def _text(value: Any) -> str:
    if isinstance(value, Fraction):
        return decimal(value)
    if isinstance(value, Enum):
        return str(value.value)
    return value.isoformat() if isinstance(value, (date, datetime)) else str(value)
