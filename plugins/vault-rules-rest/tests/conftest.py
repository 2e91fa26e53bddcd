"""Servers that several tests share; each is ended by its own process id."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests.rest_support.house import TABLES, House, new_house

settings.register_profile("quick", max_examples=50, deadline=None)
settings.load_profile("quick")


@pytest.fixture(scope="session")
def one_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    house = new_house(tmp_path_factory.mktemp("house"))
    yield house
    house.server.end()


@pytest.fixture
def house(one_house: House) -> House:
    """A server on its first day."""
    one_house.reset(TABLES)
    return one_house
