"""What is no ledger, cannot be reached or may not be written: a clear error each."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from sqlalchemy.engine import make_url

from tests.support.ledgers import bare_hands, begun, bought, claimed, new_ledger
from vault_rules.errors import LedgerError, UsageError
from vault_rules.execution.ledger import open_ledger, schema
from vault_rules.execution.ledger.drafts import intent
from vault_rules.execution.ledger.store import Ledger
from vault_rules.testing.postgres import Server


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("vault.ledger", "names no ledger"),
        ("", "names no ledger"),
        ("mysql://u@h/d", "not in `mysql`"),
        ("nonsense://x", "not in `nonsense`"),
        ("sqlite://", "kept in a file"),
        ("sqlite:///:memory:", "kept in a file"),
        ("postgresql://u:secret@h:port/d", "names no ledger"),
    ],
)
def test_what_is_no_url_of_a_ledger_is_a_usage_error(url: str, message: str) -> None:
    with pytest.raises(UsageError, match=message) as found:
        open_ledger(url)
    assert "secret" not in str(found.value)


def test_a_reader_makes_no_ledger(tmp_path: Path) -> None:
    file = tmp_path / "none.ledger"
    with pytest.raises(LedgerError, match=r"there is no ledger at sqlite:///.*none\.ledger"):
        open_ledger(f"sqlite:///{file}")
    assert not file.exists()


def test_a_database_without_a_ledger_has_none(url: str) -> None:
    if url.startswith("sqlite"):
        sqlite3.connect(url.removeprefix("sqlite:///")).close()
    with pytest.raises(LedgerError, match="there is no ledger at"):
        open_ledger(url)


def test_a_writer_makes_the_ledger_in_a_database_that_holds_other_things(tmp_path: Path) -> None:
    file = tmp_path / "team.sqlite"
    connection = sqlite3.connect(file)
    connection.execute("CREATE TABLE notes (text)")
    connection.close()
    with new_ledger(f"sqlite:///{file}") as ledger:
        assert begun(ledger).verify().is_whole


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match=f"there is no folder {tmp_path}/none"):
        new_ledger(f"sqlite:///{tmp_path}/none/vault.ledger")
    with pytest.raises(LedgerError, match="it is a folder"):
        new_ledger(f"sqlite:///{tmp_path}")


@pytest.mark.parametrize("content", [b"not a database, but a letter" * 50, b"SQLite format 3\x00" + b"\xff" * 5000])
def test_a_file_that_is_no_database_is_said_to_be_none_and_stays(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "letter.txt"
    file.write_bytes(content)
    for opening in (new_ledger, open_ledger):
        with pytest.raises(LedgerError, match=r"is no ledger|is damaged"):
            opening(f"sqlite:///{file}")
    assert file.read_bytes() == content


@pytest.mark.parametrize("kept", [5000, 20000])
def test_a_file_that_was_cut_off_is_damaged(tmp_path: Path, kept: int) -> None:
    url = f"sqlite:///{tmp_path / 'vault.ledger'}"
    with new_ledger(url) as ledger:
        begun(ledger).append("run-1", [draft for at in range(50) for draft in bought(f"k{at}")])
    file = tmp_path / "vault.ledger"
    file.write_bytes(file.read_bytes()[:kept])
    with pytest.raises(LedgerError, match=r"is damaged|is no ledger"), open_ledger(url) as ledger:
        ledger.verify()


@contextmanager
def as_nobody() -> Iterator[None]:
    """Root may write whatever it likes: be another user for a while."""
    is_root = os.geteuid() == 0
    if is_root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if is_root:
            os.seteuid(0)


@pytest.fixture
def shared() -> Iterator[Path]:
    """A folder that another user may look into, as pytest's own may not be."""
    with TemporaryDirectory() as place:
        Path(place).chmod(0o755)
        folder = Path(place) / "kept"
        folder.mkdir()
        yield folder
        folder.chmod(0o755)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes, and nobody's rights to take on")
@pytest.mark.parametrize("mode", [0o555, 0o777])
def test_a_ledger_that_may_only_be_read_is_read_and_not_written(shared: Path, mode: int) -> None:
    url = f"sqlite:///{shared / 'vault.ledger'}"
    with new_ledger(url) as ledger:
        begun(ledger).append("run-1", bought("k1"))
    (shared / "vault.ledger").chmod(0o444)
    shared.chmod(mode)
    with as_nobody():
        with pytest.raises(LedgerError, match=r"read-only|may not be read or written"), new_ledger(url) as ledger:
            ledger.append("run-1", [claimed("k2")])
        with open_ledger(url) as ledger:
            assert ledger.verify().is_whole


# ---- PostgreSQL ----------------------------------------------------------------------------------------------------


def test_a_server_that_is_not_there_cannot_be_reached_and_no_password_is_shown() -> None:
    with pytest.raises(LedgerError, match="cannot be reached: ") as found:
        open_ledger("postgresql://buyer:secret@127.0.0.1:1/vault")
    assert "secret" not in str(found.value) and "\n" not in str(found.value)


def test_a_database_that_is_not_there_is_named(postgres: Server) -> None:
    with pytest.raises(LedgerError, match=r'cannot be reached: .*database "none" does not exist'):
        open_ledger(postgres.url("none"))


def test_a_connection_that_breaks_is_an_error_and_the_next_one_works(postgres: Server) -> None:
    url = postgres.database()
    with new_ledger(url) as ledger:
        begun(ledger)
        others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = "
        name = make_url(url).database

        def broken(_: object) -> list[object]:
            postgres.sql(postgres.url("postgres"), f"{others} '{name}'")
            return [claimed("k1")]

        with pytest.raises(LedgerError, match="cannot be reached: terminating connection"):
            ledger.claim("run-1", broken)  # type: ignore[arg-type]
        assert ledger.append("run-1", [claimed("k1")])[0].sequence == 2
        assert ledger.verify().is_whole


@pytest.mark.parametrize("encoding", ["SQL_ASCII", "LATIN1"])
def test_a_database_of_any_encoding_holds_any_text(postgres: Server, encoding: str) -> None:
    with new_ledger(postgres.database(encoding)) as ledger:
        begun(ledger).append("run-1", [intent(None, "reserve", "ключ ☃ 🜚")])
        assert [one.fields["to"] for one in ledger.entries(after=1)] == ["ключ ☃ 🜚"]
        assert ledger.verify().is_whole


# ---- versions ------------------------------------------------------------------------------------------------------


def test_a_ledger_of_a_newer_program_is_refused(ledger: Ledger, url: str) -> None:
    begun(ledger)
    with ledger.database.writing() as connection:
        connection.exec_driver_sql("UPDATE ledger_version SET version_num = '9999'")
    for opening in (new_ledger, open_ledger):
        with pytest.raises(LedgerError, match=r"made by a newer program .*9999.*: update vault-rules"):
            opening(url)


def test_a_ledger_without_its_version_is_damaged(ledger: Ledger, url: str) -> None:
    with ledger.database.writing() as connection:
        connection.exec_driver_sql("DELETE FROM ledger_version")
    with pytest.raises(LedgerError, match="it is damaged"):
        new_ledger(url)


def test_a_ledger_without_its_tables_is_damaged(ledger: Ledger, url: str) -> None:
    with bare_hands(ledger) as connection:
        connection.exec_driver_sql("DROP TABLE ledger_entries")
    with new_ledger(url) as other, pytest.raises(LedgerError, match="is damaged: a table is not there"):
        begun(other)


def test_the_newest_schema_is_the_newest_migration() -> None:
    assert schema.NEWEST in schema.known()
    assert max(schema.known()) == schema.NEWEST


@pytest.mark.parametrize(
    ("missing", "url", "help"),
    [
        ("sqlalchemy", "sqlite:///x", r"pip install 'vault-rules\[ledger\]'"),
        ("psycopg", "postgresql://h/d", r"pip install 'vault-rules\[postgres\]'"),
    ],
)
def test_a_library_that_is_not_installed_is_named(missing: str, url: str, help: str) -> None:
    script = (
        f"import sys; sys.modules[{missing!r}] = None\n"
        f"sys.argv = ['vault-rules', 'ledger', 'runs', '--ledger', {url!r}]\n"
        "from vault_rules.cli.main import main; main()"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 2 and "Traceback" not in done.stderr
    assert help.replace("\\", "") in done.stderr
