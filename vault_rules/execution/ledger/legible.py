"""Entries that say something that no run wrote: altered ones, or those of a program that writes other fields."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from vault_rules.domain.entry import Entry
from vault_rules.errors import LedgerError


@contextmanager
def legible(entry: Entry) -> Iterator[None]:
    """While an entry's fields are read: `LedgerError` where they are not what they should be."""
    try:
        yield
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise LedgerError(
            f"entry {entry.sequence} of the ledger is not as this program writes them: see `vault-rules ledger verify`"
        ) from error
