"""Files of a book in the plugin's own tables say what they said; and the commands that put them there."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.databases import opened, read, storage, trader
from vault_rules.adapters.messages import Award, Query, Reservation, Row
from vault_rules.adapters.rows import sheet_of
from vault_rules.cli.running import guarded
from vault_rules.domain.cells import Money
from vault_rules.domain.reading import ReadTable, read_table
from vault_rules.domain.tables import IDS, named
from vault_rules.domain.units import MASS_UNITS
from vault_rules.errors import UsageError
from vault_rules.resources import policies_folder
from vault_rules_sql.cli import cli
from vault_rules_sql.loading import load, read_files, to_record
from vault_rules_sql.schema import upgrade

Told = Callable[..., tuple[int, str]]
BOOK = policies_folder() / "books" / "vault_2026"


def values(table: ReadTable, *left_out: str) -> list[dict[str, Any]]:
    """All that a book reads of the rows: units are words for the same amounts."""
    skipped = {"unit", "per", "currency", "trader", *left_out}
    return [{name: value for name, value in row.values.items() if name not in skipped} for row in table.rows]


def in_order(rows: Iterable[dict[str, Any]], table: str) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: str(row.get(IDS.get(table, ""), sorted(map(str, row.items())))))


def test_the_shipped_book_is_the_same_out_of_a_database(place: str) -> None:
    tables = {one.name: one for name in ("offers", "facilities", "holdings") for one in read_files(BOOK, name)}
    with opened(place) as database:
        upgrade(database)
        database.change(lambda connection: [load(connection, one, "glencore") for one in tables.values()])
    minerals = Query(tuple({row.texts["mineral"] for row in tables["offers"].rows}))
    with closing(trader(place)) as desk, closing(storage(place)) as warehouse:
        found = {
            "offers": read(desk.offers(minerals), "offers"),
            "facilities": read(warehouse.facilities(minerals), "facilities"),
            "holdings": read(warehouse.holdings(), "holdings"),
        }
    for name, table in tables.items():
        given = [row for row in table.rows if row.texts.get("trader", "glencore") == "glencore"]
        wanted = values(ReadTable(name, "", (), tuple(given), (), 0))
        assert in_order(values(found[name]), name) == in_order(wanted, name), name
    assert len(found["offers"].rows) > 100


NUMBER = st.decimals(min_value="0.000001", max_value="1000000", places=6).map(lambda one: f"{one:f}")
UNITS = st.sampled_from(sorted(MASS_UNITS))


@st.composite
def amounts(draw: st.DrawFn) -> str:
    return f"{draw(NUMBER)}{draw(st.just('') | UNITS.map(lambda unit: f' {unit}'))}"


@given(
    st.fixed_dictionaries(
        {"quantity": amounts(), "lot": amounts()}, optional={"unit": UNITS, "min_quantity": amounts()}
    ),
    st.fixed_dictionaries({"price": NUMBER}, optional={"per": UNITS, "currency": st.just("EUR")}),
    st.just("") | st.just(" USD") | UNITS.map(lambda unit: f" USD/{unit}"),
)
def test_any_way_to_write_an_amount_is_the_same_amount(
    masses: Mapping[str, str], price: Mapping[str, str], money: str
) -> None:
    """A record's numbers, in the unit, `per` and currency of its row, are what the cells meant."""
    cells = {"offer": "a", "trader": "t", "mineral": "m", **masses, **price, "price": price["price"] + money}
    (row,) = read_table(sheet_of([Row(cells)], "offers", "offers")).rows
    record = to_record("offers", row)
    for name in masses:
        if name != "unit":
            assert record[name] * MASS_UNITS[record["unit"]] == row.get(name)
    assert Money(record["price"] / MASS_UNITS[record["per"]], record["currency"]) == row.get("price")


def test_a_cost_for_a_unit_that_its_capacity_cannot_be_written_in_is_asked_for_again() -> None:
    cells = {"facility": "n", "kind": "owned", "capacity": "10 kg", "unit": "lb", "cost": "0.06"}
    (row,) = read_table(sheet_of([Row(cells)], "facilities", "facilities")).rows
    with pytest.raises(UsageError, match="the capacity has no end in `lb`, which the cost is for: name its unit"):
        to_record("facilities", row)


def test_every_column_of_a_book_has_its_own_in_the_tables() -> None:
    from vault_rules_sql.loading import OWN

    for name, table in OWN.items():
        assert set(named(name)) - {"content"} == set(table.c.keys()) - {"id"}


def test_offers_of_which_only_the_content_counts_are_not_loaded(place: str) -> None:
    """Holds are of what is weighed, awards of what is contained."""
    cells = {"offer": "a", "mineral": "vanadium", "price": "11.20", "quantity": "10 t", "content": "56%"}
    table = read_table(sheet_of([Row(cells)], "offers", "offers"))
    with opened(place) as database:
        upgrade(database)
        with pytest.raises(UsageError, match="an offer with a `content` is not traded from the table"):
            database.change(lambda connection: load(connection, table, "glencore"))


# ---- the commands ----------------------------------------------------------------------------------------------------


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Told:
    """Runs `vault-rules-sql` in a folder with a vault.toml: the exit code, and all that was said."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "vault.toml").write_text(
        '[traders.glencore]\nadapter = "sql"\nurl = "sqlite:///book.db"\n'
        '[traders.other]\nadapter = "sql"\nurl = "sqlite:///book.db"\noffers = "lots"\n'
        '[traders.filed]\nadapter = "files"\npath = "."\n'
        '[storages.warehouse]\nadapter = "sql"\nurl = "sqlite:///book.db"\n'
    )

    def call(*words: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["vault-rules-sql", *words])
        code = guarded(cli, "vault-rules-sql")
        said = capsys.readouterr()
        return code, said.out + said.err

    return call


def test_upgrade_makes_the_tables_once(told: Told) -> None:
    assert told("upgrade", "warehouse") == (0, "the tables in book.db are made\n")
    assert told("upgrade", "glencore") == (0, "the tables in book.db are up to date already\n")


def test_loading_takes_the_place_of_what_stood_there_and_keeps_what_is_held(told: Told, tmp_path: Path) -> None:
    offers = tmp_path / "offers.csv"
    offers.write_text("offer,mineral,price,quantity,trader\na,cobalt,1 USD/kg,5,\nb,cobalt,1 USD/kg,6,other\n")
    assert told("load", "glencore", "offers.csv") == (
        0, "1 offers stand in book.db; 1 of other traders are left out\n")  # fmt: skip
    place = f"sqlite:///{tmp_path / 'book.db'}"
    with closing(trader(place)) as desk:
        assert isinstance(desk.reserve(Award("a", "cobalt", Fraction(2), Fraction(1), "USD"), "k"), Reservation)
        offers.write_text("offer,mineral,price,quantity\na,cobalt,1 USD/kg,7\nc,cobalt,1 USD/kg,7\n")
        assert told("load", "glencore", "offers.csv") == (0, "2 offers stand in book.db\n")
        rows = read(desk.offers(Query(("cobalt",))), "offers").rows
        assert {row.get("offer"): row.get("quantity") for row in rows} == {"a": 5, "c": 7}


def test_a_folder_is_loaded_into_a_warehouse(told: Told) -> None:
    code, said = told("load", "warehouse", str(BOOK))
    assert code == 0 and "18 facilities stand in book.db\n67 holdings stand in book.db\n" in said


def test_nothing_is_loaded_of_a_file_with_a_bad_cell(told: Told, tmp_path: Path) -> None:
    (tmp_path / "offers.csv").write_text("offer,mineral,price,quantity\na,cobalt,1 USD/kg,5\nb,cobalt,1 USD/kg,six\n")
    code, said = told("load", "glencore", "offers.csv")
    assert code == 3 and "offers.csv, row 3, column quantity: `six`: expected a quantity" in said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("load", "nobody", "."), "vault.toml names no `nobody`"),
        (("upgrade", "filed"), "`filed` in vault.toml has another adapter than `sql`"),
        (("load", "other", "."), "`lots` is a table of trader other's own: only the plugin's own tables are loaded"),
        (("load", "glencore", "nothing.csv"), "nothing.csv"),
        (("upgrade", "glencore", "--config", "nothing.toml"), "there is no configuration nothing.toml"),
    ],
)
def test_what_cannot_be_done_is_said(told: Told, words: tuple[str, ...], said: str) -> None:
    code, text = told(*words)
    assert code == 2 and said in text


def test_a_field_of_the_policys_own_needs_a_table_of_ones_own(told: Told, tmp_path: Path) -> None:
    (tmp_path / "offers.csv").write_text("offer,mineral,price,quantity,recycled\na,cobalt,1 USD/kg,5,true\n")
    code, said = told("load", "glencore", "offers.csv")
    assert code == 2 and "the table `vault_rules_offers` has no column for `recycled`" in said


def test_a_database_whose_folder_is_not_there_is_not_made(told: Told, tmp_path: Path) -> None:
    (tmp_path / "vault.toml").write_text('[traders.a]\nadapter = "sql"\nurl = "sqlite:///no/book.db"\n')
    assert told("upgrade", "a") == (4, "error: the database book.db cannot be made: its folder is not there\n")
