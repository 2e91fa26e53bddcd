"""The pytest plugin: every `test` and `always` of a `.vault` file is an item, with its file and line.

pytest loads this module whenever it runs, also where there is no policy: nothing heavy is imported before a file with
tests or laws is collected.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from vault_rules.testing.vault_items import VaultFile

SUFFIX = ".vault"
_HAS_BLOCKS = re.compile(rb'^\s*(?:test|always)\s+"', re.MULTILINE)


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("vault-rules", "policies that test themselves")
    group.addoption("--vault-examples", type=int, metavar="N", help="books that each law of a policy is tried with")
    group.addoption("--vault-seed", type=int, metavar="N", help="where those books begin: the same, the same books")
    parser.addini(
        "vault_files",
        type="args",
        default=["*.vault"],
        help="which files with tests or laws are collected, as patterns read from the right; none where it is empty",
    )
    parser.addini("vault_examples", help="what --vault-examples is where it is not said", default="100")
    parser.addini("vault_seed", help="what --vault-seed is where it is not said", default="0")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> VaultFile | None:
    if file_path.suffix != SUFFIX or not _is_wanted(file_path, parent):
        return None
    from vault_rules.testing.vault_items import VaultFile

    found: VaultFile = VaultFile.from_parent(parent, path=file_path)
    return found


def _is_wanted(file: Path, parent: pytest.Collector) -> bool:
    """A file that was named, and one in a folder where the patterns want it and it has tests or laws."""
    if parent.session.isinitpath(file):
        return True
    if not any(file.match(pattern) for pattern in parent.config.getini("vault_files")):
        return False
    try:
        return _HAS_BLOCKS.search(file.read_bytes()) is not None
    except OSError:
        return True  # to be said where it is collected
