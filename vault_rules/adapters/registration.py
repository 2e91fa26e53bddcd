"""What a plugin hands in through its hooks: adapters by name, functions, reviewers, observers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from enum import Enum
from fractions import Fraction
from pathlib import Path
from typing import Any

import attrs

from vault_rules.domain.plan import Finding, Plan


class Capability(Enum):
    """What an adapter can do beyond showing what there is."""

    TRADE = "trade"
    """A trader: `reserve`, `confirm`, `release` and `status` work. Without it the trader only shows offers."""
    BOOK = "book"
    """A storage: `book`, `confirm`, `cancel` and `status` work."""
    RECEIVE = "receive"
    """A storage: `receive` works."""
    PARTIAL = "partial"
    """It may confirm less than was held."""
    LAPSE = "lapse"
    """What is held may lapse by itself."""


@attrs.frozen(repr=False)
class Secret:
    """A value from the environment. It is never shown: `reveal()` gives it, where it is used."""

    _value: str
    variable: str = ""

    def reveal(self) -> str:
        return self._value

    def __repr__(self) -> str:
        return f"<secret from {self.variable or 'the environment'}>"

    __str__ = __repr__


@attrs.frozen
class Setup:
    """What an adapter is told besides its own configuration.

    `name` is that of the counterparty in `vault.toml`, `folder` the file's own: relative paths start there. `timeout`
    is how many seconds a call may take, so that the adapter can hand it on to its sockets.
    """

    name: str
    folder: Path
    timeout: float = 30.0


def _all_of(capabilities: Iterable[Capability]) -> frozenset[Capability]:
    return frozenset(capabilities)


@attrs.frozen
class Registration:
    """An adapter as a plugin offers it.

    `name` is what `adapter = "…"` names in `vault.toml`. `config` is an attrs class: its fields are the keys of the
    section in `vault.toml`, of the types str, int, bool, Fraction, date, pathlib.Path, Secret, tuple[str, ...] or a
    union of those with None or each other. `factory` gets an instance of it and a `Setup`, and gives a `Trader`,
    `Storage` or `ReferencePrices`; it connects to nothing. `protocol` is the version for which the adapter was written:
    write the number, not `PROTOCOL`.
    """

    name: str
    factory: Callable[[Any, Setup], Any]
    config: type
    protocol: int
    capabilities: frozenset[Capability] = attrs.field(default=frozenset(), converter=_all_of)
    doc: str = ""


@attrs.frozen
class Function:
    """A typed, pure function that policies may call.

    `parameters` and `result` are kinds of value: mass, money, price, ratio, number, date, days, months, text, boolean,
    country, mineral, trader, buyer, kind, facility, tier, or `set of country` and so on. `apply` gets and gives exact
    values: `Fraction` (masses in kg, prices per kg, days and months as they are), `date`, `str`, `bool`, `frozenset`.
    It is never given an unknown value. It must be pure: same arguments, same result, nothing read and nothing done.
    With `may_be_undefined` it may give None, and the policy must say `else`.
    """

    name: str
    parameters: tuple[str, ...]
    result: str
    apply: Callable[..., Any] = attrs.field(eq=False)
    doc: str = ""
    may_be_undefined: bool = False


@attrs.frozen
class Reviewer:
    """Reads a finished plan and may add findings to it; it can change nothing else."""

    name: str
    review: Callable[[Plan], Iterable[Finding]]


@attrs.frozen
class ExecutedStep:
    """A step of an execution, after its outcome was recorded.

    `action` is reserve, book, confirm, confirm_storage, release, cancel or record; `outcome` done, refused or unknown.
    """

    run: str
    key: str
    action: str
    outcome: str
    counterparty: str
    quantity: Fraction | None = None
    as_of: date | None = None
    text: str = ""


@attrs.frozen
class Observer:
    """Is told of every executed step. What it raises is reported and stops nothing."""

    name: str
    observe: Callable[[ExecutedStep], None]
