"""A table that a counterparty has already: its columns in its own words, and what is said where some are missing."""

from __future__ import annotations

from contextlib import closing
from fractions import Fraction
from typing import Any

import pytest

from tests.support.databases import opened, read, run, storage, trader
from vault_rules.adapters.messages import Award, Placement, Query, Refusal, Reservation, Row, State, Why
from vault_rules.errors import Unavailable
from vault_rules_sql.schema import upgrade

COLUMNS = (
    "offer = LOT_NO", "mineral = metal", "price = Unit Price", "quantity = tons", "unit = 't'", "currency = 'USD'",
    "per = 'kg'", "trader = house", "recycled",
)  # fmt: skip
ALL = Query(("cobalt", "gallium"))


def lots(place: str) -> str:
    """A database with the order book of two houses, in a form of its own."""
    numeric = "TEXT" if place.startswith("sqlite") else "NUMERIC(20,6)"
    run(
        place,
        f'CREATE TABLE "Lots" ("LOT_NO" INTEGER PRIMARY KEY, metal VARCHAR(40), "Unit Price" {numeric}, '
        f"tons {numeric}, house TEXT, recycled BOOLEAN, margin TEXT)",
        """INSERT INTO "Lots" VALUES
            (1, 'cobalt', '34.50', '10', 'Glencore AG', TRUE, 'secret'),
            (2, 'cobalt ', '34.00', '2.5', 'Hartree', FALSE, 'secret'),
            (3, 'gallium', '600', '0.000001', ' ', NULL, 'secret')""",
    )
    with opened(place) as database:
        upgrade(database)
    return place


def asked(place: str, **more: Any) -> dict[str, dict[str, str | None]]:
    with closing(trader(place, offers='"Lots"' if "postgres" in place else "lots", **more)) as desk:
        return {str(row.cells["offer"]): dict(row.cells) for row in desk.offers(ALL)}


def test_a_table_with_words_of_its_own_is_read(place: str) -> None:
    rows = asked(lots(place), columns=COLUMNS, trader="Glencore AG")
    assert sorted(rows) == ["1", "3"], "its own, and those of nobody"
    (one,) = read([Row(rows["1"])], "offers").rows
    assert (one.get("quantity"), one.get("price").amount) == (10_000, Fraction("34.50"))
    assert one.extra["recycled"] in ("true", "1")
    assert "margin" not in one.extra and "trader" not in rows["1"], "what was not asked for stays where it is"
    assert read([Row(rows["3"])], "offers").rows[0].get("quantity") == Fraction("0.001")


def test_lots_of_such_a_table_are_held(place: str) -> None:
    more: dict[str, Any] = {"offers": '"Lots"' if "postgres" in place else "LOTS", "columns": COLUMNS}
    award = Award("2", "cobalt", Fraction(2000), Fraction(34), "USD")
    with closing(trader(lots(place), **more, trader="Hartree")) as desk:
        assert isinstance(desk.reserve(award, "k"), Reservation)
        (left,) = [row.cells["quantity"] for row in desk.offers(ALL) if row.cells["offer"] == "2"]
        assert left == "500 kg"
        refused = desk.reserve(Award("02", "cobalt", Fraction(1), Fraction(34), "USD"), "l")
        assert isinstance(refused, Refusal) and refused.text == "there is no `02`"
    with closing(trader(place, **more, trader="Glencore AG")) as other:
        assert other.status("k").state is State.UNKNOWN, "a key is its own trader's"
        refused = other.reserve(award, "k")
        assert isinstance(refused, Refusal) and refused.why is Why.LESS, "another house's lot"


def test_an_offer_that_stands_twice_is_not_sold(place: str) -> None:
    run(place, "CREATE TABLE lots (offer TEXT, mineral TEXT, price TEXT, quantity TEXT)",
        "INSERT INTO lots VALUES ('a', 'cobalt', '1 USD/kg', '5'), ('a ', 'cobalt', '1 USD/kg', '5'), "
        "('a', 'cobalt', '1 USD/kg', '7')")  # fmt: skip
    with opened(place) as database:
        upgrade(database)
    with closing(trader(place, offers="lots")) as desk:
        refused = desk.reserve(Award("a", "cobalt", Fraction(5), Fraction(1), "USD"), "k")
        assert isinstance(refused, Refusal) and refused.text == "`a` stands twice in the table"


def test_a_view_says_what_a_list_of_columns_cannot(place: str) -> None:
    view = "CREATE VIEW v AS SELECT \"LOT_NO\" AS offer, 'cobalt' AS mineral, '5 t' AS quantity, '7 EUR/lb' AS price"
    run(lots(place), f"{view} FROM \"Lots\" WHERE house = 'Hartree'")
    with closing(trader(place, offers="v")) as desk:
        (row,) = read(desk.offers(ALL), "offers").rows
        assert row.get("quantity") == 5000
        award = Award("2", "cobalt", Fraction(5000), Fraction(7), "EUR", "lb")
        assert isinstance(desk.reserve(award, "k"), Reservation)


def test_facilities_of_its_own_are_booked(place: str) -> None:
    run(place, "CREATE TABLE halls (code TEXT, capacity TEXT, takes TEXT)",
        "INSERT INTO halls VALUES ('n1', '1 t', 'cobalt; gallium'), ('n2', '2 t', 'copper')",
        "CREATE TABLE stock (facility TEXT, mineral TEXT, quantity TEXT)",
        "INSERT INTO stock VALUES ('n1', 'gallium', '400'), ('n1 ', 'cobalt', '100 kg'), "
        "(NULL, 'cobalt', '9 t')")  # fmt: skip
    with opened(place) as database:
        upgrade(database)
    columns = ("facility = code", "kind = 'leased'", "accepts = takes")
    with closing(storage(place, facilities="halls", holdings="stock", facility_columns=columns)) as desk:
        assert [row.cells["facility"] for row in desk.facilities(ALL)] == ["n1"]
        assert len(list(desk.holdings())) == 3
        refused = desk.book(Placement("n1", "cobalt", Fraction("500.000001")), "k")
        assert isinstance(refused, Refusal) and refused.left == 500
        assert not isinstance(desk.book(Placement("n1", "cobalt", Fraction(500)), "l"), Refusal)


# ---- what is said ----------------------------------------------------------------------------------------------------


def said(place: str, **more: Any) -> str:
    with closing(trader(place, **more)) as desk, pytest.raises(Unavailable) as error:
        list(desk.offers(ALL))
    return str(error.value)


def test_a_table_that_is_not_there_is_named(place: str) -> None:
    run(place)
    assert said(place, offers="lots").endswith("has no table `lots`")
    assert said(place).endswith("has no table `vault_rules_offers`: `vault-rules-sql upgrade` makes it")


def test_columns_that_are_not_there_are_named(place: str) -> None:
    run(place, "CREATE TABLE lots (offer TEXT, metal TEXT, amount TEXT)")
    text = said(place, offers="lots")
    assert "has no `mineral`, `price`, `quantity`: say which column it is" in text
    assert 'columns = ["mineral = their_mineral"]; there is `offer`, `metal`, `amount`' in text
    text = said(place, offers="lots", columns=("mineral = metall",))
    assert "has no column `metall`, which is to be `mineral`: did you mean `metal`?" in text


def test_two_columns_of_one_name_are_not_guessed(place: str) -> None:
    run(place, 'CREATE TABLE lots (offer TEXT, mineral TEXT, quantity TEXT, price TEXT, "min quantity" TEXT, '
        "min_quantity TEXT)")  # fmt: skip
    assert 'both `min quantity` and `min_quantity`: say which is meant, as "min_quantity = …"' in said(
        place, offers="lots"
    )
    run(place, "INSERT INTO lots VALUES ('a', 'cobalt', '5', '1 USD/kg', '1', '2')")
    with closing(trader(place, offers="lots", columns=("min_quantity = min_quantity",))) as desk:
        assert [row.cells["min_quantity"] for row in desk.offers(ALL)] == ["2"]


def test_a_user_who_may_only_read_sees_offers_and_is_told_what_is_missing(postgres: Any, server_url: str) -> None:
    place = server_url
    postgres.sql(place, "DROP SCHEMA public CASCADE", "CREATE SCHEMA public")
    with opened(place) as database:
        upgrade(database)
    run(place, "INSERT INTO vault_rules_offers (trader, offer, mineral, price, currency, per, quantity) "
        "VALUES ('glencore', 'a', 'cobalt', 1, 'USD', 'kg', 5)",
        "DROP ROLE IF EXISTS reader", "CREATE ROLE reader LOGIN", "GRANT USAGE ON SCHEMA public TO reader",
        "GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader")  # fmt: skip
    with closing(trader(place.replace("vault@", "reader@"))) as desk:
        assert len(list(desk.offers(ALL))) == 1
        with pytest.raises(Unavailable, match="does not allow it: permission denied for table vault_rules_offers"):
            desk.reserve(Award("a", "cobalt", Fraction(5), Fraction(1), "USD"), "k")


def test_a_table_may_stand_in_another_schema(server_url: str) -> None:
    run(server_url, "DROP SCHEMA IF EXISTS sales CASCADE", "CREATE SCHEMA sales",
        "CREATE TABLE sales.lots AS SELECT 'a' AS offer, 'cobalt' AS mineral, 5 AS quantity, 1 AS price")  # fmt: skip
    with closing(trader(server_url, offers="sales.lots")) as desk:
        assert len(list(desk.offers(ALL))) == 1
