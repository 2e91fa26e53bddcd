"""`vault-rules-fix serve` as a program of its own: started, killed, started again."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tests.support.served import PASSWORD, write_offers
from vault_rules.adapters.messages import Award, Confirmation, Query, State
from vault_rules.adapters.registration import Secret, Setup
from vault_rules_fix.cli import main
from vault_rules_fix.config import FixConfig
from vault_rules_fix.trader import FixTrader

KEY, OTHER = "run-1:award-1", "run-1:award-2"
AWARD = Award("a", "cobalt", Fraction(4000), Fraction("34.50"), "USD")
Start = Callable[..., tuple["subprocess.Popen[str]", int]]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts the program, and ends it by its id."""
    book = write_offers(tmp_path / "book")
    started: list[subprocess.Popen[str]] = []

    def begin(*more: str, port: int = 0) -> tuple[subprocess.Popen[str], int]:
        command = [sys.executable, "-m", "vault_rules_fix", "serve", "--book", book.name, "--port", str(port)]
        command += ["--username", "vault", "--password-env", "DESK_PASSWORD", "--until-closed", *more]
        pipe = subprocess.PIPE
        environment = {**os.environ, "DESK_PASSWORD": PASSWORD}
        program = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env=environment, cwd=tmp_path)
        started.append(program)
        assert program.stdout is not None
        line = program.stdout.readline()
        found = re.fullmatch(r"serving book at 127\.0\.0\.1:(\d+), as TRADER to VAULT\n", line)
        assert found, line
        return program, int(found[1])

    yield begin
    for program in started:
        program.kill()
        program.wait()
        for pipe in (program.stdin, program.stdout):
            assert pipe is not None
            pipe.close()


@pytest.fixture
def adapter(tmp_path: Path) -> Iterator[Callable[[int], FixTrader]]:
    made: list[FixTrader] = []

    def make(port: int, **more: Any) -> FixTrader:
        config = FixConfig("127.0.0.1", port, "VAULT", "TRADER", username="vault", password=Secret(PASSWORD), **more)
        made.append(FixTrader(config, Setup("glencore", tmp_path, 20)))
        return made[-1]

    yield make
    for one in made:
        one.close()


def test_what_is_held_and_bought_survives_a_kill(start: Start, adapter: Callable[[int], FixTrader]) -> None:
    program, port = start()
    trader = adapter(port)
    held = trader.reserve(AWARD, KEY)
    trader.reserve(AWARD, OTHER)
    bought = trader.confirm(OTHER)
    assert isinstance(bought, Confirmation)
    program.kill()
    program.wait()
    _, again = start(port=port)
    assert again == port
    assert trader.status(KEY).state is State.HELD
    assert trader.status(OTHER).state is State.CONFIRMED
    assert trader.reserve(AWARD, KEY) == held
    assert trader.confirm(OTHER) == bought
    (row,) = trader.offers(Query(("cobalt",)))
    assert row.cells["quantity"] == "2000"


def test_it_ends_when_it_is_asked_to(start: Start, adapter: Callable[[int], FixTrader]) -> None:
    program, port = start()
    assert adapter(port).health() == f"FIX 4.4 with TRADER at 127.0.0.1:{port}, as VAULT"
    program.send_signal(signal.SIGTERM)
    assert program.wait(10) == 0


def test_it_ends_with_whoever_started_it(start: Start) -> None:
    program, _ = start()
    assert program.stdin is not None
    program.stdin.close()
    assert program.wait(10) == 0


def test_it_listens_on_this_machine_alone(start: Start) -> None:
    _, port = start()
    with socket.create_connection(("127.0.0.1", port), timeout=5):
        pass
    for address in _other_addresses():
        with pytest.raises(OSError, match="refused"):
            socket.create_connection((address, port), timeout=5)


def _other_addresses() -> Iterator[str]:
    """Addresses of this machine that other machines may reach, or that stand for such."""
    yield "127.0.0.2"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        try:
            one.connect(("192.0.2.1", 9))  # sends nothing
        except OSError:
            return
        yield one.getsockname()[0]


@pytest.mark.parametrize(
    ("more", "message", "code"),
    [
        (["--book", "nowhere"], "does not exist", 2),
        (["--password-env", "NOT_SET"], "NOT_SET is not set", 2),
        (["--port", "99999"], "not in the range", 2),
    ],
)
def test_a_wrong_command_is_a_clear_error(tmp_path: Path, more: list[str], message: str, code: int) -> None:
    done = CliRunner().invoke(main, ["serve", "--book", str(write_offers(tmp_path / "book")), *more])
    assert done.exit_code == code
    assert message in done.stderr and "Traceback" not in done.stderr


def test_a_port_that_is_taken_is_a_clear_error(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        book = str(write_offers(tmp_path / "book"))
        done = CliRunner().invoke(main, ["serve", "--book", book, "--port", port])
    assert done.exit_code == 1
    assert done.stderr.startswith("Error: cannot serve: ") and "in use" in done.stderr
