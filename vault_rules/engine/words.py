"""Exact values as text with their units, as the plan shows them."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

from vault_rules.domain.exact import plain
from vault_rules.semantics.types import Type


def show(value: Any, kind: Type, currency: str) -> str:
    """`12.5 kg`, `34.5 USD/kg`, `15%`, `30 days`, `2027-08-01`, `{AU, CA}`; endless fractions are cut at 12."""
    if value is None:
        return "missing"
    if kind.is_set:
        return "{" + ", ".join(sorted(show(one, Type(kind.element or "text"), currency) for one in value)) + "}"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Fraction):
        return _number(value, kind.kind, currency)
    return str(value)


def _number(value: Fraction, kind: str, currency: str) -> str:
    if kind == "ratio":
        return f"{plain(value * 100)}%"
    units = {"mass": " kg", "money": f" {currency}", "price": f" {currency}/kg", "days": " days", "months": " months"}
    return plain(value) + units.get(kind, "")
