"""What `vault.toml` says of a counterparty over HTTP; mistakes are found before anybody is asked."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from vault_rules.adapters.config import read_config
from vault_rules.adapters.manager import installed
from vault_rules.errors import ConfigError
from vault_rules_rest.storage import RestStorage
from vault_rules_rest.trader import RestTrader

TOKEN = "s3cr3t-t0ken"


def config_of(folder: Path, text: str) -> Path:
    path = folder / "vault.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_adapters_are_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACME_TOKEN", TOKEN)
    text = """
[traders.acme]
adapter = "rest"
url = "https://rfq.acme.example/desk"
token = {env = "ACME_TOKEN"}
attempts = 5
[storages.nola]
adapter = "rest"
url = "http://localhost:8080"
"""
    config = read_config(config_of(tmp_path, text), installed().sound())
    trader, storage = config.traders["acme"], config.storages["nola"]
    assert TOKEN not in f"{config!r} {trader.settings!r}"
    assert isinstance(trader.open(), RestTrader) and isinstance(storage.open(), RestStorage)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('url = "rfq.acme.example"', "`url` is an address such as https://rfq.acme.example"),
        ('url = "ftp://rfq.acme.example"', "`url` is an address such as"),
        ('url = "https://"', "`url` is an address such as"),
        ('url = "https://[::1"', "`url` is no address"),
        ('url = "https://acme.example:port"', "`url` is no address"),
        ('url = "https://acme.example:99999"', "`url` is no address"),
        ('url = "https://user@acme.example"', "`url` holds a user or a password"),
        ('url = "https://acme.example/?a=b"', "`url` ends with its path"),
        ('url = "https://acme.example/#a"', "`url` ends with its path"),
        ('url = "https://acme.example/a b"', "`url` holds a letter that no address has"),
        ('url = "https://ac\\\\me.example"', "`url` holds a letter that no address has"),
        ('url = "http://acme.example"', "`url` is not encrypted: outside of this machine only https:// is used"),
        ('url = "http://127.0.0.1.acme.example"', "`url` is not encrypted"),
        ('url = "http://10.0.0.1"', "`url` is not encrypted"),
        ('url = "https://a.example"\nattempts = 0', "`attempts` is a whole number from 1 to 10"),
        ('url = "https://a.example"\npage = 5000', "`page` is a whole number from 1 to 1,000"),
        ('url = "https://a.example"\nmax_bytes = 1', "`max_bytes` is a whole number from 1,000"),
        ('url = "https://a.example"\ntoken = "s3cr3t-t0ken"', "is a secret, and secrets are never written here"),
        ('url = "https://a.example"\ntoken = {env = "BAD"}', "`token` is <secret from BAD>, which holds what no token"),
        ('url = "https://u:s3cr3t-t0ken@a.example"', "holds a password"),
    ],
)
def test_a_mistake_is_said_and_no_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str, words: str
) -> None:
    monkeypatch.setenv("BAD", f"{TOKEN}\r\nX: y")
    with pytest.raises(ConfigError) as caught:
        read_config(config_of(tmp_path, f'[traders.acme]\nadapter = "rest"\n{line}\n'), installed().sound())
    assert words in str(caught.value) and TOKEN not in str(caught.value)


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "http://[::1]:1", "http://localhost", "https://acme.example"])
def test_this_machine_may_be_asked_in_clear(tmp_path: Path, url: str) -> None:
    path = config_of(tmp_path, f'[traders.acme]\nadapter = "rest"\nurl = "{url}"\n')
    assert read_config(path, installed().sound()).traders["acme"].settings.url == url


def test_the_plugin_loads_no_http_before_it_is_used() -> None:
    script = (
        "import sys; from vault_rules.adapters.manager import installed; installed().sound();"
        "print(sorted({'httpx2', 'starlette', 'uvicorn', 'polars'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.stderr) == ("[]\n", "")
