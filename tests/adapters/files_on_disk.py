"""Tables of a counterparty as files, for the built-in adapters."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

from vault_rules.adapters.messages import Row


def write_tables(folder: Path, tables: Mapping[str, Sequence[Row]]) -> Path:
    """The folder, with a CSV file for each table."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in tables.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0].cells), lineterminator="\n")
            writer.writeheader()
            writer.writerows(row.cells for row in rows)
    return folder
