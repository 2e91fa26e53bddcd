"""The README's example does what it says."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
MODULES = {"vault-rules": "vault_rules.cli.main", "vault-rules-sql": "vault_rules_sql.cli"}


def files() -> dict[str, str]:
    """The files of the example, by name: each stands below the line that names it."""
    return dict(re.findall(r"^`(\w+\.\w+)`(?:, [^\n]*)?:\n\n```\w+\n(.*?)^```$", README, re.MULTILINE | re.DOTALL))


def commands() -> list[list[str]]:
    (block,) = re.findall(r"^```console\n(vault-rules-sql load.*?)^```$", README, re.MULTILINE | re.DOTALL)
    return [shlex.split(line) for line in block.splitlines()]


def run(folder: Path, words: list[str], *more: str) -> str:
    script = f"import sys; sys.argv[0] = {words[0]!r}; from {MODULES[words[0]]} import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", script, *words[1:], *more], cwd=folder, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in files().items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_two_commands_lead_from_a_csv_to_a_plan(folder: Path) -> None:
    assert sorted(files()) == ["offers.csv", "requests.csv", "reserve.vault", "vault.toml"]
    load, evaluate = commands()
    assert run(folder, load) == "2 offers stand in glencore.db\n"
    plan = json.loads(run(folder, evaluate, "--format", "json"))
    assert {one["offer"]: one["quantity_kg"] for one in plan["awards"]} == {"a1": "8371.26104", "a2": "3628.73896"}


def test_every_key_of_the_configuration_is_documented() -> None:
    import attrs

    from vault_rules_sql.config import StorageConfig, TraderConfig

    keys = {field.name for kind in (StorageConfig, TraderConfig) for field in attrs.fields(kind)}
    table = re.findall(r"^\| (`.*?) \|", README, re.MULTILINE)
    assert {word for row in table for word in re.findall(r"`(\w+)`", row)} == keys
