"""Rows picked by a mask: the same of few rows as of many, whatever the columns and the mask are made of."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vault_rules.engine.fast import table
from vault_rules.engine.fast.table import EVERY, held, picked

A, TWICE, ONE = pl.col("a"), (pl.col("a") * 2).alias("twice"), pl.lit(1, dtype=pl.Int64).alias("one")
MASKS: dict[str, tuple[Any, Any]] = {
    "every": (EVERY, lambda a: True),
    "none": (pl.lit(False), lambda a: False),
    "some": (A > 3, lambda a: a > 3),
    "by what is worked out": (pl.col("twice") > 7, lambda a: 2 * a > 7),
}
NAMES: dict[str, tuple[Any, Any]] = {
    "columns": (["a", "twice"], lambda a: (a, 2 * a)),
    "expressions": (["a", (A + 1).alias("more"), "twice", ONE], lambda a: (a, a + 1, 2 * a, 1)),
    "literals": ([ONE, pl.lit(2, dtype=pl.Int64).alias("two")], lambda a: (1, 2)),
}
CASES = [*((10**6, name) for name in NAMES), (0, "columns"), (0, "expressions")]
"""Literals alone are asked of few rows only: a query would make one row of them."""


@pytest.mark.parametrize(("few", "names"), CASES)
@pytest.mark.parametrize("mask", MASKS)
@given(rows=st.lists(st.integers(0, 9), min_size=1, max_size=6))
def test_rows_are_picked_where_the_mask_holds(few: int, mask: str, names: str, rows: list[int]) -> None:
    (where, holds), (columns, values) = MASKS[mask], NAMES[names]
    with patch.object(table, "FEW_ROWS", few):
        found = picked(pl.DataFrame({"a": rows}), where, columns, [TWICE])
    assert found.rows() == [values(a) for a in rows if holds(a)]


@given(rows=st.lists(st.integers(0, 9), max_size=6))
def test_a_mask_is_as_long_as_the_rows_even_where_it_reads_none(rows: list[int]) -> None:
    frame = pl.DataFrame({"a": rows}, schema={"a": pl.Int64})
    assert held(frame, EVERY).to_list() == [True] * len(rows)
    assert held(frame, A > 3).to_list() == [a > 3 for a in rows]
