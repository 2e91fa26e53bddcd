"""The reference server as its users have it: a process of its own on this machine."""

from __future__ import annotations

import csv
import os
import select
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from vault_rules.adapters.messages import Row
from vault_rules_rest.cli import TOKEN

Tables = Mapping[str, Sequence[Row]]
_PATIENCE = 30


def write_tables(folder: Path, tables: Tables) -> Path:
    """Each table as a CSV file, and nothing else in the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    for name, rows in tables.items():
        columns = list(dict.fromkeys(column for row in rows for column in row.cells))
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns)
            writer.writeheader()
            writer.writerows(dict(row.cells) for row in rows)
    return folder


class Served:
    """A running server. It can be stopped, killed and started again at the same address."""

    def __init__(self, *options: str, token: str | None = None) -> None:
        self._options, self._token = options, token
        self.port = 0
        self.process = self._started()

    def _started(self) -> subprocess.Popen[str]:
        environment = {name: value for name, value in os.environ.items() if name != TOKEN}
        if self._token is not None:
            environment[TOKEN] = self._token
        command = [sys.executable, "-m", "vault_rules_rest", "serve", "--port", str(self.port), *self._options]
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment, bufsize=1
        )
        assert process.stdout is not None
        ready, _, _ = select.select([process.stdout], [], [], _PATIENCE)
        self.url = process.stdout.readline().strip() if ready else ""
        if not self.url:
            process.kill()
            raise AssertionError(f"the server did not start: {process.communicate()[1]}")
        self.port = int(self.url.rpartition(":")[2])
        return process

    def end(self, how: signal.Signals = signal.SIGTERM) -> tuple[int, str, str]:
        """End it; its exit code, and what it said since it told its address."""
        if self.process.poll() is None:
            self.process.send_signal(how)
        out, err = self.process.communicate(timeout=_PATIENCE)
        return self.process.returncode, out, err

    def restart(self, how: signal.Signals = signal.SIGKILL) -> None:
        self.end(how)
        self.process = self._started()
