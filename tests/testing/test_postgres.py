"""The tests' own PostgreSQL: it answers, and nothing of it stays."""

from __future__ import annotations

from pathlib import Path

import pytest

from vault_rules.testing import postgres as module
from vault_rules.testing.postgres import Server, find_postgres, running_postgres


def test_a_server_answers_and_nothing_of_it_stays(postgres: Server) -> None:
    """Asks for the session's server first, which skips where there is none."""
    binaries = find_postgres()
    assert binaries == postgres.binaries
    with running_postgres(binaries) as server:
        url = server.database()
        server.sql(url, "CREATE TABLE things (name text)", "INSERT INTO things VALUES ('a')")
        assert server.sql(url, "SELECT name FROM things") == "a\n"
        assert server.folder.is_dir() and server.process.poll() is None
        with pytest.raises(RuntimeError, match='relation "nothing" does not exist'):
            server.sql(url, "SELECT * FROM nothing")
    assert server.process.returncode == 0 and not server.folder.exists()


def test_each_database_is_a_new_one(postgres: Server) -> None:
    first, second = postgres.database(), postgres.database()
    postgres.sql(first, "CREATE TABLE things (name text)")
    assert postgres.sql(second, "SELECT count(*) FROM pg_tables WHERE tablename = 'things'") == "0\n"


def test_what_does_not_start_says_why_and_leaves_nothing(postgres: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PORT", -1)
    with pytest.raises(RuntimeError, match="did not start"), running_postgres(postgres.binaries):
        pass


def test_without_programs_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda name: None)
    monkeypatch.setattr(Path, "glob", lambda self, pattern: iter(()))
    assert find_postgres() is None
