"""Parquet in, as text."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from vault_rules.adapters.bad_file import BadFile
from vault_rules.adapters.parquet_file import read_parquet

UNREADABLE = "is not a Parquet file that can be read"


def test_columns_become_text(tmp_path: Path) -> None:
    frame = pl.DataFrame({"offer": ["a", " "], "price": [Decimal("34.50"), None], "delivery": [date(2027, 8, 1), None]})
    path = tmp_path / "a[b].parquet"
    frame.write_parquet(path)
    sheet = read_parquet(path, "offers", "offers.parquet")
    assert sheet.frame.rows() == [("a", "34.5", "2027-08-01"), (None, None, None)]
    assert (sheet.row_number(0), sheet.bad) == (2, ())


def test_prices_in_floating_point_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "offers.parquet"
    pl.DataFrame({"offer": ["a"], "price": [34.5]}).write_parquet(path)
    sheet = read_parquet(path, "offers", "offers.parquet")
    assert [(one.place, one.row, one.column) for one in sheet.bad] == [("offers.parquet", None, "price")]
    assert sheet.frame.rows() == [("a", None)]


@pytest.mark.parametrize("content", [b"", b"offer\na\n", b"PAR1", b"PAR1" + bytes(1000) + b"PAR1"])
def test_what_is_no_parquet_is_said_in_our_words(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "offers.parquet"
    path.write_bytes(content)
    with pytest.raises(BadFile, match=f"^{UNREADABLE}$"):
        read_parquet(path, "offers", "offers.parquet")


def test_a_damaged_parquet_is_refused_or_read_but_never_a_crash(tmp_path: Path) -> None:
    path = tmp_path / "offers.parquet"
    pl.DataFrame({"offer": [f"o{number}" for number in range(100)]}).write_parquet(path)
    whole = path.read_bytes()
    for place in range(4, len(whole), 7):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        try:
            read_parquet(path, "offers", "offers.parquet")
        except BadFile as why:
            assert why.expected == UNREADABLE or "too many" in why.expected  # noqa: PT017 - it may be read, too
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(BadFile, match=UNREADABLE):
        read_parquet(path, "offers", "offers.parquet")


def test_more_rows_than_memory_are_not_even_tried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vault_rules.adapters.parquet_file._MAX_CELLS", 10)
    path = tmp_path / "offers.parquet"
    pl.DataFrame({"offer": ["a"] * 11}).write_parquet(path)
    with pytest.raises(BadFile, match=r"^has 11 rows of 1 columns: too many to be read$"):
        read_parquet(path, "offers", "offers.parquet")
