"""The entry points of plugins: looked for once in a process, and nothing is imported for it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

GROUP = "vault_rules"


@cache
def installed_points() -> tuple[EntryPoint, ...]:
    """Those of this installation. Most have none, and then nobody need wait for what plugins need."""
    from importlib.metadata import entry_points

    return tuple(entry_points(group=GROUP))
