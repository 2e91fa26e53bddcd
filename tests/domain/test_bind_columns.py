"""Offers as columns: what is kept, what is not made, and how the text of numbers is read many at once."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any
from unittest.mock import patch

import polars as pl
import pytest

from vault_rules.domain import reading
from vault_rules.domain.bind import bind
from vault_rules.domain.bind_columns import bind_columns
from vault_rules.domain.book import FEW_OFFERS, Book
from vault_rules.domain.columns import FEW, Coded, ColumnBook, Numbers, Texts, TooWide
from vault_rules.errors import BookError

HEIGHT = FEW + 100
"""More different values than are kept as codes."""

REQUESTS = pl.DataFrame({"request": ["r"], "buyer": ["b"], "mineral": ["cobalt"], "quantity": [1]})
EYES: dict[str, Any] = {
    "currency": "USD", "as_of": date(2027, 8, 1), "minerals": frozenset(("cobalt", "copper")), "traders": None,
    "buyers": None, "fields": {},
}  # fmt: skip


def offers(height: int = HEIGHT, **columns: list[Any]) -> pl.DataFrame:
    """So many offers with an id, a trader and a mineral; a column's values are repeated."""
    given: dict[str, list[Any]] = {"trader": ["t"], "mineral": ["cobalt"], "price": [5], "quantity": [7], **columns}
    ids = [f"o{number:06}" for number in range(height)]
    repeated = {name: pl.Series((cells * height)[:height]) for name, cells in given.items()}
    return pl.DataFrame({"offer": ids} | repeated)


def bound(frame: pl.DataFrame, fx: pl.DataFrame | None = None, **eyes: Any) -> ColumnBook:
    return bind_columns(Book.from_frames(offers=frame, requests=REQUESTS, fx=fx), **EYES | eyes)


def test_a_book_of_columns_makes_no_rows_of_its_offers() -> None:
    made = Book.from_frames(offers=offers(), requests=REQUESTS)
    with patch.object(reading, "Row", side_effect=AssertionError("a row was made")):
        assert len(bind_columns(made, **EYES).offers) == HEIGHT
        assert len(made.sha256) == 64


def test_the_same_policy_gets_the_same_columns_again_and_another_day_the_same_offers() -> None:
    made = Book.from_frames(offers=offers(), requests=REQUESTS)
    first = bind_columns(made, **EYES)
    assert bind_columns(made, **EYES) is first
    later = bind_columns(made, **EYES | {"as_of": date(2027, 8, 2)})
    assert later is not first and later.offers is first.offers
    assert bind_columns(made, **EYES | {"traders": frozenset("t")}).offers is not first.offers


def test_many_different_values_are_numbers_and_texts_and_few_are_codes() -> None:
    frame = offers(
        lot=[f"{number}.25 t" for number in range(HEIGHT)], producer=[f"p{number}" for number in range(HEIGHT)]
    )
    columns = bound(frame).offers.columns
    assert isinstance(columns["lot"], Numbers) and columns["lot"].at(3) == 3250
    assert isinstance(columns["producer"], Texts) and columns["producer"].at(4) == "p4"
    assert isinstance(columns["trader"], Coded) and columns["trader"].codes.dtype == pl.UInt8
    assert "purity" not in columns


def test_prices_of_many_forms_share_one_exact_scale() -> None:
    price = [f"{number}{unit}" for number in range(1, HEIGHT) for unit in (" USD/kg", ".5", " EUR/t", ".125 USD/lb")]
    found = bound(offers(price=price), fx=pl.DataFrame({"currency": ["EUR"], "rate": ["1.1"]})).offers
    column = found.columns["price"]
    assert isinstance(column, Numbers) and column.whole.dtype == pl.Int64
    pound = Fraction("0.45359237")
    expected = [1, Fraction(3, 2), Fraction(11, 10000), Fraction("1.125") / pound, 2]
    assert [column.at(row) for row in range(5)] == expected


def test_numbers_of_more_than_64_bits_are_kept_in_128_and_larger_ones_are_too_wide() -> None:
    quantity = [f"1{number:04}{'0' * 20}.5" for number in range(HEIGHT)]
    column = bound(offers(quantity=quantity)).offers.columns["quantity"]
    assert isinstance(column, Numbers) and column.whole.dtype == pl.Int128
    assert column.at(1) == Fraction(f"10001{'0' * 20}.5")
    with pytest.raises(TooWide):
        bound(offers(quantity=[*quantity[1:], f"{'9' * 45}"]))


def test_minerals_stand_together_in_the_order_of_their_names() -> None:
    found = bound(offers(mineral=["copper", "cobalt"])).offers
    assert found.markets == {"cobalt": (0, HEIGHT // 2), "copper": (HEIGHT // 2, HEIGHT // 2)}
    assert found.offer(0).offer == "o000001"


def test_of_very_many_bad_cells_the_first_are_said_and_all_counted() -> None:
    with pytest.raises(BookError) as caught:
        bound(offers(price=["5", "-3", "x"]))
    assert caught.value.total == 2 * HEIGHT // 3
    assert len(caught.value.bad_cells) == 200
    assert str(caught.value.bad_cells[0]) == "offers, row 3, column price: `-3`: a price must be above zero"


def test_strangers_to_a_policy_are_said_as_they_are_of_rows() -> None:
    made = Book.from_frames(offers=offers(trader=["t", "u", "v"], mineral=["cobalt", "cobolt"]), requests=REQUESTS)
    said = []
    for make in (bind, bind_columns):
        with pytest.raises(BookError) as caught:
            make(made, **EYES | {"traders": frozenset("tv")})
        said.append((caught.value.bad_cells, caught.value.total))
    assert said[0] == said[1]


def test_a_second_offer_of_one_id_is_found_wherever_it_stands() -> None:
    frame = offers().with_columns(
        offer=pl.when(pl.int_range(HEIGHT) == HEIGHT - 1).then(pl.lit(" o000003 ")).otherwise("offer")
    )
    with pytest.raises(BookError) as caught:
        bound(frame)
    (cell,) = caught.value.bad_cells
    assert (cell.row, cell.value, cell.expected) == (HEIGHT + 1, "o000003", "a second offer: the first is in row 5")


def test_the_users_frame_is_left_as_it_is() -> None:
    frame = offers(price=[" 5 ", "7 USD/kg", "x"], producer=[f" p{number}" for number in range(HEIGHT)])
    before = frame.clone()
    with pytest.raises(BookError):
        bound(frame)
    assert frame.equals(before)


def same_said(one: pl.DataFrame, other: pl.DataFrame) -> bool:
    first, second = (Book.from_frames(offers=frame, requests=REQUESTS).sha256 for frame in (one, other))
    return first == second


def test_the_hash_does_not_depend_on_how_the_offers_were_read() -> None:
    few = offers(FEW_OFFERS + 50, purity=[0, 99, None])
    made = Book.from_frames(offers=few, requests=REQUESTS)
    assert made.offers is not None
    with patch("vault_rules.domain.book.FEW_OFFERS", 10_000):
        assert Book.from_frames(offers=few, requests=REQUESTS).sha256 == made.sha256
    assert bind_columns(made, **EYES).sha256 == bind(made, **EYES).sha256 == made.sha256


def test_the_hash_is_the_same_in_any_order_unit_and_type_and_no_other_book_has_it() -> None:
    number = range(1, HEIGHT + 1)
    plain = offers(price=[Decimal(one) / 4 for one in number], quantity=[1000 * one for one in number], note=["x", ""])
    written = plain.with_columns(
        price=pl.Series([f"{one * 250}.0 USD/t" for one in number]),
        quantity=pl.Series([f"{one} t" for one in number]),
    )
    in_dollars = plain.with_columns(price=pl.Series([f"{Decimal(one) / 4} USD" for one in number]))
    assert same_said(written, in_dollars.select(reversed(plain.columns)).sample(fraction=1, shuffle=True, seed=1))
    assert not same_said(plain, in_dollars)
    assert not same_said(plain, plain.with_columns(note=pl.lit("x")))
    assert not same_said(plain, plain.with_columns(pl.col("quantity") * 2))
    assert not same_said(plain, plain.head(HEIGHT - 1))
