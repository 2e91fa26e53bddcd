"""Offers read as columns are the offers that the rows say, and what is bad about them is the same."""

from __future__ import annotations

from datetime import date
from typing import Any
from unittest.mock import patch

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.offer_tables import FIELDS, offer_frames
from vault_rules.domain import book as whole_book
from vault_rules.domain import read_column
from vault_rules.domain.bind import bind
from vault_rules.domain.bind_columns import bind_columns
from vault_rules.domain.book import Book
from vault_rules.domain.columns import FEW, Coded, Column, ColumnBook, Numbers, TooWide
from vault_rules.domain.rows import BoundBook
from vault_rules.domain.saying import hash_of_columns, hash_of_rows
from vault_rules.domain.text_frame import text_frame
from vault_rules.errors import BookError

REQUESTS = pl.DataFrame({"request": ["r"], "buyer": ["b"], "mineral": ["cobalt"], "quantity": [1]})
FX = pl.DataFrame({"currency": ["EUR", "EUR"], "rate": ["1.25", "1.1"], "date": ["2027-01-01", None]})

eyes = st.fixed_dictionaries(
    {
        "currency": st.sampled_from(["USD", "EUR", "GBP"]),
        "as_of": st.sampled_from([date(2026, 1, 1), date(2027, 8, 1)]),
        "minerals": st.sampled_from([frozenset(), frozenset(("cobalt", "copper", "gallium"))]),
        "traders": st.sampled_from([None, frozenset(("glencore", "vale", "ümicore", "a b", "7", "8"))]),
        "buyers": st.none(),
        "fields": st.sampled_from([{}, FIELDS]),
    }
)


def book(offers: pl.DataFrame) -> Book:
    frames = {"offers": offers, "requests": REQUESTS, "fx": FX}
    return Book({name: text_frame(frame, name, name) for name, frame in frames.items()})


def outcome(make: Any, frame: pl.DataFrame, eyes: dict[str, Any]) -> Any:
    """What a reader made of the offers: the bound book, or what it said."""
    try:
        return make(book(frame), **eyes)
    except BookError as why:
        return [*map(str, why.bad_cells), why.total]


def in_order(found: ColumnBook) -> list[Any]:
    return sorted((found.offers.offer(row) for row in range(len(found.offers))), key=lambda one: one.offer)


@pytest.mark.parametrize("few", [FEW, 1])
@settings(max_examples=40)
@given(frame=offer_frames(), eyes=eyes)
def test_columns_and_rows_of_a_book_say_the_same(few: int, frame: pl.DataFrame, eyes: dict[str, Any]) -> None:
    by_rows = outcome(bind, frame, eyes)
    with patch.object(read_column, "FEW", few), patch.object(whole_book, "FEW_OFFERS", 0):
        read = book(frame)
        assert read.offers is not None
        if read.offers.columns is not None:
            assert hash_of_columns(read.offers) == hash_of_rows(read.tables["offers"])
        try:
            by_columns = outcome(bind_columns, frame, eyes)
        except TooWide:
            return
    if not isinstance(by_rows, BoundBook):
        assert by_columns == by_rows
        return
    assert isinstance(by_columns, ColumnBook)
    assert in_order(by_columns) == list(by_rows.offers)
    assert by_columns.requests == by_rows.requests and by_columns.fx == by_rows.fx
    stands_as_promised(by_columns)


def stands_as_promised(found: ColumnBook) -> None:
    """What `OfferColumns` says of itself."""
    offers = found.offers
    minerals = [str(offers.columns["mineral"].at(row)) for row in range(len(offers))]
    assert minerals == sorted(minerals)
    assert isinstance(offers.columns["price"], Numbers) and isinstance(offers.columns["quantity"], Numbers)
    for column in (*offers.columns.values(), *offers.fields.values()):
        well_formed(column, len(offers))


def well_formed(column: Column, height: int) -> None:
    if isinstance(column, Coded):
        assert column.values[0] is None and len(set(column.values)) == len(column.values)
        assert len(column.codes) == height and column.codes.dtype.is_unsigned_integer()
        assert height == 0 or any(column.at(row) is not None for row in range(height))
    elif isinstance(column, Numbers):
        assert len(column.whole) == height and column.whole.dtype in (pl.Int64, pl.Int128)
