"""What `vault.toml` may say, and what is installed."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest

from vault_rules.adapters.config import read_config
from vault_rules.adapters.manager import installed
from vault_rules.errors import ConfigError

README = Path(__file__).parents[1] / "README.md"
RIGHT = {
    "adapter": "fix", "host": "fix.example.net", "port": 9880, "sender": ["VAULT1", "VAULT2"], "target": "TRADER",
}  # fmt: skip


def _config(folder: Path, **changes: object) -> Path:
    lines = [f"{name} = {_toml(value)}" for name, value in (RIGHT | changes).items() if value is not None]
    file = folder / "vault.toml"
    file.write_text("\n".join(["[traders.glencore]", *lines, ""]), encoding="utf-8")
    return file


def _toml(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name} = {_toml(one)}" for name, one in value.items()) + "}"
    return json.dumps(value)  # which is TOML too, but for tables


def test_the_plugin_is_found_and_sound() -> None:
    found = installed().sound().traders["fix"]
    assert found.plugin.origin == "vault-rules-fix"
    assert {one.value for one in found.what.capabilities} == {"trade", "partial", "lapse"}


def test_a_configuration_opens_an_adapter_that_has_connected_to_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GLENCORE_PASSWORD", "open sesame")
    file = _config(tmp_path, username="vault", password={"env": "GLENCORE_PASSWORD"}, heartbeat=10)
    trader = read_config(file, installed()).traders["glencore"]
    assert trader.settings.senders == ("VAULT1", "VAULT2")
    assert "open sesame" not in repr(trader.settings)
    adapter = trader.open()
    adapter.close()
    assert list(tmp_path.iterdir()) == [file], "no folder was made"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"port": 0}, "port"),
        ({"port": "9880"}, "is a whole number"),
        ({"sender": "VAULT ONE"}, "`sender` is a CompID"),
        ({"sender": "../../etc"}, "`sender` is a CompID"),
        ({"sender": ["VAULT1", "VAULT1"]}, "each once"),
        ({"sender": []}, "`sender` is a CompID"),
        ({"target": ""}, "`target` is a CompID"),
        ({"host": "a host"}, "`host` is the name or address of a machine"),
        ({"host": None}, "`host` is missing"),
        ({"password": "open sesame"}, "secrets are never written here"),
        ({"password": {"env": "NOT_SET_ANYWHERE"}}, "NOT_SET_ANYWHERE is not set"),
        ({"username": ""}, "`username` is a text"),
        ({"heartbeat": 0}, "heartbeat"),
        ({"sendr": "VAULT"}, "did you mean `sender`?"),
    ],
)
def test_a_mistake_is_named_and_no_secret_is_shown(tmp_path: Path, changes: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError) as why:
        read_config(_config(tmp_path, **changes), installed())
    assert message in str(why.value).replace("[traders.glencore] ", ""), why.value
    assert "open sesame" not in str(why.value)


def test_the_example_of_the_readme_is_right(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GLENCORE_FIX_PASSWORD", "x")
    (example,) = re.findall(r"```toml\n(.*?)```", README.read_text("utf-8"), re.DOTALL)
    assert tomllib.loads(example)
    file = tmp_path / "vault.toml"
    file.write_text(example, "utf-8")
    assert set(read_config(file, installed()).traders) == {"glencore"}
