"""Policies typed out in a test, evaluated against books typed out in the same test."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.support.books import book
from vault_rules import api
from vault_rules.api import Plan, Policy

HEADER = 'policy p "a policy" {\n  currency USD\n}\n'
AS_OF = date(2027, 8, 1)


def policy(text: str) -> Policy:
    """A policy's text, with a header where it has none, loaded."""
    whole = text if text.lstrip().startswith("policy ") else HEADER + text
    with TemporaryDirectory() as folder:
        file = Path(folder) / "p.vault"
        file.write_text(whole, encoding="utf-8")
        return api.load_policy(file)


def plan(text: str, as_of: date = AS_OF, parameters: dict[str, str] | None = None, **tables: str) -> Plan:
    """The plan of a policy's text for a book of `|`-separated tables."""
    return api.evaluate(policy(text), book(**tables), as_of, parameters=parameters)
