"""Storages that are wrong in one way each: the contract kit must find them all."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import attrs

from vault_rules.adapters.files_config import FilesConfig
from vault_rules.adapters.files_storage import FilesStorage
from vault_rules.adapters.messages import (
    Booking,
    Confirmation,
    Delivery,
    Placement,
    Query,
    Receipt,
    Refusal,
    Release,
    Row,
    State,
    Status,
)  # fmt: skip
from vault_rules.adapters.registration import Setup


class ShowsBookedRoom(FilesStorage):
    """Shows the capacity of the files, whatever is booked."""

    def facilities(self, query: Query) -> Iterator[Row]:
        for row in self._tables.table("facilities").rows:
            accepts = row.get("accepts")
            if not accepts or not accepts.isdisjoint(query.minerals):
                yield Row(row.texts, row.number)


class StoresTwice(FilesStorage):
    """Takes a delivery that is told of twice for two."""

    def receive(self, key: str, delivery: Delivery) -> Receipt | Refusal:
        with self._kept.seen() as holds:
            entry = holds.entries.get(key)
        if entry is not None and delivery.delivery in entry.deliveries:
            delivery = attrs.evolve(delivery, delivery=f"{delivery.delivery}+")
        return super().receive(key, delivery)


class RemembersTheLastDelivery(FilesStorage):
    """Knows the last delivery of a key again, and none before it."""

    def receive(self, key: str, delivery: Delivery) -> Receipt | Refusal:
        with self._kept.seen() as holds:
            entry = holds.entries.get(key)
        known = () if entry is None else tuple(entry.deliveries)
        if delivery.delivery in known[:-1]:
            delivery = attrs.evolve(delivery, delivery=f"{delivery.delivery}{len(known)}")
        return super().receive(key, delivery)


class CancelsWhatIsBinding(FilesStorage):
    """Gives confirmed room back."""

    def cancel(self, key: str) -> Release | Refusal:
        answer = super().cancel(key)
        if isinstance(answer, Refusal):
            with self._kept.open() as holds:
                holds._change(attrs.evolve(holds.entries[key], state=State.RELEASED, quantity=None))
        return Release(key)


class ConfirmsMore(FilesStorage):
    """Confirms whatever quantity it is told."""

    def confirm(self, key: str, quantity: Fraction) -> Confirmation | Refusal:
        with self._kept.open() as holds:
            entry = holds.entries.get(key)
            if entry is not None and entry.state is State.HELD:
                holds._change(attrs.evolve(entry, quantity=quantity))
        return super().confirm(key, quantity)


class KeepsTheRest(FilesStorage):
    """Confirms all that was booked where less is confirmed."""

    def confirm(self, key: str, quantity: Fraction) -> Confirmation | Refusal:
        booked = self.status(key).quantity
        answer = super().confirm(key, booked or quantity)
        return answer if isinstance(answer, Refusal) else attrs.evolve(answer, quantity=quantity)


class LosesWhatArrives(FilesStorage):
    """Does not add to its holdings what it has received."""

    def holdings(self) -> Iterator[Row]:
        for row in self._tables.table("holdings").rows:
            yield Row(row.texts, row.number)


class TakesAnything(FilesStorage):
    """Books room for minerals that a facility does not take."""

    def book(self, placement: Placement, key: str) -> Booking | Refusal:
        if placement.facility == "reno":
            placement = attrs.evolve(placement, mineral="gallium")
        return super().book(placement, key)


class AnswersForAnotherKey(FilesStorage):
    """Finds a key by its first letters."""

    def status(self, key: str) -> Status:
        with self._kept.seen() as holds:
            near = next((one for one in holds.entries if one[:12] == key[:12]), key)
            return attrs.evolve(holds.status(near), key=key)


class BooksForItself(FilesStorage):
    """Keeps a journal of its own for each process."""

    count = 0

    def __init__(self, config: FilesConfig, setup: Setup) -> None:
        type(self).count += 1
        super().__init__(attrs.evolve(config, journal=setup.folder / f"holds-{self.count}.jsonl"), setup)


BROKEN: dict[type[FilesStorage], str] = {
    ShowsBookedRoom: "test_what_is_held_is_no_longer_free",
    StoresTwice: "test_what_arrives_is_stored_once",
    RemembersTheLastDelivery: "test_any_order_of_calls_repeats_lost_answers_and_restarts",
    CancelsWhatIsBinding: "test_what_is_confirmed_stays",
    ConfirmsMore: "test_more_is_not_confirmed_than_was_booked",
    KeepsTheRest: "test_less_may_be_confirmed_than_was_booked",
    LosesWhatArrives: "test_what_arrives_is_stored_once",
    TakesAnything: "test_other_terms_are_refused",
    AnswersForAnotherKey: "test_a_restart_forgets_nothing",
    BooksForItself: "test_many_at_once_do_not_take_more_than_there_is",
}
"""Each with a test of the kit that finds it."""
