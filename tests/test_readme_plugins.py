"""The README's two traders and their warehouse: files, a server and a database, by the commands that it shows.

It needs the plugins `vault-rules-rest` and `vault-rules-sql`; with VAULT_RULES_PLUGINS=required they must be there.
"""

from __future__ import annotations

import json
import os
import re
import select
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import attrs
import pytest

CHECKOUT = Path(__file__).resolve().parent.parent
README = (CHECKOUT / "README.md").read_text(encoding="utf-8")
PORT = "8123"  # that of the README
NEEDED = ("vault_rules_rest", "vault_rules_sql", "uvicorn")
PATIENCE = 120


@attrs.frozen
class Done:
    """What a command, or all those of the README, left behind."""

    code: int
    out: str
    err: str


@attrs.frozen
class Desk:
    """The folder in which the README's commands were run, the port of its server, and what was said."""

    folder: Path
    port: str
    said: Done

    def run(self, *command: str) -> Done:
        done = subprocess.run(
            command,
            cwd=self.folder,
            env=environment(),
            capture_output=True,
            encoding="utf-8",
            timeout=PATIENCE,
            check=False,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    def bought(self) -> dict[str, dict[str, Any]]:
        """The awards of the ledger, by their keys."""
        shown = json.loads(self.run("vault-rules", "ledger", "show", "--format", "json").out)
        return {one["award"]: one["payload"] for one in shown if one["kind"] == "award"}

    def held(self) -> dict[str, str]:
        """What both traders and the warehouse have on record, whole, as they keep it."""
        files = {name: (self.folder / name / "holds.jsonl").read_text("utf-8") for name in ("glencore", "traxys")}
        return files | {"warehouse": repr(self.stored())}

    def stored(self) -> list[tuple[str, ...]]:
        """What the warehouse has booked: key, facility, state and kilograms."""
        with closing(sqlite3.connect(self.folder / "warehouse.db")) as database:
            return database.execute('SELECT "key", subject, state, quantity FROM vault_rules_holds').fetchall()

    @contextmanager
    def serving(self) -> Iterator[None]:
        """The server of traxys once more, on its port."""
        command = ("vault-rules-rest", "serve", "--book", "traxys", "--port", self.port)
        with subprocess.Popen(
            command, cwd=self.folder, env=environment(), stdout=subprocess.PIPE, text=True
        ) as process:
            try:
                assert process.stdout is not None
                assert select.select([process.stdout], [], [], PATIENCE)[0], "the server did not start"
                assert process.stdout.readline() == f"http://127.0.0.1:{self.port}\n"
                yield
            finally:
                process.terminate()


def environment() -> dict[str, str]:
    scripts = str(Path(sys.executable).parent)
    return os.environ | {"PATH": os.pathsep.join([scripts, os.environ["PATH"]]), "PYTHONUTF8": "1"}


def commands() -> str:
    """Those that the README shows, as they stand there."""
    found = re.search(r"^```bash\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)
    assert found is not None
    return found[1]


def free_port() -> str:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return str(found.getsockname()[1])


def carried_out(script: str, folder: Path) -> Done:
    """A script run by bash in a group of processes of its own; what it leaves running is ended with the group."""
    out, err = folder / "out", folder / "err"
    with out.open("wb") as stdout, err.open("wb") as stderr:
        process = subprocess.Popen(
            ["bash", "-euc", f"{script}\nwait\n"],
            cwd=folder,
            env=environment(),
            stdout=stdout,
            stderr=stderr,
            start_new_session=True,
        )
        try:
            code = process.wait(PATIENCE)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    return Done(code, out.read_text("utf-8"), err.read_text("utf-8"))


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """All commands of the README, run once, on a port that nobody else has."""
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:  # they are other distributions, and the README's first part does without; `.ci/run` requires them
        assert os.environ.get("VAULT_RULES_PLUGINS") != "required", f"not installed: {missing}"
        pytest.skip(f"needs the plugins vault-rules-rest[server] and vault-rules-sql; not installed: {missing}")
    checkout, port = tmp_path_factory.mktemp("checkout"), free_port()
    shutil.copytree(CHECKOUT / "policies" / "books" / "small_reserve", checkout / "policies/books/small_reserve")
    config = checkout / "policies/books/small_reserve/vault.toml"
    config.write_text(config.read_text("utf-8").replace(PORT, port), encoding="utf-8")
    assert commands().count(PORT) == 1
    return Desk(checkout / "try", port, carried_out(commands().replace(PORT, port), checkout))


def test_every_command_does_what_it_says(desk: Desk) -> None:
    assert desk.said.code == 0, desk.said.err
    assert {f"http://127.0.0.1:{desk.port}", "2 facilities stand in warehouse.db"} <= set(desk.said.out.splitlines())
    assert desk.said.out.count("run august: 4 awards in 1 round") == 2  # carried out, and gone on with
    assert "the plan of august is the same, byte for byte" in desk.said.err
    assert "52 entries, all as written" in desk.said.err


def test_both_traders_sell(desk: Desk) -> None:
    awards = sorted((one["trader"], one["offer"], one["quantity_kg"]) for one in desk.bought().values())
    assert awards == [
        ("glencore", "g1", "9000"),
        ("glencore", "g3", "117"),
        ("traxys", "t1", "6000"),
        ("traxys", "t3", "63"),
    ]


def test_each_trader_has_on_record_what_it_sold_and_nothing_else(desk: Desk) -> None:
    bought, held = desk.bought(), desk.held()
    for trader in ("glencore", "traxys"):
        keys = {key for key, award in bought.items() if award["trader"] == trader}
        assert len(keys) == 2
        assert set(re.findall(r"vr-[0-9a-f]+", held[trader])) == keys


def test_all_that_was_bought_lies_in_the_warehouse(desk: Desk) -> None:
    expected = sorted((f"{key}-1", "ohio", "confirmed", award["quantity_kg"]) for key, award in desk.bought().items())
    assert sorted(desk.stored()) == expected


def test_to_go_on_and_to_run_it_again_changes_nothing(desk: Desk) -> None:
    held, verified = desk.held(), desk.run("vault-rules", "ledger", "verify")
    assert (verified.code, "all as written" in verified.err) == (0, True)
    again = ("vault-rules", "execute", "reserve.vault", "--config", "vault.toml", "--as-of", "2027-08-01", "--yes")
    with desk.serving():
        went_on = desk.run("vault-rules", "execute", "--config", "vault.toml", "--resume", "august")
        repeated = desk.run(*again, "--run", "september")
    assert (went_on.code, repeated.code) == (0, 0), went_on.err + repeated.err
    assert "run august: 4 awards in 1 round" in went_on.out
    assert "nothing is awarded: there is nothing to do" in repeated.err
    assert desk.held() == held
    assert desk.run("vault-rules", "ledger", "verify") == verified


def test_the_server_was_ended(desk: Desk) -> None:
    with socket.socket() as call:
        assert call.connect_ex(("127.0.0.1", int(desk.port))) != 0
