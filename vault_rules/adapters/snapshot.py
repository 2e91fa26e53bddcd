"""A snapshot of a gathered book: a folder of tables with `snapshot.json`, which says what they must be."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from vault_rules.adapters.bad_file import BadFile
from vault_rules.domain.plan import Missing
from vault_rules.domain.sheet import BadCell

MANIFEST = "snapshot.json"
SCHEMA = "vault-rules/snapshot/1"


def manifest_text(said: Mapping[str, Any]) -> str:
    """What a manifest says, and the hash of that."""
    return json.dumps({**said, "sha256": manifest_hash(said)}, indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def manifest_hash(said: Mapping[str, Any]) -> str:
    """The hash of what a manifest says."""
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def file_hash(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def is_snapshot(folder: Path) -> bool:
    return (folder / MANIFEST).is_file()


def read_manifest(folder: Path) -> Mapping[str, Any]:
    """What the manifest says, its own hash checked. Raises `BadFile` where it was altered, or is none."""
    try:
        said = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        kept = said.pop("sha256")
        good = said["schema"] == SCHEMA and kept == manifest_hash(said) and isinstance(said["files"], dict)
    except (OSError, ValueError, TypeError, AttributeError, KeyError, RecursionError):
        good = False
    if not good:
        raise BadFile("is no manifest of a snapshot, or was altered: take the snapshot as it was written")
    return said  # type: ignore[no-any-return]  # JSON, looked at above


def checked(folder: Path) -> tuple[tuple[Missing, ...], tuple[BadCell, ...]]:
    """Who was missing, and which of its files are not as they were written."""
    try:
        said = read_manifest(folder)
    except BadFile as why:
        return (), (why.cell(MANIFEST),)
    missing = tuple(Missing(one["kind"], one["name"], one["why"]) for one in said["missing"])
    changed = [name for name, hash in said["files"].items() if not _is(folder / name, hash)]
    altered = "is not as the snapshot was written: its hash is another"
    return missing, tuple(BadCell(name, None, None, None, altered) for name in changed)


def _is(path: Path, hash: str) -> bool:
    return path.is_file() and file_hash(path) == hash
