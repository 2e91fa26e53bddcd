"""The contract kits find adapters that are wrong, and the test that finds each says what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from tests.adapters.files_on_disk import write_tables
from tests.testing import broken_storages, broken_traders
from vault_rules.adapters.files_config import FilesConfig
from vault_rules.adapters.messages import Row
from vault_rules.adapters.registration import Setup
from vault_rules.testing.contracts import StorageContract, TraderContract

BROKEN = [(TraderContract, *one) for one in broken_traders.BROKEN.items()]
MORE = [(StorageContract, *one) for one in broken_storages.BROKEN.items()]
MACHINE = "test_any_order_of_calls_repeats_lost_answers_and_restarts"


def maker(adapter: Any, folders: pytest.TempPathFactory) -> Callable[[Mapping[str, Sequence[Row]]], Callable[[], Any]]:
    def make(tables: Mapping[str, Sequence[Row]]) -> Callable[[], Any]:
        folder = write_tables(folders.mktemp("broken"), tables)
        return lambda: adapter(FilesConfig(folder), Setup("somebody", folder))

    return make


@pytest.mark.parametrize(("kit", "adapter", "finder"), [*BROKEN, *MORE], ids=lambda one: getattr(one, "__name__", ""))
def test_the_kit_finds_a_broken_adapter(
    kit: type[Any], adapter: Any, finder: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with pytest.raises(AssertionError):
        getattr(kit(), finder)(maker(adapter, tmp_path_factory))


@pytest.mark.parametrize(("kit", "broken"), [(TraderContract, BROKEN), (StorageContract, MORE)])
def test_ten_of_each_kind_are_kept(kit: type[Any], broken: list[Any]) -> None:
    assert len(broken) == 10
    assert all(finder in dir(kit) for _, _, finder in broken)


@pytest.mark.parametrize(
    ("kit", "adapter"), [(kit, adapter) for kit, adapter, finder in [*BROKEN, *MORE] if finder == MACHINE]
)
def test_some_are_found_only_by_trying_many_orders_of_calls(
    kit: type[Any], adapter: Any, tmp_path_factory: pytest.TempPathFactory
) -> None:
    for name in dir(kit):
        if name.startswith("test_") and name != MACHINE:
            getattr(kit(), name)(maker(adapter, tmp_path_factory))


def test_a_kit_without_its_fixture_says_what_is_missing() -> None:
    with pytest.raises(NotImplementedError, match="give the kit a fixture `counterparty`"):
        TraderContract.counterparty.__wrapped__(TraderContract())  # type: ignore[attr-defined]


def test_what_a_failing_contract_compared_is_shown() -> None:
    from vault_rules.testing.contracts import holding

    assert "@py_assert" in " ".join(holding.HoldingContract.test_what_is_confirmed_stays.__code__.co_varnames)
