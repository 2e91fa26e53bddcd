"""The plugin's own tables come from its migrations, on a database that is empty or not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from tests.support.databases import opened, run, trader
from vault_rules.adapters.messages import Query, State
from vault_rules.errors import Unavailable
from vault_rules_sql.databases import Database
from vault_rules_sql.schema import NEWEST, known, run_migrations, upgrade, version
from vault_rules_sql.tables import VERSION_TABLE, holds, metadata


@pytest.fixture
def database(place: str) -> Iterator[Database]:
    with opened(place) as found:
        yield found


def found_version(database: Database) -> str | None:
    with database.reading() as connection:
        return version(connection)


def test_the_newest_version_is_the_last_migration() -> None:
    assert max(known()) == NEWEST


def test_an_empty_database_gets_all_tables_once(database: Database) -> None:
    assert [upgrade(database), upgrade(database)] == [True, False]
    assert found_version(database) == NEWEST
    with database.reading() as connection:
        there = set(sa.inspect(connection).get_table_names())
    assert there == {*metadata.tables, VERSION_TABLE}


def test_the_tables_are_those_that_queries_know(database: Database) -> None:
    upgrade(database)
    with database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE, "compare_type": False})
        assert compare_metadata(context, metadata) == []
        columns = {one["name"]: str(one["type"]) for one in sa.inspect(connection).get_columns("vault_rules_offers")}
        checks = sa.inspect(connection).get_check_constraints(holds.name)
    exact = "NUMERIC" if database.file is None else "TEXT"
    assert {columns[name] for name in ("price", "quantity", "lot", "min_quantity", "purity")} == {exact}
    assert [one["name"] for one in checks] == ["vault_rules_holds_state"]


def test_a_migration_that_fails_leaves_nothing(database: Database, place: str) -> None:
    run(place, "CREATE TABLE vault_rules_holds (other TEXT)")
    with pytest.raises(Unavailable, match="already exists"):
        upgrade(database)
    with database.reading() as connection:
        assert sa.inspect(connection).get_table_names() == ["vault_rules_holds"]


def test_from_the_first_version_what_is_there_stays(database: Database, place: str) -> None:
    if database.file is not None:
        run(place)  # makes the file
    database.change(lambda connection: run_migrations(connection, "0001"), make=True)
    run(place, "INSERT INTO vault_rules_facilities (facility, kind, capacity) VALUES ('nola', 'owned', '1')")
    upgrade(database)
    assert found_version(database) == NEWEST
    with database.reading() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM vault_rules_facilities")) == 1


def test_tables_of_a_newer_program_are_left_alone(database: Database, place: str) -> None:
    upgrade(database)
    run(place, f"UPDATE {VERSION_TABLE} SET version_num = '9999'")
    with closing(trader(place)) as desk:
        for call in (lambda: list(desk.offers(Query(("cobalt",)))), lambda: desk.release("k")):
            with pytest.raises(Unavailable, match="made by a newer vault-rules-sql: update this one"):
                call()
    with pytest.raises(Unavailable, match="made by a newer"):
        upgrade(database)


def test_without_the_tables_offers_are_shown_and_nothing_is_held(place: str) -> None:
    run(place, "CREATE TABLE lots (offer TEXT, mineral TEXT, price TEXT, quantity TEXT)",
        "INSERT INTO lots VALUES ('a', 'cobalt', '1 USD/kg', '5 t')")  # fmt: skip
    with closing(trader(place, offers="lots")) as desk:
        assert [dict(row.cells)["quantity"] for row in desk.offers(Query(("cobalt",)))] == ["5 t"]
        assert desk.status("k").state is State.UNKNOWN
        assert "which shows only" in desk.health()
        with pytest.raises(Unavailable, match=r"cannot hold anything yet: `vault-rules-sql upgrade` lets it"):
            desk.release("k")
