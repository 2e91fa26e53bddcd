"""Work on several columns at a time."""

from __future__ import annotations

import threading
from unittest.mock import patch

import pytest

from vault_rules.domain import at_once as module
from vault_rules.domain.at_once import at_once


@pytest.mark.parametrize("height", [0, module.WORTH_A_THREAD])
def test_what_is_done_for_each_column_comes_in_the_order_of_the_columns(height: int) -> None:
    assert at_once(str.upper, ["b", "a", "c"], height) == ["B", "A", "C"]


def test_few_rows_are_not_worth_a_thread() -> None:
    with patch.object(module, "WORTH_A_THREAD", 10):
        assert at_once(lambda _: threading.current_thread(), "ab", 9) == [threading.current_thread()] * 2
        assert threading.current_thread() not in at_once(lambda _: threading.current_thread(), "ab", 10)


@pytest.mark.parametrize("height", [0, module.WORTH_A_THREAD])
def test_what_stops_the_work_on_one_column_stops_all(height: int) -> None:
    with pytest.raises(ZeroDivisionError):
        at_once(lambda one: 1 // one, [1, 0, 2], height)
