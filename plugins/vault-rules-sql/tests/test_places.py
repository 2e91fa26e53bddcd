"""Where a database is said to be, and what is said where it is not: never a password."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.databases import SETUP, prepared, run, trader
from vault_rules.adapters.config import read_config
from vault_rules.adapters.manager import Plugins, installed
from vault_rules.adapters.messages import Query
from vault_rules.adapters.registration import Secret, Setup
from vault_rules.errors import ConfigError, Unavailable
from vault_rules.testing.postgres import Server
from vault_rules_sql.config import TraderConfig, meant
from vault_rules_sql.plugin import vault_rules_storages, vault_rules_traders
from vault_rules_sql.trader import SqlTrader

PASSWORD = "p@ss w/rd%"


@pytest.fixture(scope="module")
def plugins() -> Plugins:
    return installed().sound()


def mistakes(tmp_path: Path, plugins: Plugins, *lines: str) -> list[str]:
    file = tmp_path / "vault.toml"
    file.write_text("\n".join(["[traders.glencore]", 'adapter = "sql"', *lines]), encoding="utf-8")
    try:
        read_config(file, plugins)
    except ConfigError as error:
        return [str(one) for one in error.mistakes]
    return []


def test_both_adapters_are_found_under_their_name(plugins: Plugins) -> None:
    assert plugins.traders["sql"].what == vault_rules_traders()[0]
    assert plugins.storages["sql"].what == vault_rules_storages()[0]


def test_a_configuration_is_read_without_sqlalchemy() -> None:
    """The plugin is imported wherever vault-rules looks for plugins: it must not cost anything there."""
    script = "import sys, vault_rules_sql.plugin; print({'sqlalchemy', 'alembic', 'polars'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "set()"


@pytest.mark.parametrize("url", ["sqlite:///book.db", "sqlite:////srv/book.db", "postgresql://me@db.example:5433/book"])
def test_urls_of_both_databases_are_taken(tmp_path: Path, plugins: Plugins, url: str) -> None:
    assert mistakes(tmp_path, plugins, f'url = "{url}"') == []


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('url = "book.db"', "`url` is the URL of a database: `sqlite:///book.db` or `postgresql://user@host/database`"),
        ('url = "mysql://me@db/book"', "`url` is that of a database in SQLite or PostgreSQL"),
        ('url = "postgresql+psycopg2://me@db/book"', "`url` is that of a database in SQLite or PostgreSQL"),
        ('url = "sqlite://"', "`url` names no file"),
        ('url = "sqlite:///:memory:"', "`url` names no file"),
        ('url = "postgresql://me:hunter2@db/book"', "holds a password"),
        ('url = "postgresql://me:hunter/2@db/book"', "`url` holds a password: take it from the environment"),
        ('url = "postgresql://db/book?user=me&password=hunter2"', "`url` holds a password"),
        ('url = "sqlite:///b.db"\npassword = "hunter2"', "secrets are never written here"),
        ('url = "sqlite:///b.db"\ncolumns = ["price: x"]', "`price: x` says no column: write `price = unit_price`"),
        ('url = "sqlite:///b.db"\ncolumns = ["a = b", "a = c"]', "`columns` says twice what `a` is"),
        ('url = "sqlite:///b.db"\noffers = ""', "`offers`"),
    ],
)
def test_mistakes_are_said_without_the_password(tmp_path: Path, plugins: Plugins, line: str, said: str) -> None:
    (text,) = mistakes(tmp_path, plugins, *line.split("\n"))
    assert said in text.replace("'", "`")
    assert "hunter" not in text


def test_a_list_of_columns_has_three_forms() -> None:
    assert meant(" price = Unit Price ").column == "Unit Price"
    assert meant("currency = 'USD'").constant == "USD"
    assert meant("recycled").column == "recycled"


# ---- what cannot be reached ------------------------------------------------------------------------------------------


def said(desk: SqlTrader) -> str:
    with closing(desk), pytest.raises(Unavailable) as error:
        list(desk.offers(Query(("cobalt",))))
    assert error.value.__cause__ is None, "what is below may say more than it should"
    return str(error.value)


def secret(host: str, port: int) -> SqlTrader:
    config = TraderConfig(f"postgresql://me@{host}:{port}/book", password=Secret(PASSWORD, "BOOK_PASSWORD"))
    return SqlTrader(config, Setup("glencore", Path(), 2.0))


def test_a_server_that_is_not_there_is_said_to_be_so() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        text = said(secret("127.0.0.1", free.getsockname()[1]))
    assert "the database `book` on 127.0.0.1 cannot be reached: " in text and "refused" in text
    assert PASSWORD not in text and "p%40ss" not in text


def test_a_server_that_does_not_answer_is_not_waited_for_without_end() -> None:
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen()
        text = said(secret("127.0.0.1", mute.getsockname()[1]))
    assert "cannot be reached" in text and "timeout" in text


def test_a_server_that_is_something_else_is_said_to_be_unreachable() -> None:
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        line.listen()

        def answer() -> None:
            other, _ = line.accept()
            with other:
                other.recv(100)
                other.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n" + PASSWORD.encode())

        thread = threading.Thread(target=answer)
        thread.start()
        text = said(secret("127.0.0.1", line.getsockname()[1]))
        thread.join(10)
    assert "cannot be reached" in text and PASSWORD not in text


def test_a_url_that_is_a_secret_is_used_and_not_shown(server_url: str) -> None:
    where = server_url.replace("vault@", "vault:hunter2@").replace("/test_1", "/nowhere")
    config = TraderConfig(Secret(where, "BOOK_URL"))
    text = said(SqlTrader(config, SETUP))
    assert "`nowhere` on" in text and "there is no database of that name" in text
    assert "hunter2" not in text and "hunter2" not in repr(config)


def test_a_user_that_the_server_does_not_know_is_said_so(server_url: str) -> None:
    text = said(trader(server_url.replace("vault@", "nobody@")))
    assert text.endswith("cannot be reached: the user or the password is not right")


@pytest.mark.parametrize("what", ["missing", "folder"])
def test_a_file_that_is_not_there_is_not_made(tmp_path: Path, what: str) -> None:
    file = tmp_path / "book.db"
    if what == "folder":
        file.mkdir()
    text = said(trader(f"sqlite:///{file}"))
    assert text == f"the database book.db is {'a folder' if what == 'folder' else 'not there'}"
    assert file.exists() is (what == "folder")


def test_a_connection_that_broke_is_made_anew(postgres: Server, server_url: str) -> None:
    run(server_url, "DROP SCHEMA public CASCADE", "CREATE SCHEMA public")
    prepared(server_url, {})
    with closing(trader(server_url)) as desk:
        before = desk.status("k")
        postgres.sql(
            server_url, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() "
            "AND datname = current_database()"
        )  # fmt: skip
        assert desk.status("k") == before
