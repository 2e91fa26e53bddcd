"""vault-rules: a policy language for strategic-stockpile sourcing, and an exact engine that evaluates it.

>>> import vault_rules as vr
>>> policy = vr.load_policy("policies/project_vault.vault")
>>> book = vr.read_book("policies/books/vault_2026")
>>> plan = vr.evaluate(policy, book, as_of=date(2027, 8, 1))
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vault_rules.api import Plan, Policy, check_policy, decide, evaluate, explain, load_policy, read_book
    from vault_rules.domain.book import Book
    from vault_rules.errors import BookError, EvaluationError, LedgerError, PolicyError, UsageError, VaultRulesError
    from vault_rules.source.diagnostic import Diagnostic

__version__ = "0.1.0"
_HOMES = {
    "Book": "vault_rules.domain.book",
    "BookError": "vault_rules.errors",
    "Diagnostic": "vault_rules.source.diagnostic",
    "EvaluationError": "vault_rules.errors",
    "LedgerError": "vault_rules.errors",
    "Plan": "vault_rules.api",
    "Policy": "vault_rules.api",
    "PolicyError": "vault_rules.errors",
    "UsageError": "vault_rules.errors",
    "VaultRulesError": "vault_rules.errors",
    "check_policy": "vault_rules.api",
    "decide": "vault_rules.api",
    "evaluate": "vault_rules.api",
    "explain": "vault_rules.api",
    "load_policy": "vault_rules.api",
    "read_book": "vault_rules.api",
}
__all__ = [
    "Book",
    "BookError",
    "Diagnostic",
    "EvaluationError",
    "LedgerError",
    "Plan",
    "Policy",
    "PolicyError",
    "UsageError",
    "VaultRulesError",
    "check_policy",
    "decide",
    "evaluate",
    "explain",
    "load_policy",
    "read_book",
]


def __getattr__(name: str) -> Any:
    # Polars and the parser take longer to import than `vault-rules --help` may: each name is fetched when asked for
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
