"""Everything this package raises on purpose.

::

    VaultRulesError
    ├── PolicyError       the policy has errors; `.diagnostics` carries all of them
    ├── BookError         the book is bad; `.bad_cells` carries all of them
    ├── EvaluationError   policy and book are fine each alone, but cannot be evaluated together
    ├── LedgerError       the ledger cannot be reached, read or written, or is not what it should be
    └── UsageError        the caller asked for something that does not exist (a file, a parameter, an offer)

No other exception of ours crosses the public boundary, and the command line turns each into an exit code.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


class VaultRulesError(Exception):
    """The root of the tree: catch this to catch everything this package raises."""


class PolicyError(VaultRulesError):
    """A policy that cannot be used; every mistake found is in `diagnostics`, in file order."""

    def __init__(self, diagnostics: Sequence[Any]) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__("\n".join(str(one) for one in self.diagnostics))


class BookError(VaultRulesError):
    """A book that cannot be used; every bad cell found is in `bad_cells`, at most `limit` of `total`."""

    def __init__(self, bad_cells: Sequence[Any], total: int | None = None) -> None:
        self.bad_cells = tuple(bad_cells)
        self.total = len(self.bad_cells) if total is None else total
        super().__init__("\n".join(str(one) for one in self.bad_cells))


class EvaluationError(VaultRulesError):
    """The evaluation stopped; `diagnostic` says where in the policy, and why."""

    def __init__(self, diagnostic: Any) -> None:
        self.diagnostic = diagnostic
        super().__init__(str(diagnostic))


class LedgerError(VaultRulesError):
    """The ledger failed; the message names it and says why.

    What was being recorded stands there whole or not at all.
    """


class UsageError(VaultRulesError):
    """The request itself is wrong: the message says what there is instead."""
