"""Columns as codes: each row has its own cell's text, whatever the type of the column."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vault_rules.domain.coding import distinct_cells
from vault_rules.domain.text_frame import as_texts

FEW, FAR = st.integers(-3, 3), st.integers(-(2**63), 2**63 - 1)
NAMES = ["b", "a", " a", "", "é"]
CELLS: list[tuple[pl.DataType, st.SearchStrategy[Any]]] = [
    (pl.String(), st.sampled_from(NAMES)),
    (pl.Categorical(), st.sampled_from(NAMES)),
    (pl.Enum(NAMES), st.sampled_from(NAMES)),
    (pl.Date(), st.dates(date(1969, 12, 28), date(1970, 1, 4)) | st.dates()),
    (pl.Boolean(), st.booleans()),
    (pl.Int64(), FEW),
    (pl.Int64(), FAR),
    (pl.UInt64(), st.integers(0, 2) | st.integers(0, 2**64 - 1)),
    (pl.Int128(), FEW | st.integers(-(2**127), 2**127 - 1)),
    (pl.Decimal(20, 2), st.decimals(-3, 3, places=2)),
]


@st.composite
def columns(draw: st.DrawFn) -> pl.Series:
    kind, cells = draw(st.sampled_from(CELLS))
    return pl.Series(draw(st.lists(st.none() | cells, min_size=1, max_size=40)), dtype=kind)


@given(columns())
def test_each_row_has_the_text_of_its_cell_and_every_code_but_the_blank_one_is_used(cells: pl.Series) -> None:
    found = distinct_cells(cells, None)
    assert found is not None
    assert [found[row] for row in range(len(cells))] == as_texts(cells).to_list()
    assert len(set(found.values)) == len(found.values)
    if found.codes is not None:
        assert not found.codes.has_nulls()
        assert {0, *found.codes} == set(range(len(found.values)))


@pytest.mark.parametrize("kind", [pl.Int64(), pl.Date(), pl.Boolean()])
def test_numbers_days_and_truth_are_coded_in_their_order(kind: pl.DataType) -> None:
    cells = pl.Series([1, None, 0, 1, 0], dtype=pl.Int64).cast(kind)
    found = distinct_cells(cells, None)
    assert found is not None and found.codes is not None
    assert found.codes.to_list() == [2, 0, 1, 2, 1]


def test_texts_are_coded_in_the_order_in_which_they_come() -> None:
    found = distinct_cells(pl.Series(["t", None, "a", "t"]), None)
    assert found is not None and found.codes is not None
    assert (found.codes.to_list(), found.values) == ([1, 0, 2, 1], [None, "t", "a"])


def test_more_different_cells_than_asked_for_are_not_coded() -> None:
    cells = pl.Series(["a", "b", "c"])
    assert distinct_cells(cells, 2) is None
    assert distinct_cells(cells, 3) is not None
