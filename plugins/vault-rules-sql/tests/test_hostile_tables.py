"""Whatever stands in a table: a bad cell that the book names, or an error in plain words; never a traceback."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.databases import judged, opened, run, storage, trader
from vault_rules.adapters.messages import Award, Delivery, Placement, Query, Refusal
from vault_rules.errors import AdapterError, Unavailable
from vault_rules_sql.schema import upgrade
from vault_rules_sql.storage import SqlStorage

COBALT = Query(("cobalt",))
AWARD = Award("a", "cobalt", Fraction(5), Fraction(1), "USD")
DAY = date(2027, 9, 1)
LONG = 10_000_000
BUILT = {"sqlite": "printf('%.*c', {n}, 'x')", "postgresql": "repeat('x', {n})"}


def lots(place: str, kind: str, *values: str) -> None:
    """Offers of cobalt whose quantities are these, as SQL."""
    rows = [f"('a{at}', 'cobalt', '1 USD/kg', {value})" for at, value in enumerate(values)]
    run(place, f"CREATE TABLE lots (offer TEXT, mineral TEXT, price TEXT, quantity {kind})",
        *(f"INSERT INTO lots VALUES {row}" for row in rows))  # fmt: skip


def bad(place: str, kind: str, *values: str) -> list[str]:
    """What a book says of such quantities; None of them may be held."""
    lots(place, kind, *values)
    with opened(place) as database:
        upgrade(database)
    with closing(trader(place, offers="lots")) as desk:
        table = judged(desk.offers(COBALT), "offers")
        for at in range(len(values)):
            award = Award(f"a{at}", "cobalt", Fraction(1, 1000), Fraction(1), "USD")
            assert isinstance(desk.reserve(award, f"k{at}"), Refusal)
    assert len(table.bad) == len(values), "every one is bad"
    return [str(one) for one in table.bad]


def test_quantities_that_are_none_are_bad_cells(place: str) -> None:
    values = ["NULL", "'NaN'", "'-5'", "'0'", "'five'", "'1e3'", "'1,000'", "'∞'", "'5 tons'", "''", "'٣'", "'=1+1'"]
    texts = bad(place, "TEXT", *values)
    assert texts[0] == "offers, row 1, column quantity: must not be blank"
    assert "a quantity must be above zero" in texts[2]


def test_floating_point_is_never_let_through(place: str) -> None:
    kind = "DOUBLE PRECISION" if "postgres" in place else "REAL"
    texts = bad(place, kind, "34.5", "0.1", "10", "1e300")
    assert "`34.5 (binary floating point)`: expected a quantity such as `10` or `10 t`" in texts[0]


def test_decimals_of_sqlite_are_floating_point(sqlite_place: str) -> None:
    (text,) = bad(sqlite_place, "DECIMAL(10, 2)", "'34.50'")
    assert "(binary floating point)" in text


def test_other_values_of_sqlite_are_bad_cells(sqlite_place: str) -> None:
    bad(
        sqlite_place,
        "ANY",
        "x'ff00'",
        "1.5",
        "9e999",
        "-1",
        "'5' || char(0) || '6'",
        "cast(x'35ff' AS TEXT)",
        "zeroblob(100000)",
    )


def test_other_values_of_postgresql_are_bad_cells(server_url: str, postgres: object) -> None:
    for kind, values in {
        "NUMERIC": ["'NaN'", "'Infinity'", "-1", "1e1000", "1e-1000"],
        "REAL": ["'NaN'", "1.5"],
        "BYTEA": ["'5'"],
        "JSONB": ["'{\"a\": 5}'"],
        "INTEGER[]": ["'{5}'"],
        "INTERVAL": ["'5 days'"],
        "MONEY": ["5"],
        "TIMESTAMP": ["'2027-08-01'"],
    }.items():
        run(server_url, "DROP SCHEMA public CASCADE", "CREATE SCHEMA public")
        bad(server_url, kind, *values)


@pytest.mark.parametrize("cell", ["infinity", "0044-03-15 BC", "2027-08-01 10:00"])
def test_days_that_no_calendar_has_are_bad_cells(server_url: str, cell: str) -> None:
    run(server_url, "DROP SCHEMA public CASCADE", "CREATE SCHEMA public",
        "CREATE TABLE lots AS SELECT 'a' AS offer, 'cobalt' AS mineral, 1 AS price, 5 AS quantity, "
        f"CAST('{cell}' AS TIMESTAMP) AS delivery, CAST('2027-08-01' AS TIMESTAMP) AS valid_until")  # fmt: skip
    with closing(trader(server_url, offers="lots")) as desk:
        assert [one.column for one in judged(desk.offers(COBALT), "offers").bad] == ["delivery"]


def test_a_cell_of_ten_million_letters_is_cut_and_bad(place: str) -> None:
    long = BUILT[place.partition(":")[0]].format(n=LONG)
    (text,) = bad(place, "TEXT", long)
    assert len(text) < 500
    run(place, f"UPDATE lots SET quantity = '5', offer = {long}")
    with closing(trader(place, offers="lots")) as desk:
        assert [one.column for one in judged(desk.offers(COBALT), "offers").bad] == ["offer"]
    with opened(place) as database:
        upgrade(database)
    run(
        place,
        f"INSERT INTO vault_rules_facilities (facility, kind, capacity, accepts) VALUES ('n', 'owned', 5, {long})",
    )
    with closing(storage(place)) as warehouse:
        assert [one.column for one in judged(warehouse.facilities(COBALT), "facilities").bad] == ["accepts"]


def test_a_file_that_is_no_database_is_said_to_be_none(tmp_path: Path) -> None:
    (tmp_path / "book.db").write_bytes(b"offer,mineral\n" * 100)
    said = r"book.db cannot be read: the file is not a whole database of SQLite's"
    with closing(trader(f"sqlite:///{tmp_path / 'book.db'}")) as desk, pytest.raises(Unavailable, match=said):
        desk.health()


@pytest.mark.parametrize(
    "change",
    ["state = 'sold'", "quantity = 'x'", "quantity = 'NaN'", "received = '1/0'", "why = 'moody'", "content = '{'",
     "quantity = NULL", "price = x'00ff'"],
)  # fmt: skip
def test_holds_that_others_have_changed_are_no_traceback(sqlite_place: str, change: str) -> None:
    """Who has written into the plugin's own table is told so, or answered as far as that can be."""
    with opened(sqlite_place) as database:
        upgrade(database)
    run(sqlite_place, "INSERT INTO vault_rules_facilities (facility, kind, capacity) VALUES ('n', 'owned', '50')")
    with closing(storage(sqlite_place)) as warehouse:
        warehouse.book(Placement("n", "cobalt", Fraction(5)), "k")
        warehouse.confirm("k", Fraction(5))
        warehouse.receive("k", Delivery("d", Fraction(1), DAY))
        run(sqlite_place, "PRAGMA ignore_check_constraints = ON", f"UPDATE vault_rules_holds SET {change}")
        for call in calls(warehouse):
            with suppress(AdapterError):
                call()


def calls(warehouse: SqlStorage) -> Iterator[Callable[[], object]]:
    yield lambda: list(warehouse.facilities(COBALT))
    yield lambda: list(warehouse.holdings())
    yield lambda: warehouse.status("k")
    yield lambda: warehouse.confirm("k", Fraction(5))
    yield lambda: warehouse.cancel("k")
    yield lambda: warehouse.receive("k", Delivery("e", Fraction(1), DAY))
    yield lambda: warehouse.book(Placement("n", "cobalt", Fraction(5)), "l")


VALUES = st.one_of(
    st.none(), st.integers(-(2**63), 2**63 - 1), st.floats(), st.text(max_size=20), st.binary(max_size=20),
    st.sampled_from(["5", "5 t", "-1", "NaN", "1e5", "\x00", "US", "cobalt", "2027-08-01", "99.9%", "'; --"]),
)  # fmt: skip
COLUMNS = "offer mineral price quantity unit per currency purity origin delivery lot min_quantity".split()
NUMBERS = ("price", "quantity", "purity", "lot", "min_quantity")


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A database of SQLite's with the plugin's own tables."""
    file = tmp_path_factory.mktemp("ready") / "book.db"
    with opened(f"sqlite:///{file}") as database:
        upgrade(database)
    return file.read_bytes()


@settings(max_examples=50)
@given(st.lists(st.lists(VALUES, min_size=len(COLUMNS), max_size=len(COLUMNS)), min_size=1, max_size=4))
def test_any_values_at_all_are_read_or_are_bad_cells(ready: bytes, rows: list[list[object]]) -> None:
    """SQLite keeps any value in any column. What a book can read of them was exact."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "book.db"
        file.write_bytes(ready)
        with closing(sqlite3.connect(file)) as connection:
            connection.execute(f"CREATE TABLE lots ({', '.join(COLUMNS)})")
            marks = ", ".join("?" * len(COLUMNS))
            connection.executemany(f"INSERT INTO lots VALUES ({marks})", [[row[0], "cobalt", *row[2:]] for row in rows])
            connection.commit()
        with closing(trader(f"sqlite:///{file}", offers="lots")) as desk:
            table = judged(desk.offers(COBALT), "offers")
            assert len(table.rows) == len(rows)
            for row, written in zip(table.rows, rows, strict=True):
                floats = [name for name, value in zip(COLUMNS, written, strict=True) if isinstance(value, float)]
                assert {row.get(name) for name in floats if name in NUMBERS} <= {None}
                if row.get("offer"):
                    desk.reserve(Award(row.get("offer"), "cobalt", Fraction(1), Fraction(1), "USD"), "k")
