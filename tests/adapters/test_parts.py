"""A folder of Parquet files as the offers of a book: which files count, and what is said of bad ones."""

from __future__ import annotations

import os
from datetime import date
from fractions import Fraction
from pathlib import Path

import polars as pl
import pytest

import vault_rules as vr
from vault_rules.domain import parts

ROW = {"offer": "a", "trader": "glencore", "mineral": "cobalt", "price": "34.50", "quantity": "10 t"}
DAY = date(2027, 8, 1)
POLICY = "policy p {\n  currency USD\n}\nmineral cobalt\nmineral copper\nwaterfall w {\n  take all\n}\n"


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A book whose folder of offers is empty."""
    (tmp_path / "book" / "offers").mkdir(parents=True)
    request = {"request": ["r"], "buyer": ["gm"], "mineral": ["cobalt"], "quantity": ["5 t"]}
    pl.DataFrame(request).write_parquet(tmp_path / "book" / "requests.parquet")
    return tmp_path / "book"


def part(book: Path, name: str, *rows: dict[str, str | None], without: str = "") -> Path:
    path = book / "offers" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    whole = [{**ROW, **row} for row in rows]
    frame = pl.DataFrame(whole, schema=dict.fromkeys({**ROW, **(rows[0] if rows else {})}, pl.String))
    frame.drop([without] if without else []).write_parquet(path)
    return path


def said(book: Path) -> list[str]:
    with pytest.raises(vr.BookError) as why:
        vr.read_book(book)
    assert why.value.total == len(why.value.bad_cells)
    return [str(one) for one in why.value.bad_cells]


def test_the_name_of_a_folder_is_the_mineral_where_files_do_not_say_it(book: Path) -> None:
    part(book, "mineral=cobalt/0.parquet", {}, without="mineral")
    part(book, "mineral=copper/0.parquet", {"offer": "b", "mineral": "copper"}, without="mineral")
    part(book, "_temporary/0.parquet", {})
    (book / "offers" / "_SUCCESS").touch()
    (book / "policy.vault").write_text(POLICY)
    one = vr.read_book(book)
    plan = vr.evaluate(vr.load_policy(book / "policy.vault"), one, DAY)
    assert [award.offer for award in plan.rows.awards] == ["a"]
    assert [one.offer for one in plan.rows.rejections] == ["b"]
    together = pl.DataFrame([ROW, ROW | {"offer": "b", "mineral": "copper"}])
    other = vr.Book.from_frames(offers=together, requests=pl.read_parquet(book / "requests.parquet"))
    assert one.sha256 == other.sha256


def test_every_bad_file_is_named_and_so_is_every_bad_cell(book: Path) -> None:
    part(book, "a.parquet", {}, {"offer": "b", "price": "34,50"})
    part(book, "b.parquet", {"offer": "c"}, without="price")
    part(book, "c.parquet")
    part(book, "mineral=copper/0.parquet", {"offer": "e"})
    (book / "offers" / "d.parquet").write_bytes(b"PAR1 and no more")
    (book / "offers" / "e.csv").write_text("offer\n")
    (book / "offers" / "f.parquet").symlink_to("nowhere")
    (book / "offers" / "g").symlink_to(book)
    os.mkfifo(book / "offers" / "h.parquet")
    assert said(book) == [
        "offers/d.parquet: is not a Parquet file that can be read",
        "offers/e.csv: is not a Parquet file (`offers` is a folder of Parquet files only)",
        "offers/f.parquet: is a link to a file that does not exist",
        "offers/g: is a link to a folder",
        "offers/h.parquet: is not an ordinary file",
        "offers/a.parquet, row 3, column price: `34,50`: expected a price such as `34.50` or `34.50 USD/kg` "
        "(write a decimal point, not a comma)",
        "offers/b.parquet, column price: the column `price` is missing",
        "offers/mineral=copper/0.parquet, column mineral: is not everywhere what the folder's name says: `copper`",
    ]


def test_a_second_offer_of_one_id_is_found_in_whichever_part(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "CHUNK", 2)
    monkeypatch.setattr(parts, "AT_ONCE", 2)
    part(book, "a.parquet", {}, {"offer": "b"}, {"offer": " a "}, {"offer": "c"})
    part(book, "b.parquet", {"offer": "b"}, {"offer": "b"}, {"offer": "d"})
    assert said(book) == [
        "offers/a.parquet, row 4, column offer: `a`: a second offer: the first is in row 2",
        "offers/b.parquet, row 2, column offer: `b`: a second offer: the first is in offers/a.parquet, row 3",
        "offers/b.parquet, row 3, column offer: `b`: a second offer: the first is in row 2",
    ]


def test_what_only_a_policy_shows_is_said_by_file_and_row(book: Path) -> None:
    part(book, "a.parquet", {}, {"offer": "b", "mineral": "cobolt"})
    part(book, "b.parquet", {"offer": "c", "price": "3 EUR/kg"})
    (book / "policy.vault").write_text(POLICY)
    with pytest.raises(vr.BookError) as why:
        vr.evaluate(vr.load_policy(book / "policy.vault"), vr.read_book(book), DAY)
    assert [str(one) for one in why.value.bad_cells] == [
        "offers/a.parquet, row 3, column mineral: `cobolt` is not a mineral that the policy knows "
        "(did you mean `cobalt`?)",
        "offers/b.parquet, row 2, column price: `3 EUR/kg`: the book has no exchange rate for EUR "
        "on or before 2027-08-01 (add a row to `fx`)",
    ]


def test_a_column_may_have_another_type_in_each_part(book: Path) -> None:
    part(book, "a.parquet", {"purity": "99.5%"})
    frame = pl.DataFrame([ROW | {"offer": "b", "Purity": None}])
    frame.with_columns(price=pl.lit(34), Purity=pl.lit(99)).write_parquet(book / "offers" / "b.parquet")
    (book / "policy.vault").write_text(POLICY)
    plan = vr.evaluate(vr.load_policy(book / "policy.vault"), vr.read_book(book), DAY)
    assert [(one.offer, one.price) for one in plan.rows.awards] == [("b", Fraction(34))]


def test_a_folder_without_files_and_a_folder_beside_a_file_are_said(book: Path) -> None:
    assert said(book) == ["offers: holds no Parquet file"]
    (book / "offers.csv").write_text("offer\n")
    assert said(book) == ["book: has 2 files for the table `offers`: offers and offers.csv"]


def test_a_memory_that_is_none_is_a_wrong_use(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    part(book, "a.parquet", {})
    (book / "policy.vault").write_text(POLICY)
    monkeypatch.setenv("VAULT_RULES_MEMORY", "much")
    with pytest.raises(vr.UsageError, match="VAULT_RULES_MEMORY is `much`: give a number of bytes"):
        vr.evaluate(vr.load_policy(book / "policy.vault"), vr.read_book(book), DAY)
