"""What tests need, the package's own, those of plugins, and those of programs that decide by policies.

Strategies for Hypothesis, contract kits for who writes an adapter; `vault_rules.testing.pytest_plugin` and
`vault_rules.testing.registered` are found by pytest and Hypothesis themselves. Each name is fetched when it is asked
for: Hypothesis loads this package whenever it is imported.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vault_rules.testing.contracts import StorageContract, TraderContract
    from vault_rules.testing.strategies import (
        Features,
        Names,
        books,
        drafts,
        offers,
        plans,
        policies,
        policy_texts,
        requests,
    )
    from vault_rules.testing.texts import book_of, draft_of, policy_of

_HOMES = {
    "Features": "strategies",
    "Names": "strategies",
    "StorageContract": "contracts",
    "TraderContract": "contracts",
    "book_of": "texts",
    "books": "strategies",
    "draft_of": "texts",
    "drafts": "strategies",
    "offers": "strategies",
    "plans": "strategies",
    "policies": "strategies",
    "policy_of": "texts",
    "policy_texts": "strategies",
    "requests": "strategies",
}
__all__ = [
    "Features",
    "Names",
    "StorageContract",
    "TraderContract",
    "book_of",
    "books",
    "draft_of",
    "drafts",
    "offers",
    "plans",
    "policies",
    "policy_of",
    "policy_texts",
    "requests",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
