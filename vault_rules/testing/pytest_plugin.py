"""The pytest plugin: every `test` and `always` of a `.vault` file is an item, with its file and line.

pytest loads this module whenever it runs, also where there is no policy: nothing heavy is imported before a file with
tests or laws is collected.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from vault_rules.testing.vault_items import VaultFile

SUFFIX = ".vault"
EXAMPLES, SEED = "200", "0"
"""Those of `vault-rules test`, said once more: what says them there is not loaded here."""
_HAS_BLOCKS = re.compile(rb'^\s*(?:test|always)\s+"', re.MULTILINE)


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("vault-rules", "policies that test themselves")
    group.addoption("--vault-examples", type=int, metavar="N", help="how many books each law of a policy is tried with")
    group.addoption("--vault-seed", type=int, metavar="N", help="which books those are: the same seed, the same books")
    parser.addini(
        "vault_files",
        type="args",
        default=["*.vault"],
        help="which files with tests or laws are collected: patterns, read from the right; empty: those that are named",
    )
    parser.addini("vault_examples", default=EXAMPLES, help="the number of --vault-examples, where it is not given")
    parser.addini("vault_seed", default=SEED, help="the number of --vault-seed, where it is not given")


def pytest_configure(config: pytest.Config) -> None:
    if examples(config) < 1:
        raise pytest.UsageError("--vault-examples, or `vault_examples` in the settings, is at least 1")
    seed(config)


def examples(config: pytest.Config) -> int:
    """How many books a law is tried with. Raises `UsageError` of pytest for what is no number."""
    return _number(config, "vault_examples")


def seed(config: pytest.Config) -> int:
    """Which books they are."""
    return _number(config, "vault_seed")


def _number(config: pytest.Config, name: str) -> int:
    given: int | None = config.getoption(name)
    if given is not None:
        return given
    text = config.getini(name)
    try:
        return int(text)
    except ValueError:
        raise pytest.UsageError(f"`{name}` is a whole number: `{text}` is none") from None


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
        return True  # why it cannot be read is said where it is collected
