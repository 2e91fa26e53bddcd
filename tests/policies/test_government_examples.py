"""The government's own worked examples, as plain CSV: who wins, and what is paid."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from vault_rules import api
from vault_rules.domain.book import Book

FOLDER = Path(__file__).resolve().parents[2] / "policies"
POLICIES = {name: api.load_policy(FOLDER / f"{name}.vault") for name in ("dfars", "buy_american")}
COLUMNS = "offer,trader,mineral,price,quantity,origin"

# the price of each offer, and its origin: US domestic, GB exempt or eligible, BR foreign; then the winner
PGI_225_504 = [
    ({"a": (945_000, "BR"), "b": (950_000, "GB")}, "a"),
    ({"a": (950_000, "US"), "b": (890_000, "GB"), "c": (880_000, "BR")}, "c"),
    ({"a": (9_100, "GB"), "b": (8_900, "US"), "c": (6_000, "BR")}, "b"),
    ({"a": (910_000, "GB"), "b": (890_000, "US"), "c": (590_000, "BR")}, "c"),
    ({"a": (900_000, "GB"), "b": (850_000, "US"), "c": (550_000, "BR")}, "c"),
]
FAR_25_504_1 = [
    ({"a": (16_000, "US"), "b": (15_700, "US"), "c": (10_100, "BR")}, "c"),
    ({"a": (11_000, "US"), "b": (10_700, "US"), "c": (10_200, "BR")}, "b"),
]
FAR_25_504_3 = [
    ({"a": (105_000, "US"), "b": (100_000, "GB")}, "b"),
    ({"a": (105_000, "GB"), "b": (103_000, "BR")}, "b"),
    ({"a": (105_000, "US"), "b": (103_000, "GB"), "c": (100_000, "BR")}, "c"),
]
CASES = [
    *(("dfars", offers, winner, False) for offers, winner in PGI_225_504),
    *(("buy_american", offers, winner, True) for offers, winner in FAR_25_504_1),
    *(("buy_american", offers, winner, False) for offers, winner in FAR_25_504_3),
]


def book(folder: Path, offers: dict[str, tuple[int, str]], mineral: str, *, small: bool) -> Book:
    rows = [f"{name},t,{mineral},{price},10,{origin},{str(small).lower()}" for name, (price, origin) in offers.items()]
    (folder / "offers.csv").write_text("\n".join([f"{COLUMNS},small_business", *rows]) + "\n", encoding="utf-8")
    request = f"request,buyer,mineral,quantity\nr1,anyone,{mineral},10\n"
    (folder / "requests.csv").write_text(request, encoding="utf-8")
    return api.read_book(folder)


@pytest.mark.parametrize("as_of", [date(2021, 1, 19), date(2025, 11, 10), date(2030, 12, 31)], ids=str)
@pytest.mark.parametrize(("pack", "offers", "winner", "small"), CASES)
def test_an_example_comes_out_as_the_government_says(
    pack: str, offers: dict[str, tuple[int, str]], winner: str, small: bool, as_of: date, tmp_path: Path
) -> None:
    given = book(tmp_path, offers, "germanium", small=small)
    for engine in ("fast", "reference"):
        plan = api.evaluate(POLICIES[pack], given, as_of, engine=engine)
        awards = [(one.offer, one.quantity, one.price) for one in plan.rows.awards]
        assert awards == [(winner, 10, Fraction(offers[winner][0]))]
        assert plan.rows.shortfalls == ()
