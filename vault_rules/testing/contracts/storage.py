"""The contract of storages: subclass `StorageContract` with a fixture `counterparty`."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from datetime import date
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from vault_rules.adapters.messages import Delivery, Placement, Query, Receipt, Refusal, Row, State, Why
from vault_rules.adapters.protocols import Storage
from vault_rules.adapters.registration import Capability
from vault_rules.testing.contracts.holding import ONE, OTHER, HoldingContract, Make, read
from vault_rules.testing.contracts.machine import KEYS, HoldingMachine

FACILITIES = (
    Row({"facility": "nola", "kind": "owned", "country": "US", "capacity": "10", "unit": "t", "accepts": None}),
    Row({"facility": "reno", "kind": "leased", "country": "US", "capacity": "250.000001", "unit": "kg",
         "accepts": "gallium;germanium"}),
)  # fmt: skip
"""What the storage has at first."""

HOLDINGS = (Row({"mineral": "cobalt", "quantity": "2000", "unit": "kg", "facility": "nola", "form": "cathode"}),)
"""What it stores at first."""

_PLACEMENTS = (
    Placement("nola", "cobalt", Fraction(3000), "cathode", "AU"),
    Placement("nola", "cobalt", Fraction(6000), "cathode", "AU"),
    Placement("nola", "copper", Fraction(8000)),
    Placement("nola", "cobalt", Fraction(2000), "cathode", "US"),
    Placement("reno", "gallium", Fraction("250.000001")),
    Placement("reno", "cobalt", Fraction(1)),
    Placement("nowhere", "cobalt", Fraction(1)),
)
_DAY = date(2027, 9, 1)
_DELIVERIES = (
    Delivery("truck-1", Fraction(1000), _DAY),
    Delivery("truck-1", Fraction(2000), _DAY),
    Delivery("truck-2", Fraction(2000), _DAY),
    Delivery("truck-3", Fraction("250.000001"), _DAY),
)
_ALL = Query(("cobalt", "copper", "gallium"))


class StorageMachine(HoldingMachine):
    """The same with deliveries."""

    @rule(
        desk=st.integers(0, 1), key=st.sampled_from(KEYS), at=st.integers(0, len(_DELIVERIES) - 1), lost=st.booleans()
    )
    def receive(self, desk: int, key: str, at: int, lost: bool) -> None:
        self._receive(desk, key, at, lost)

    def arrive(self, desk: int, key: str, at: int) -> None:
        """The deliveries one after the other; then those that have come are told of again."""
        come = self.model.slot(key).deliveries
        left = [number for number, one in enumerate(_DELIVERIES[:3]) if number != 1 and one.delivery not in come]
        self._receive(desk, key, left[0] if left else (0, 2)[at % 2], lost=False)

    def _receive(self, desk: int, key: str, at: int, lost: bool) -> None:
        if Capability.RECEIVE in self.contract.capabilities:
            delivery = _DELIVERIES[at]
            self._call(
                desk,
                lambda adapter: adapter.receive(key, delivery),
                key,
                lambda: self.model.receive(key, delivery),
                lost,
            )

    @invariant()
    def what_has_arrived_is_stored(self) -> None:
        stored = _stored(self.desks[1])
        for facility, at_first in (("nola", Fraction(2000)), ("reno", Fraction(0))):
            came = (slot.received for slot in self.model.slots.values() if slot.subject == facility)
            assert stored.get(facility, Fraction(0)) == at_first + sum(came, Fraction(0))


class StorageContract(HoldingContract):
    """Every storage does this."""

    capabilities = frozenset({Capability.BOOK, Capability.RECEIVE})
    machine = StorageMachine
    tables: Mapping[str, Any] = {"facilities": FACILITIES, "holdings": HOLDINGS}
    free_at_first: Mapping[str, Fraction] = {"nola": Fraction(8000), "reno": Fraction("250.000001")}
    confirms_quantities = True

    def held(self, at: int) -> tuple[Any, str, Fraction, bool]:
        placement = _PLACEMENTS[at % len(_PLACEMENTS)]
        return placement, placement.facility, placement.quantity, at < 5

    def hold(self, adapter: Any, message: Any, key: str) -> Any:
        return adapter.book(message, key)

    def to_confirm(self, quantity: Fraction, part: int) -> Fraction | None:
        return quantity / part

    def confirm(self, adapter: Any, key: str, quantity: Fraction | None) -> Any:
        return adapter.confirm(key, quantity)

    def release(self, adapter: Any, key: str) -> Any:
        return adapter.cancel(key)

    def free(self, adapter: Any) -> Mapping[str, Fraction]:
        """The capacity that is shown, less what is stored."""
        stored = _stored(adapter)
        rows = read(adapter.facilities(_ALL), "facilities")
        return {row.get("facility"): row.get("capacity") - stored.get(row.get("facility"), 0) for row in rows}

    # ---- what only storages do ---------------------------------------------------------------------------------------

    def test_it_is_a_storage(self, counterparty: Make) -> None:
        with closing(counterparty(self.tables)()) as storage:
            assert isinstance(storage, Storage)

    def test_only_facilities_that_take_the_minerals_are_answered(self, counterparty: Make) -> None:
        with closing(counterparty(self.tables)()) as storage:
            assert _ids(storage, "cobalt") == ["nola"]
            assert _ids(storage, "cobalt", "gallium") == ["nola", "reno"]

    def test_less_may_be_confirmed_than_was_booked(self, counterparty: Make) -> None:
        with closing(counterparty(self.tables)()) as storage:
            storage.book(_PLACEMENTS[0], ONE)
            confirmed = storage.confirm(ONE, Fraction(1000))
            assert not isinstance(confirmed, Refusal) and confirmed.quantity == 1000
            assert self.free(storage)["nola"] == 7000, "the rest is free again"
            assert storage.confirm(ONE, Fraction(2000)).why is Why.REUSED

    def test_more_is_not_confirmed_than_was_booked(self, counterparty: Make) -> None:
        with closing(counterparty(self.tables)()) as storage:
            storage.book(_PLACEMENTS[0], ONE)
            assert isinstance(storage.confirm(ONE, Fraction("3000.000001")), Refusal)
            assert storage.status(ONE).state is State.HELD

    def test_what_arrives_is_stored_once(self, counterparty: Make) -> None:
        if Capability.RECEIVE not in self.capabilities:
            return
        with closing(counterparty(self.tables)()) as storage:
            storage.book(_PLACEMENTS[0], ONE)
            assert isinstance(storage.receive(ONE, _DELIVERIES[0]), Refusal), "it was not confirmed yet"
            storage.confirm(ONE, Fraction(3000))
            for _ in range(2):
                receipt = storage.receive(ONE, _DELIVERIES[0])
                assert receipt == Receipt(ONE, "truck-1", Fraction(1000), Fraction(1000))
            assert isinstance(storage.receive(ONE, _DELIVERIES[1]), Refusal), "one name, two deliveries"
            assert storage.receive(ONE, _DELIVERIES[2]).received == 3000
            assert storage.status(ONE).state is State.RECEIVED
            assert _stored(storage)["nola"] == 5000
            assert self.free(storage)["nola"] == 5000

    def test_no_more_arrives_than_is_confirmed(self, counterparty: Make) -> None:
        if Capability.RECEIVE not in self.capabilities:
            return
        with closing(counterparty(self.tables)()) as storage:
            storage.book(_PLACEMENTS[3], OTHER)
            storage.confirm(OTHER, Fraction(1500))
            assert isinstance(storage.receive(OTHER, _DELIVERIES[2]), Refusal)
            assert _stored(storage)["nola"] == 2000


def _ids(storage: Storage, *minerals: str) -> list[str]:
    return sorted(row.get("facility") for row in read(storage.facilities(Query(minerals)), "facilities"))


def _stored(storage: Any) -> dict[str, Fraction]:
    """What each facility stores."""
    found: dict[str, Fraction] = {}
    for row in read(storage.holdings(), "holdings"):
        facility = row.get("facility") or ""
        found[facility] = found.get(facility, Fraction(0)) + row.get("quantity")
    return found
