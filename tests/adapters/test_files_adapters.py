"""The built-in adapters `files` keep the contracts."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence

import pytest

from tests.adapters.files_on_disk import write_tables
from vault_rules.adapters.files_config import FilesConfig
from vault_rules.adapters.files_storage import FilesStorage
from vault_rules.adapters.files_trader import FilesTrader
from vault_rules.adapters.messages import Row
from vault_rules.adapters.registration import Setup
from vault_rules.testing.contracts import StorageContract, TraderContract

Tables = Mapping[str, Sequence[Row]]


@pytest.fixture
def quick_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is written is taken as written: the contract says nothing of power cuts, and many calls are made."""
    monkeypatch.setattr(os, "fsync", lambda handle: None)


class TestFilesTrader(TraderContract):
    @pytest.fixture
    def counterparty(
        self, tmp_path_factory: pytest.TempPathFactory, quick_disk: None
    ) -> Callable[[Tables], Callable[[], FilesTrader]]:
        def make(tables: Tables) -> Callable[[], FilesTrader]:
            folder = write_tables(tmp_path_factory.mktemp("trader"), tables)
            return lambda: FilesTrader(FilesConfig(folder), Setup("glencore", folder))

        return make


class TestFilesStorage(StorageContract):
    @pytest.fixture
    def counterparty(
        self, tmp_path_factory: pytest.TempPathFactory, quick_disk: None
    ) -> Callable[[Tables], Callable[[], FilesStorage]]:
        def make(tables: Tables) -> Callable[[], FilesStorage]:
            folder = write_tables(tmp_path_factory.mktemp("storage"), tables)
            return lambda: FilesStorage(FilesConfig(folder), Setup("warehouse", folder))

        return make
