"""`vault.toml`: all mistakes at once with their lines, secrets from the environment alone and never shown."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

import attrs
import pytest

from tests.support.plugins import plugin, plugins
from vault_rules.adapters.config import Config, read_config
from vault_rules.adapters.registration import Registration, Secret
from vault_rules.errors import AdapterError, ConfigError, UsageError


@attrs.frozen
class Wire:
    """The settings of an adapter of all kinds of keys."""

    url: str
    password: Secret
    port: int = 443
    since: date | None = None
    share: Fraction = Fraction(1)
    tls: bool = True
    desks: tuple[str, ...] = ()
    mode: Literal["rfq", "book"] = "rfq"
    dsn: str | Secret = ""


def fail(settings: Any, setup: Any) -> Any:
    raise RuntimeError(f"cannot log in with {settings.password.reveal()}")


FOUND = plugins(plugin(traders=[Registration("wire", fail, Wire, 1)])).sound()
GOOD = """
[traders.glencore]
adapter = "wire"
url = "wss://desk"
password = {env = "WIRE_PASSWORD"}
"""


def read(folder: Path, text: str) -> Config:
    file = folder / "vault.toml"
    file.write_text(text, encoding="utf-8")
    return read_config(file, FOUND)


def mistakes(folder: Path, text: str) -> list[str]:
    with pytest.raises(ConfigError) as stopped:
        read(folder, text)
    return [str(one) for one in stopped.value.mistakes]


@pytest.fixture(autouse=True)
def secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WIRE_PASSWORD", "hunter2")


def test_a_whole_configuration_is_read(tmp_path: Path) -> None:
    text = f"""{GOOD}
port = 99
since = 2027-08-01
share = 0.1
desks = ["a", "b"]
mode = "book"
timeout = 2.5
prefix = "gl-"

[storages.main]
adapter = "files"
path = "warehouse"

[references.usgs]
adapter = "files"
path = "prices"

[patience]
retries = 0

[requests]
file = "requests.csv"
defaults = {{buyer = "gm"}}

[ledger]
url = "sqlite:///ledger.db"
"""
    found = read(tmp_path, text)
    wire = found.traders["glencore"].settings
    assert (wire.port, wire.since, wire.share, wire.desks) == (99, date(2027, 8, 1), Fraction(1, 10), ("a", "b"))
    assert (found.traders["glencore"].patience.timeout, found.traders["glencore"].prefix) == (Fraction(5, 2), "gl-")
    assert found.storages["main"].settings.path == Path("warehouse")
    assert (found.storages["main"].patience.retries, found.storages["main"].patience.timeout) == (0, 30)
    assert (found.requests.file, found.requests.defaults) == (Path("requests.csv"), {"buyer": "gm"})
    assert found.ledger is not None and found.ledger.url == "sqlite:///ledger.db"
    assert [str(one) for one in found.counterparties] == ["trader glencore", "storage main", "reference usgs"]


def test_all_mistakes_are_found_at_once_each_with_its_line(tmp_path: Path) -> None:
    found = mistakes(
        tmp_path,
        """[traders.glencore]
adapter = "wire"
url = 3
pasword = {env = "WIRE_PASSWORD"}
mode = "loud"

[storages.main]
adapter = "file"

[traders."two words"]
adapter = "files"
path = "p"
timeout = -1

[trader.x]
adapter = "files"
""",
    )
    assert found == [
        'vault.toml:1: [traders.glencore] `password` is missing: it is {env = "NAME"}',
        "vault.toml:3: [traders.glencore] `url` is a text",
        "vault.toml:4: [traders.glencore] `pasword` is no key here: did you mean `password`?",
        "vault.toml:5: [traders.glencore] `mode` is one of `rfq`, `book`",
        "vault.toml:8: [storages.main] `adapter` is no adapter of storages that is installed: did you mean `files`?",
        "vault.toml:10: [traders.two words] is no name: write letters, digits, - and _",
        "vault.toml:10: [traders.two words] `timeout` is above zero",
        "vault.toml:15: [trader] is no section: did you mean `traders`?",
    ]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('password = "hunter2"', "is a secret, and secrets are never written here"),
        ('password = {env = "NOT_SET"}', "takes its value from the environment, where NOT_SET is not set"),
        ('password = {file = "x"}', 'takes a secret from the environment as {env = "NAME"}'),
        ("password = 3", "is a secret"),
    ],
)
def test_a_secret_comes_from_the_environment_alone(tmp_path: Path, line: str, said: str) -> None:
    (found,) = mistakes(tmp_path, GOOD.replace('password = {env = "WIRE_PASSWORD"}', line))
    assert said in found and "hunter2" not in found


@pytest.mark.parametrize("key", ["url", "dsn"])
def test_a_url_with_a_password_is_refused_and_not_shown(tmp_path: Path, key: str) -> None:
    text = GOOD.replace('url = "wss://desk"\n', "") if key == "url" else GOOD
    (found,) = mistakes(tmp_path, text + f'{key} = "postgresql://me:hunter2@host/db"\n')
    assert "holds a password" in found and "hunter2" not in found


def test_a_ledgers_url_may_come_from_the_environment(tmp_path: Path) -> None:
    found = read(tmp_path, GOOD + '[ledger]\nurl = {env = "WIRE_PASSWORD"}\n')
    assert found.ledger is not None and isinstance(found.ledger.url, Secret)


def test_what_is_no_secret_takes_none(tmp_path: Path) -> None:
    (found,) = mistakes(tmp_path, GOOD + 'port = {env = "WIRE_PASSWORD"}\n')
    assert "`port` is no secret: write its value" in found


def test_nothing_shows_a_secret(tmp_path: Path) -> None:
    found = read(tmp_path, GOOD)
    trader = found.traders["glencore"]
    assert "hunter2" not in repr(found) + repr(trader.settings) + str(trader.settings.password)
    with pytest.raises(AdapterError, match="trader glencore cannot be used: RuntimeError: cannot log in with") as why:
        trader.open()
    assert "hunter2" not in str(why.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "names nobody who could be asked"),
        ("[traders\n", "vault.toml:1: this is not TOML"),
        ("traders = 3\n", "`traders` is a section of its own"),
        ("[traders]\nglencore = 3\n", "[traders] `glencore` is a section of its own"),
        ("[traders.g]\npath = 'x'\n", "does not say its adapter"),
        ("[traders.g]\nadapter = 'files'\npath = 'a\\u0000b'\n".replace("'", '"'), "`path` is a path, as text"),
        ("[traders.g]\nadapter = 'files'\npath = 'x'\nretries = 1000\n", "`retries` is a whole number from 0 to 100"),
        ("[traders.g]\nadapter = 'files'\npath = 'x'\ntimeout = nan\n", "`timeout` is a number"),
        ("[traders.g]\nadapter = 'files'\npath = 'x'\n[requests.defaults]\nbuyr = 'gm'\n", "did you mean `buyer`?"),
        ("[traders.g]\nadapter = 'files'\npath = 'x'\n[requests.defaults]\nbuyer = 3\n", "`buyer` is given as text"),
        ("[traders.g]\nadapter = 'files'\npath = 'x'\nprefix = 3\n", "`prefix` is a text"),
    ],
)
def test_what_cannot_be_used_is_said_in_plain_words(tmp_path: Path, text: str, said: str) -> None:
    (found,) = mistakes(tmp_path, text)
    assert said in found


def test_a_file_that_is_not_there_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no configuration"):
        read_config(tmp_path / "vault.toml", FOUND)
    (tmp_path / "vault.toml").write_bytes(b"\xff")
    with pytest.raises(UsageError, match="no text in UTF-8"):
        read_config(tmp_path / "vault.toml", FOUND)
