"""Entries that say something that no run wrote: altered ones, or those of a program that writes other fields."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from vault_rules.domain.entry import Entry
from vault_rules.errors import LedgerError

P = ParamSpec("P")
T = TypeVar("T")


def legible(read: Callable[Concatenate[Entry, P], T]) -> Callable[Concatenate[Entry, P], T]:
    """A function that reads an entry's fields, raising `LedgerError` where they are not what they should be."""

    @wraps(read)
    def tried(entry: Entry, *more: P.args, **named: P.kwargs) -> T:
        try:
            return read(entry, *more, **named)
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            raise LedgerError(
                f"entry {entry.sequence} of the ledger is not as this program writes them: see `vault-rules ledger verify`"
            ) from error

    return tried
