"""The whole command, killed again and again on its way, and gone on with each time."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support.command import vault_rules
from tests.support.reserve import write_reserve

RUN = "august"
PLACES = ("glencore", "traxys", "warehouse")
WORDS = ("execute", "reserve.vault", "--config", "vault.toml", "--requests", "requests.csv", "--as-of", "2027-08-01")


@pytest.mark.slow
def test_it_comes_to_the_same_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_reserve(tmp_path)
    kills = sum(killed_at(tmp_path, lines) for lines in (0, 0, *range(1, 13)))
    done = resumed()
    assert done.returncode == 0, done.stderr
    assert kills > 5
    assert vault_rules("ledger", "verify").code == 0
    assert vault_rules("ledger", "replay", RUN).code == 0
    states = {place: last_words(tmp_path / place) for place in PLACES}
    assert {one["state"] for of in states.values() for one in of} == {"confirmed"}
    sold = {place: sorted((one["subject"], one["quantity"]) for one in of) for place, of in states.items()}
    assert sold["glencore"] == [("g1", "9750")] and sold["traxys"] == [("t1", "5250")]
    assert sum(int(quantity) for _, quantity in sold["warehouse"]) == 15_000
    entries = json.loads(vault_rules("ledger", "show", "--format", "json").out)
    bought = [entry["payload"]["quantity_kg"] for entry in entries if entry["kind"] == "award"]
    assert sorted(bought) == ["5250", "9750"]


def killed_at(folder: Path, lines: int) -> bool:
    """Start it, or go on, and kill it once the counterparties have written so many lines: whether it came to that."""
    has_begun = (folder / "vault.ledger").exists() and RUN in vault_rules("ledger", "runs").out
    words = ("execute", "--config", "vault.toml", "--resume", RUN) if has_begun else (*WORDS, "--yes", "--run", RUN)
    process = subprocess.Popen([sys.executable, "-m", "vault_rules", *words], stdout=subprocess.DEVNULL)
    while process.poll() is None:
        if written(folder) >= lines and (lines or any(folder.glob("snapshots/*"))):
            os.kill(process.pid, signal.SIGKILL)
            break
        time.sleep(0.0005)
    return process.wait() == -signal.SIGKILL


def resumed() -> subprocess.CompletedProcess[str]:
    words = ("execute", "--config", "vault.toml", "--resume", RUN)
    return subprocess.run([sys.executable, "-m", "vault_rules", *words], capture_output=True, text=True, check=False)


def written(folder: Path) -> int:
    journals = (folder / place / "holds.jsonl" for place in PLACES)
    return sum(journal.read_bytes().count(b"\n") for journal in journals if journal.exists())


def last_words(folder: Path) -> list[dict[str, str]]:
    lines = (folder / "holds.jsonl").read_text(encoding="utf-8").splitlines()
    return list({entry["key"]: entry for entry in map(json.loads, lines)}.values())
