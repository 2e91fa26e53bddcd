"""Traders that are wrong in one way each: the contract kit must find them all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any

import attrs

from vault_rules.adapters.files_config import FilesConfig
from vault_rules.adapters.files_trader import FilesTrader
from vault_rules.adapters.holds import Holds
from vault_rules.adapters.messages import (
    Award,
    Confirmation,
    Query,
    Refusal,
    Release,
    Reservation,
    Row,
    State,
    Status,
    content,
)  # fmt: skip
from vault_rules.adapters.registration import Setup
from vault_rules.domain.exact import plain


class Oversells(FilesTrader):
    """Holds whatever the offer says, however much of it is held already."""

    def reserve(self, award: Award, key: str) -> Reservation | Refusal:
        with self._kept.open() as holds:
            row = next((one for one in self._tables.table("offers").rows if one.get("offer") == award.offer), None)
            free = None if row is None else row.get("quantity")
            entry = holds.hold(key, award.offer, content(award), award.quantity, free=free, price=award.price)
            return entry if isinstance(entry, Refusal) else Reservation(key, award.quantity)


class Forgets(FilesTrader):
    """Keeps what is held in its memory alone."""

    def __init__(self, config: FilesConfig, setup: Setup) -> None:
        super().__init__(config, setup)
        self._kept: Any = _InMemory()


class _InMemory:
    def __init__(self) -> None:
        self._holds = Holds(lambda entry: None)

    def open(self) -> Any:
        return nullcontext(self._holds)

    def seen(self) -> Any:
        return nullcontext(self._holds)


class HoldsTwice(FilesTrader):
    """Takes a repeated call for another one."""

    def reserve(self, award: Award, key: str) -> Reservation | Refusal:
        if self.status(key).state is State.HELD:
            super().reserve(award, f"{key}-again")
        return super().reserve(award, key)


class HoldsWhatWasReleased(FilesTrader):
    """Knows nothing of a key that was released before it was heard of."""

    def release(self, key: str) -> Release | Refusal:
        return Release(key) if self.status(key).state is State.UNKNOWN else super().release(key)


class TakesBackWhatIsSold(FilesTrader):
    """Releases what is confirmed."""

    def release(self, key: str) -> Release | Refusal:
        answer = super().release(key)
        if isinstance(answer, Refusal):
            with self._kept.open() as holds:
                holds._change(attrs.evolve(holds.entries[key], state=State.RELEASED, quantity=None))
        return Release(key)


class RoundsToGrams(FilesTrader):
    """Says quantities with three decimals."""

    def offers(self, query: Query) -> Iterator[Row]:
        for row, read in zip(super().offers(query), super().offers(query), strict=True):
            from vault_rules.testing.contracts.holding import read as as_book

            (found,) = as_book([read], "offers")
            yield Row({**row.cells, "quantity": plain(round(found.get("quantity"), 3)), "unit": "kg"})


class SaysAnotherPrice(FilesTrader):
    """Confirms at a price per kilogram, whatever the award's unit."""

    def confirm(self, key: str) -> Confirmation | Refusal:
        answer = super().confirm(key)
        if isinstance(answer, Refusal) or answer.price is None:
            return answer
        return attrs.evolve(answer, price=answer.price * 2)


class TakesAnyPrice(FilesTrader):
    """Does not look at the price of an award."""

    def reserve(self, award: Award, key: str) -> Reservation | Refusal:
        row = next((one for one in self._tables.table("offers").rows if one.get("offer") == award.offer), None)
        if row is None or self.status(key).state is not State.UNKNOWN:
            return super().reserve(award, key)
        money = row.get("price")
        return super().reserve(attrs.evolve(award, price=money.amount, per="kg"), key)


class TellsOfOtherMinerals(FilesTrader):
    """Answers all that it has."""

    def offers(self, query: Query) -> Iterator[Row]:
        return super().offers(Query(("cobalt", "copper", "gallium")))


class RemembersTooMuch(FilesTrader):
    """Answers `status` from what it once saw, and does not hear of what another process did."""

    def __init__(self, config: FilesConfig, setup: Setup) -> None:
        super().__init__(config, setup)
        self._seen: dict[str, Status] = {}

    def status(self, key: str) -> Status:
        if key not in self._seen:
            found = super().status(key)
            if found.state is not State.HELD:
                return found
            self._seen[key] = found
        return self._seen[key]


BROKEN: dict[type[FilesTrader], str] = {
    Oversells: "test_many_at_once_do_not_take_more_than_there_is",
    Forgets: "test_a_restart_forgets_nothing",
    HoldsTwice: "test_what_is_asked_twice_is_held_once",
    HoldsWhatWasReleased: "test_a_call_that_comes_after_its_release_is_refused",
    TakesBackWhatIsSold: "test_what_is_confirmed_stays",
    RoundsToGrams: "test_a_milligram_is_not_lost",
    SaysAnotherPrice: "test_it_confirms_at_the_price_of_the_award",
    TakesAnyPrice: "test_other_terms_are_refused",
    TellsOfOtherMinerals: "test_only_offers_of_the_minerals_asked_for_are_answered",
    RemembersTooMuch: "test_any_order_of_calls_repeats_lost_answers_and_restarts",
}
"""Each with a test of the kit that finds it."""
