"""Frames of any types as text."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vault_rules.domain.text_frame import text_frame

NO_FLOATS = (
    "offers, column x: holds binary floating-point numbers: give text or decimals, so that no price is rounded "
    "(cast the column to text before it is handed over)"
)
NO_VALUE = "offers, column x: holds values that are no text, number, date or truth value (one value a cell, as text)"


def read(values: list[Any], kind: Any) -> tuple[list[str | None], list[str]]:
    sheet = text_frame(pl.DataFrame({"x": pl.Series(values, dtype=kind, strict=False)}), "offers", "offers")
    assert (sheet.name, sheet.place, sheet.rows) == ("offers", "offers", None)
    assert sheet.frame["x"].dtype == pl.String
    assert all(one.row is None and one.value is None for one in sheet.bad)
    return sheet.frame["x"].to_list(), [str(one) for one in sheet.bad]


@pytest.mark.parametrize(
    ("values", "kind", "texts"),
    [
        ([" a ", "", " ", "\t\N{NO-BREAK SPACE}", "NA", None], pl.String, [" a ", None, None, None, "NA", None]),
        ([1, -2, None], pl.Int8, ["1", "-2", None]),
        ([2**64 - 1], pl.UInt64, ["18446744073709551615"]),
        ([True, False, None], pl.Boolean, ["true", "false", None]),
        (["kg", "", None], pl.Categorical, ["kg", None, None]),
        (["kg", None], pl.Enum(["t", "kg"]), ["kg", None]),
        ([None, None], pl.Null, [None, None]),
        ([Decimal("34.50"), Decimal(100), Decimal("-0.05")], pl.Decimal(38, 4), ["34.5", "100", "-0.05"]),
        ([Decimal(100), Decimal(0)], pl.Decimal(20, 0), ["100", "0"]),
        ([date(2027, 8, 1), None], pl.Date, ["2027-08-01", None]),
        (
            [datetime(2027, 8, 1), datetime(2027, 8, 1, 6, 30), datetime(2027, 8, 1, 0, 0, 0, 5000)],  # noqa: DTZ001
            pl.Datetime("us"),
            ["2027-08-01", "2027-08-01T06:30:00", "2027-08-01T00:00:00.005"],
        ),
        ([datetime(2027, 8, 1, tzinfo=UTC)], pl.Datetime("ns", "UTC"), ["2027-08-01"]),
    ],
)
def test_what_has_an_exact_text_becomes_it(values: list[Any], kind: Any, texts: list[str | None]) -> None:
    assert read(values, kind) == (texts, [])


@pytest.mark.parametrize("kind", [pl.Float32, pl.Float64])
def test_floating_point_is_refused_unless_it_says_nothing(kind: Any) -> None:
    assert read([1.5, None, float("nan")], kind) == ([None] * 3, [NO_FLOATS])
    assert read([float("inf")], kind) == ([None], [NO_FLOATS])
    assert read([None, float("nan")], kind) == ([None] * 2, [])
    assert read([], kind) == ([], [])


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([[1]], pl.List(pl.Int8)),
        ([{"a": 1}], pl.Struct({"a": pl.Int8})),
        ([b"x"], pl.Binary),
        ([timedelta(1)], pl.Duration),
        ([time(1)], pl.Time),
        ([object()], pl.Object),
    ],
)
def test_what_is_no_single_value_is_refused(values: list[Any], kind: Any) -> None:
    assert read(values, kind) == ([None], [NO_VALUE])


def test_a_column_of_nothing_may_be_of_any_type() -> None:
    assert read([None], pl.List(pl.Int8)) == ([None], [])
    assert text_frame(pl.DataFrame(), "offers", "offers").frame.shape == (0, 0)


@given(st.lists(st.none() | st.decimals(-(10**15), 10**15, places=12)))
def test_decimals_keep_their_value_and_no_zeros(values: list[Decimal | None]) -> None:
    texts, bad = read(list(values), pl.Decimal(38, 12))
    assert bad == []
    assert [None if text is None else Decimal(text) for text in texts] == values
    assert not any(text and ("e" in text.casefold() or (text.endswith(("0", ".")) and "." in text)) for text in texts)


@given(st.lists(st.none() | st.text(st.characters(exclude_categories=["Cs"]))))
def test_texts_are_left_as_they_are(values: list[str | None]) -> None:
    assert read(list(values), pl.String) == ([text if text and not text.isspace() else None for text in values], [])


@given(st.lists(st.none() | st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1))))  # noqa: DTZ001
def test_moments_come_back(values: list[datetime | None]) -> None:
    texts, _ = read(list(values), pl.Datetime("us"))
    assert [None if text is None else datetime.fromisoformat(text) for text in texts] == values
    assert [text is not None and len(text) == 10 for text in texts] == [
        value is not None and value.time() == time(0) for value in values
    ]
