"""What is kept of a run beside the ledger: a snapshot of the book, with the policy and the plan in the same folder."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from vault_rules.adapters.bad_file import BadFile
from vault_rules.adapters.snapshot import read_manifest
from vault_rules.api import Policy, check_source, read_book, usable
from vault_rules.domain.book import Book
from vault_rules.errors import UsageError
from vault_rules.gathering.gathered import Gathered
from vault_rules.source.text import Source

POLICY, PLAN = "policy.json", "plan.json"


def keep(folder: Path, gathered: Gathered, policy: Policy, plan: str, prior_awards: int) -> Path:
    """Keep all that a plan was made of, and the plan; of the book's prior awards so many are of no ledger."""
    from vault_rules.report.whole_files import write_file

    gathered.keep(folder)
    said = {"root": next(iter(policy.files)), "files": policy.files, "prior_awards": prior_awards}
    text = json.dumps(said, indent=2, ensure_ascii=False)
    write_file(folder / POLICY, text.encode("utf-8", "surrogatepass"))
    write_file(folder / PLAN, plan.encode("utf-8"))
    return folder


def kept_plan(folder: Path) -> str:
    """The plan as JSON, as it was made. Raises `UsageError` where it is not there."""
    return _text(folder / PLAN)


def kept_book(folder: Path) -> tuple[Book, Mapping[str, Any]]:
    """The book, and what its manifest says. Raises `UsageError` where there is none, `BookError` where it was
    altered.
    """
    if not folder.is_dir():
        raise UsageError(f"what the run was made of is not there any more: {folder}")
    book = read_book(folder)
    try:
        return book, read_manifest(folder)
    except BadFile as why:
        raise UsageError(f"{folder} {why}") from None


def kept_policy(folder: Path, parameters: Mapping[str, str]) -> tuple[Policy, int]:
    """The policy as it was, and how many of the book's prior awards are of no ledger.

    Raises `PolicyError` where it cannot be used any more, `UsageError` where it is not there.
    """
    try:
        said = json.loads(_text(folder / POLICY))
        root, files, prior_awards = said["root"], said["files"], int(said["prior_awards"])
        text = files[root]
    except (ValueError, KeyError, TypeError):
        raise UsageError(f"{folder / POLICY} holds no policy: it was altered") from None

    def find(beside: Source, path: str) -> Source | None:
        near = posixpath.normpath(posixpath.join(posixpath.dirname(beside.role), path))
        role = next((role for role in (near, path) if role in files), None)
        return None if role is None else Source(role, files[role], role)

    return usable(*check_source(Source(root, text, root), find), parameters), prior_awards


def _text(file: Path) -> str:
    try:
        return file.read_bytes().decode("utf-8", "surrogatepass")
    except (OSError, UnicodeDecodeError):
        raise UsageError(f"what the run was made of is not there any more: {file}") from None
