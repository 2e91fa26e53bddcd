"""What is shipped, tried at less cost: the demo once a process, commands on a part of the large book."""

from __future__ import annotations

import shutil
import time
from functools import cache
from pathlib import Path

import attrs

from tests.support.command import Done, vault_rules
from vault_rules import resources

KEPT = {"offers": 20, "requests": 6}
"""Of these tables the small book has the first row and every so-many-th after it."""


@attrs.frozen
class Demo:
    """What the demo left behind, and the seconds that the processor was busy with it."""

    done: Done
    seconds: float


@cache
def demo() -> Demo:
    """`vault-rules demo`, on all that is shipped."""
    start = time.process_time()
    done = vault_rules("demo")
    return Demo(done, time.process_time() - start)


def with_a_small_book(folder: Path) -> Path:
    """The shipped policies and books as `policies` in a folder, with a part of the large book under its name: enough
    to show that a command works, in a tenth of the time.
    """
    policies = folder / "policies"
    shutil.copytree(resources.policies_folder(), policies)
    for table, step in KEPT.items():
        file = policies / "books" / "vault_2026" / f"{table}.csv"
        head, *rows = file.read_text(encoding="utf-8").splitlines(keepends=True)
        file.write_text(head + "".join(rows[::step]), encoding="utf-8")
    return policies
