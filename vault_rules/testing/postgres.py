"""A real PostgreSQL for tests: a server of the tests' own, in a folder of its own, gone when they are.

In a `conftest.py`::

    from vault_rules.testing.postgres import postgres

and a test that asks for `postgres` has a server on a Unix socket, which no network reaches;
`postgres.database()` gives the URL of a new database. Where no PostgreSQL is installed the test is skipped, unless
`VAULT_RULES_POSTGRES=required` stands in the environment.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import attrs
import pytest

_SECONDS = 60
_PORT = 5432  # of the socket's name only: nothing listens on a network
_USER = "vault"


@attrs.define
class Server:
    """A running server. `process` is the server itself: it is stopped by its own number."""

    binaries: Path
    folder: Path
    process: subprocess.Popen[bytes]
    _numbers: Iterator[int] = attrs.field(factory=lambda: count(1))

    def url(self, database: str, user: str = _USER) -> str:
        """The URL of a database."""
        return f"postgresql://{user}@/{database}?host={self.folder}"

    def database(self, encoding: str = "UTF8") -> str:
        """Make a new, empty database: its URL."""
        name = f"test_{next(self._numbers)}"
        self.run("createdb", "-E", encoding, "-T", "template0", name)
        return self.url(name)

    def sql(self, url: str, *statements: str) -> str:
        """Run statements as the owner of everything; what they print."""
        words = ("--quiet", "--no-psqlrc", "-At", "-v", "ON_ERROR_STOP=1")
        return self.run("psql", *words, "-c", ";".join(statements), url)

    def run(self, program: str, *arguments: str) -> str:
        """Run one of PostgreSQL's programs against the server: what it prints."""
        environment = os.environ | {"PGHOST": str(self.folder), "PGPORT": str(_PORT), "PGUSER": _USER}
        done = _run([str(self.binaries / program), *arguments], environment)
        if done.returncode:
            raise RuntimeError(f"{program}: {done.stderr.strip()}")
        return done.stdout


def _run(words: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - the programs of the server that was found
        words, check=False, env=environment, capture_output=True, text=True, timeout=_SECONDS, cwd="/"
    )


def find_postgres() -> Path | None:
    """The folder of the newest PostgreSQL's programs; None where there is none."""
    found = [Path(file).resolve().parent for file in (shutil.which("initdb"), shutil.which("postgres")) if file]
    for place in ("/usr/lib/postgresql", "/usr/pgsql", "/opt/homebrew/opt", "/usr/local/opt"):
        found += sorted(Path(place).glob("*/bin"), key=_version, reverse=True)
    needed = ("initdb", "postgres", "createdb", "psql")
    return next((folder for folder in found if all((folder / name).is_file() for name in needed)), None)


def _version(folder: Path) -> int:
    digits = "".join(letter for letter in folder.parent.name if letter.isdigit())
    return int(digits or 0)


@contextmanager
def running_postgres(binaries: Path, *, durable: bool = False) -> Iterator[Server]:
    """Start a server, and stop it at the end. `durable`: as a real one, which waits for the disk."""
    folder = Path(tempfile.mkdtemp(prefix="vr-pg-"))  # short: a socket's path has at most 107 letters
    try:
        server = _start(binaries, folder, durable)
        try:
            yield server
        finally:
            _stop(server)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _start(binaries: Path, folder: Path, durable: bool) -> Server:
    other = _other_user(folder)
    data, log = folder / "data", folder / "log"
    make = ["-U", _USER, "--auth=trust", "-E", "UTF8", "--locale=C", "--no-sync"]
    made = _run([*other, str(binaries / "initdb"), "-D", str(data), *make], dict(os.environ))
    if made.returncode:
        raise RuntimeError(f"initdb: {made.stderr.strip()}")
    settings = {"listen_addresses": "", "unix_socket_directories": folder, "port": _PORT, "max_connections": 50}
    settings |= {} if durable else {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    words = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    with log.open("wb") as stream:
        process = subprocess.Popen(  # noqa: S603
            [*other, binaries / "postgres", "-D", data, *words], stdout=stream, stderr=stream, cwd=folder
        )
    server = Server(binaries, folder, process)
    try:
        _wait(server, log)
    except BaseException:
        _stop(server)
        raise
    return server


def _other_user(folder: Path) -> list[str]:
    """PostgreSQL refuses to run as root: the words that make it another user, who then owns the folder.

    Where the system can, the server is also told to stop when the tests are killed.
    """
    import pwd  # not there on every system on which the fixture only skips

    setpriv = shutil.which("setpriv")
    if os.geteuid() != 0:
        return [setpriv, "--pdeathsig", "INT"] if setpriv else []
    if setpriv is None:
        raise RuntimeError("to run PostgreSQL as root, `setpriv` (of util-linux) is needed")
    names = {one.pw_name: one for one in pwd.getpwall()}
    user = names.get("postgres") or names["nobody"]
    os.chown(folder, user.pw_uid, user.pw_gid)
    return [setpriv, f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups", "--pdeathsig", "INT"]


def _wait(server: Server, log: Path) -> None:
    """Until it answers."""
    until = time.monotonic() + _SECONDS
    while time.monotonic() < until:
        if server.process.poll() is not None:
            break
        try:
            with socket.socket(socket.AF_UNIX) as line:
                line.connect(str(server.folder / f".s.PGSQL.{_PORT}"))
            server.run("psql", "-c", "SELECT 1", "postgres")
            return
        except (OSError, RuntimeError):
            time.sleep(0.05)
    raise RuntimeError(f"PostgreSQL did not start:\n{log.read_text(errors='replace')[-2000:]}")


def _stop(server: Server) -> None:
    """SIGINT ends every session and stops; what does not stop is killed."""
    if server.process.poll() is None:
        server.process.send_signal(signal.SIGINT)
    try:
        server.process.wait(timeout=_SECONDS)
    except subprocess.TimeoutExpired:
        server.process.kill()
        server.process.wait()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A server for all tests of the session; skips where there is no PostgreSQL."""
    binaries = find_postgres()
    if binaries is None:
        why = "no PostgreSQL is installed: `initdb` is neither on PATH nor in /usr/lib/postgresql"
        if os.environ.get("VAULT_RULES_POSTGRES") == "required":
            pytest.fail(why)
        pytest.skip(why)
    with running_postgres(binaries) as server:
        yield server
