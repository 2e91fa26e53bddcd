"""Trader and storage keep the contracts through the reference server, also where that is killed in between."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.rest_support.house import House
from tests.rest_support.served import Tables
from vault_rules.testing.contracts import StorageContract, TraderContract
from vault_rules.testing.contracts.holding import HoldingContract

Fixture = Callable[[Tables], Callable[[], Any]]


class TestRestTrader(TraderContract):
    examples = 12
    steps = 12

    @pytest.fixture
    def counterparty(self, house: House) -> Fixture:
        return house.make(house.trader)


class TestRestStorage(StorageContract):
    examples = 12
    steps = 12

    @pytest.fixture
    def counterparty(self, house: House) -> Fixture:
        return house.make(house.storage)


def kits(house: House) -> dict[str, tuple[HoldingContract, Fixture]]:
    """Each kit with adapters before which the server was killed and started again."""
    return {
        "trader": (TraderContract(), house.make(house.killed_before(house.trader))),
        "storage": (StorageContract(), house.make(house.killed_before(house.storage))),
    }


@pytest.mark.parametrize("kind", ["trader", "storage"])
def test_a_killed_server_forgets_nothing(house: House, kind: str) -> None:
    kit, counterparty = kits(house)[kind]
    kit.test_a_restart_forgets_nothing(counterparty)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["trader", "storage"])
def test_any_order_of_calls_and_kills(house: House, kind: str) -> None:
    kit, counterparty = kits(house)[kind]
    kit.examples, kit.steps = 5, 15
    kit.test_any_order_of_calls_repeats_lost_answers_and_restarts(counterparty)
