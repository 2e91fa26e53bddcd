"""The shipped book is what its script makes, of the figures that it says, and fits the shipped policy."""

from __future__ import annotations

import csv
import importlib
import re
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from types import ModuleType

import pytest

from policies.books.making import trade

POLICIES = Path(__file__).resolve().parents[2] / "policies"
BOOK = POLICIES / "books" / "vault_2026"
FIGURES = POLICIES / "books" / "usgs_mcs_2026"
TABLES = ("awards", "benchmarks", "facilities", "fx", "holdings", "offers", "requests")


def rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def declared(kind: str, file: str) -> set[str]:
    return set(re.findall(rf"^{kind} +(\w+)", (POLICIES / file).read_text(encoding="utf-8"), re.MULTILINE))


@pytest.fixture(scope="module")
def script() -> Iterator[ModuleType]:
    without_bytecode, sys.dont_write_bytecode = sys.dont_write_bytecode, True  # the folder is shipped
    try:
        yield importlib.import_module("policies.books.make_vault_2026")
    finally:
        sys.dont_write_bytecode = without_bytecode


def test_the_script_makes_the_committed_files_byte_for_byte(script: ModuleType, tmp_path: Path) -> None:
    script.write(tmp_path)
    made = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    kept = {file.name: file.read_bytes() for file in BOOK.iterdir()}
    assert sorted(made) == sorted(kept)
    assert [name for name in made if made[name] != kept[name]] == []


def test_the_library_declares_the_sixty_minerals_of_the_figures() -> None:
    expected = {row["mineral"].lower().replace(" ", "_") for row in rows(FIGURES / "minerals.csv")}
    assert declared("mineral", "lib/minerals.vault") == expected
    assert len(expected) == 60


@pytest.mark.parametrize("table", ["awards", "benchmarks", "holdings", "offers", "requests"])
def test_every_mineral_of_the_book_is_declared(table: str) -> None:
    assert {row["mineral"] for row in rows(BOOK / f"{table}.csv")} <= declared("mineral", "lib/minerals.vault")


@pytest.mark.parametrize("table", ["awards", "offers"])
def test_every_trader_of_the_book_is_declared(table: str) -> None:
    assert {row["trader"] for row in rows(BOOK / f"{table}.csv")} <= declared("trader", "project_vault.vault")


def test_every_mineral_with_a_price_is_offered_asked_for_and_benchmarked() -> None:
    priced = {
        row["mineral"].lower().replace(" ", "_") for row in rows(FIGURES / "minerals.csv") if row["price_2025_native"]
    }
    assert len(priced) == 55
    assert {row["mineral"] for row in rows(BOOK / "offers.csv")} == priced
    assert {row["mineral"] for row in rows(BOOK / "requests.csv")} > priced
    assert {row["mineral"] for row in rows(BOOK / "benchmarks.csv") if row["index"] == "usgs"} == priced


def test_the_usgs_index_holds_the_published_prices() -> None:
    published = {
        row["mineral"].lower().replace(" ", "_"): Decimal(row["price_2025_usd_per_kg"])
        for row in rows(FIGURES / "minerals.csv")
        if row["price_2025_native"]
    }
    for row in rows(BOOK / "benchmarks.csv"):
        if row["index"] == "usgs":
            per_kg = Decimal(row["price"]) / trade.KG[row["per"]]
            assert abs(per_kg / published[row["mineral"]] - 1) < Decimal("0.002"), row  # the figures are rounded


def test_ids_stand_once() -> None:
    for table, column in (("offers", "offer"), ("requests", "request"), ("facilities", "facility")):
        ids = [row[column] for row in rows(BOOK / f"{table}.csv")]
        assert len(ids) == len(set(ids))


def test_the_book_has_a_realistic_size() -> None:
    assert 1500 <= len(rows(BOOK / "offers.csv")) <= 2500
    assert len(rows(BOOK / "requests.csv")) >= 120
    assert {row["kind"] for row in rows(BOOK / "facilities.csv")} == {
        "trader_network",
        "owned",
        "leased",
        "third_party",
    }


def test_no_number_was_written_by_binary_floating_point() -> None:
    """Plain decimals only: no exponent, and no long tail of digits."""
    for table in TABLES:
        for row in rows(BOOK / f"{table}.csv"):
            for column in (
                "price",
                "quantity",
                "cost",
                "rate",
                "lot",
                "min_quantity",
                "capacity",
                "max_price",
                "demand_per_year",
            ):
                number = re.match(r"[^ ]*", row.get(column) or "")
                assert number is not None
                assert re.fullmatch(r"(\d+(\.\d{1,9})?)?", number[0]), (table, row)


def test_the_book_says_what_is_invented_and_what_is_real() -> None:
    text = " ".join((BOOK / "README.md").read_text(encoding="utf-8").split())
    assert "synthetic" in text
    assert "10.5066/P1WKQ63T" in text
    assert "public domain" in text
