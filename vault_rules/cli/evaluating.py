"""What `evaluate`, `explain` and `demo` share: the day, the parameters, the plan."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from vault_rules.cli.running import in_one_breath, progress

if TYPE_CHECKING:
    from vault_rules.api import Plan, Policy


if TYPE_CHECKING:
    _OfDate = click.ParamType[date]
else:
    _OfDate = click.ParamType  # generic from click 8.2 on


class Day(_OfDate):
    """A date as ISO 8601 writes it."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        try:
            if not re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII):
                raise ValueError(value)
            return date.fromisoformat(value)
        except ValueError:
            self.fail(f"'{value}' is not a date: write year-month-day, as in 2027-08-01", param, ctx)


def parameters(pairs: tuple[str, ...]) -> dict[str, str]:
    """`NAME=VALUE` pairs as a mapping."""
    found: dict[str, str] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name.strip() or not value.strip():
            raise click.UsageError(f"'--set {pair}' is not NAME=VALUE, as in --set domestic_cap=20%")
        if name.strip() in found:
            raise click.UsageError(f"'--set' gives {name.strip()} twice.")
        found[name.strip()] = value.strip()
    return found


def load(policy: str, pairs: tuple[str, ...], *, warn: bool = True) -> Policy:
    """The policy with its parameters; how many warnings it has is said on stderr."""
    from vault_rules import api

    values = parameters(pairs)
    with in_one_breath():
        loaded = api.load_policy(policy, values)
    warnings = sum(not one.is_error for one in loaded.diagnostics)
    if warn and warnings:
        click.echo(
            f"{policy}: {warnings} warning{'' if warnings == 1 else 's'} (vault-rules check shows them)", err=True
        )
    return loaded


def make_plan(
    policy: str, book: str, as_of: date, pairs: tuple[str, ...], *, warn: bool = True, engine: str = "fast"
) -> Plan:
    """Load, read, evaluate; the policy's warnings go to stderr."""
    from vault_rules import api

    loaded = load(policy, pairs, warn=warn)
    with progress("reading the book"):
        tables = api.read_book(book, check=False)
    with progress("evaluating"):
        return api.evaluate(loaded, tables, as_of, engine=engine)
