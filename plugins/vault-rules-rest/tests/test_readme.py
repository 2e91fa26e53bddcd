"""What the README says is so: its commands are run, its keys and limits are those of the code."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import attrs
import pytest

from tests.rest_support.served import Served
from vault_rules.adapters.config import read_config
from vault_rules.adapters.manager import installed
from vault_rules_rest.call import SMALL
from vault_rules_rest.cli import TOKEN, main
from vault_rules_rest.config import RestConfig
from vault_rules_rest.document import document
from vault_rules_rest.paging import MOST_PAGES

PLUGIN = Path(__file__).parent.parent
README = (PLUGIN / "README.md").read_text(encoding="utf-8")


def block(heading: str, kind: str) -> str:
    part = README.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    found = re.search(rf"```{kind}\n(.*?)```", part, re.DOTALL)
    assert found is not None
    return found[1]


def test_the_two_commands_give_a_plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    serve, evaluate = block("In two commands", "console").splitlines()
    folder = tmp_path / "example"
    shutil.copytree(PLUGIN / "example", folder)
    monkeypatch.chdir(folder)
    program, command, *options = serve.split()
    assert (program, command, options[-2:]) == ("vault-rules-rest", "serve", ["--port", "8123"])
    server = Served(*options[:-2])
    try:
        config = (folder / "vault.toml").read_text(encoding="utf-8")
        assert "http://127.0.0.1:8123" in config
        (folder / "vault.toml").write_text(config.replace("http://127.0.0.1:8123", server.url), encoding="utf-8")
        done = subprocess.run(
            [sys.executable, "-m", "vault_rules", *evaluate.split()[1:]], capture_output=True, text=True, timeout=120
        )
    finally:
        assert server.end()[0] == 0
    assert done.returncode == 0, done.stderr
    lines = [" ".join(line.split()) for line in done.stdout.splitlines()]
    assert "r1 co-1 acme cobalt all 10,000 34.5 - 345,000.00" in lines
    assert "nola 2 12,000 175.20" in lines


def test_the_example_of_a_configuration_is_right(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GLENCORE_TOKEN", "t")
    (tmp_path / "vault.toml").write_text(block("Configuration", "toml"), encoding="utf-8")
    config = read_config(tmp_path / "vault.toml", installed().sound())
    assert [str(one) for one in config.counterparties] == ["trader acme", "trader glencore", "storage nola"]


def test_every_key_has_its_row_with_its_default() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| (.*) \|$", README, re.MULTILINE))
    fields = attrs.fields_dict(RestConfig)
    assert set(rows) == set(fields)
    for name in ("attempts", "page", "max_bytes"):
        assert f": {fields[name].default:,}" in rows[name]


def test_every_path_has_its_row() -> None:
    rows = {(method, path) for method, path in re.findall(r"`(GET|POST) (/v1/[\w/]+)", README)}
    assert rows == {
        (method.upper(), path)
        for path, item in document()["paths"].items()
        for method in item
        if not path.endswith(("/status", "/health"))
    }


def test_every_option_and_limit_is_said() -> None:
    options = [flag for command in main.commands.values() for option in command.params for flag in option.opts]
    assert [one for one in options if f"`{one}`" not in README and f"`{one}:" not in README] == []
    assert f"{MOST_PAGES:,}" in README and f"{SMALL >> 10} KiB" in README and TOKEN in README


def test_every_link_leads_somewhere() -> None:
    assert [link for link in re.findall(r"\]\(([^)#]+)", README) if not (PLUGIN / link).exists()] == []
