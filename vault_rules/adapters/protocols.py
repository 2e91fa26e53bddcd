"""What an adapter is: three protocols of plain, synchronous calls.

Adapters are synchronous by decision. Who writes one writes plain calls with whatever library the counterparty needs;
the gatherer and the executor run each call in a thread, with a time-out of its own. So calls may come from any thread,
and after a time-out a second call may come while the first still runs.

**Keys.** Every call that changes something carries a key, a text of at most 100 letters of `A-Z a-z 0-9 - _ . :`. A
call repeated with the same key and content gives the same answer and changes nothing; with another content it is a
`Refusal` of `Why.REUSED`, and what the key stands for stays as it is. What a key stands for survives a restart of the
adapter.

**A hold** (of a trader's lot, of a storage's room) goes one way::

    unknown ─reserve, book→ held ─confirm→ confirmed ─receive→ received      (receive: storages only)
       │                     ├──release, cancel→ released
       │                     └──by itself→ lapsed
       ├──reserve, book are refused→ refused
       └──release, cancel→ released      a call that arrives late, after its key was released, is refused

So `reserve` and `book`, repeated, give the same answer while it is held and after it was confirmed, and a `Refusal` of
`Why.RELEASED` or `Why.LAPSED` after that. `release` and `cancel` of what was refused or has lapsed answer `Release` and
leave the state as it is. `confirm` of a key that holds nothing is refused: `UNKNOWN`, `RELEASED` or `LAPSED`.

**Answers.** A "no" is returned, as a `Refusal`. Exceptions are `vault_rules.errors.Unavailable` (nothing was done),
`TimedOut` and `BadAnswer` (whether it was done is not known); any other exception is taken as an unknown outcome. After
an unknown outcome `status(key)` is asked, until it answers.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Protocol, runtime_checkable

from vault_rules.adapters.messages import (
    Award,
    Booking,
    Confirmation,
    Delivery,
    Placement,
    Query,
    Receipt,
    Refusal,
    Release,
    Reservation,
    Row,
    Status,
)  # fmt: skip

PROTOCOL = 1
"""The version that this package speaks. An adapter says for which it was written."""


@runtime_checkable
class Adapter(Protocol):
    """What all three have in common."""

    def health(self) -> str:
        """A few words on what was reached, such as "PostgreSQL 16, 12 offers". Raises `Unavailable` where nothing."""
        ...

    def close(self) -> None:
        """Let go of connections and files; may be called twice. What is held stays held."""
        ...


@runtime_checkable
class Trader(Adapter, Protocol):
    """Who sells."""

    def offers(self, query: Query) -> Iterable[Row]:
        """The offers of these minerals: rows of a book's `offers`, in any order, as long as the iterable is read.

        `quantity` is what is free now: what is held or confirmed is no longer in it, and an offer of which nothing is
        left is left out. `trader` may be left out: it is the name under which the trader stands in `vault.toml`, and no
        other is accepted. The query is all that may be sent.
        """
        ...

    def reserve(self, award: Award, key: str) -> Reservation | Refusal:
        """Hold the whole quantity of an award, or nothing."""
        ...

    def confirm(self, key: str) -> Confirmation | Refusal:
        """Buy what is held; perhaps less of it, never more, at the award's price."""
        ...

    def release(self, key: str) -> Release | Refusal:
        """Give back what is held. A key that was never heard of is released too, so that a late call finds it so; one
        that was refused or has lapsed as well. Refused (`Why.CONFIRMED`) once it is bought.
        """
        ...

    def status(self, key: str) -> Status:
        """What is known of a key. Never changes anything."""
        ...


@runtime_checkable
class Storage(Adapter, Protocol):
    """Who keeps.

    Storages confirm as traders do: room is booked before anything is bought, so that nothing is bought that has no
    place, and becomes binding only after the trader has confirmed, with the quantity that was confirmed.
    """

    def facilities(self, query: Query) -> Iterable[Row]:
        """The facilities that take any of these minerals: rows of a book's `facilities`.

        `capacity` is that of the whole facility less what is booked or confirmed and has not yet arrived. What is
        stored is not taken off: `holdings` says it, and the evaluation takes it off.
        """
        ...

    def holdings(self) -> Iterable[Row]:
        """What is stored: rows of a book's `holdings`, each with its facility. What has not arrived is not in it."""
        ...

    def book(self, placement: Placement, key: str) -> Booking | Refusal:
        """Keep room for the whole quantity of a placement, or none."""
        ...

    def confirm(self, key: str, quantity: Fraction) -> Confirmation | Refusal:
        """Make room binding, for at most what was booked; the rest is free again."""
        ...

    def cancel(self, key: str) -> Release | Refusal:
        """Give room back. As `Trader.release`."""
        ...

    def receive(self, key: str, delivery: Delivery) -> Receipt | Refusal:
        """Take in what has arrived, at most what is confirmed in total; the name of the delivery makes it idempotent
        (the same name with another content is refused: `Why.REUSED`).
        """
        ...

    def status(self, key: str) -> Status:
        """What is known of a key. Never changes anything."""
        ...


@runtime_checkable
class ReferencePrices(Adapter, Protocol):
    """Who publishes prices."""

    def benchmarks(self, query: Query) -> Iterable[Row]:
        """Published prices of these minerals: rows of a book's `benchmarks`."""
        ...

    def rates(self) -> Iterable[Row]:
        """Exchange rates: rows of a book's `fx`; none where the source has none."""
        ...
