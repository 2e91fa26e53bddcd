"""Everything this package raises on purpose.

::

    VaultRulesError
    ├── PolicyError       the policy has errors; `.diagnostics` carries all of them
    ├── BookError         the book is bad; `.bad_cells` carries all of them
    ├── EvaluationError   policy and book are fine each alone, but cannot be evaluated together
    ├── UsageError        the caller asked for something that does not exist (a file, a parameter, an offer)
    │   └── ConfigError   `vault.toml` cannot be used; `.mistakes` carries all of them
    └── AdapterError      what lies outside failed: a trader, a storage, a plugin, the ledger
        ├── LedgerError   the ledger cannot be reached, read or written, or is not what it should be
        │   └── NoLedgerError   nothing was recorded there yet
        ├── PluginError   a plugin cannot be used; `.problems` carries all that is wrong, with its name
        ├── Unavailable   a counterparty was not reached, or cannot serve now: nothing was done, ask again
        ├── TimedOut      no answer in time: whether it was done is not known, ask `status(key)`
        └── BadAnswer     an answer that says nothing of use: whether it was done is not known, ask `status(key)`

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


class UsageError(VaultRulesError):
    """The request itself is wrong: the message says what there is instead."""


class ConfigError(UsageError):
    """A configuration that cannot be used; every mistake found is in `mistakes`, in file order."""

    def __init__(self, mistakes: Sequence[Any]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("\n".join(str(one) for one in self.mistakes))


class AdapterError(VaultRulesError):
    """What lies outside failed; the message says what, in words that may be shown (no secret is in them)."""


class LedgerError(AdapterError):
    """The ledger failed; the message names it and says why.

    What was being recorded stands there whole or not at all.
    """


class NoLedgerError(LedgerError):
    """There is no ledger at a place where one may be: nothing was recorded there yet."""


class PluginError(AdapterError):
    """A plugin that cannot be used; `problems` are sentences, each of which names the plugin."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


class Unavailable(AdapterError):
    """A counterparty that was not reached, or that cannot serve now. Nothing was done: the call may be repeated."""


class TimedOut(AdapterError):
    """No answer in time. Whether the call was carried out is not known: `status(key)` says."""


class BadAnswer(AdapterError):
    """An answer that is not one of the protocol. Whether the call was carried out is not known: `status(key)` says."""
