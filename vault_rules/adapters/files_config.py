"""What the adapters `files` are told in `vault.toml`."""

from __future__ import annotations

from pathlib import Path

import attrs

from vault_rules.adapters.registration import Setup


@attrs.frozen
class FilesConfig:
    """`path`: a folder, a workbook or a file; `journal`: where holds are kept, else `holds.jsonl` in the folder, or
    beside the file.
    """

    path: Path
    journal: Path | None = None

    def places(self, setup: Setup) -> tuple[Path, Path]:
        """The path and the journal, from the configuration's folder."""
        path = setup.folder / self.path
        beside = path / "holds.jsonl" if path.is_dir() else path.with_suffix(".holds.jsonl")
        return path, beside if self.journal is None else setup.folder / self.journal


@attrs.frozen
class PricesConfig:
    """`path`: a folder or workbook with `benchmarks`, `fx` or both, or a file of benchmarks."""

    path: Path
