"""How much memory markets may take before the one that was longest not looked at is let go."""

from __future__ import annotations

import os
import re
from pathlib import Path

from vault_rules.errors import UsageError

VARIABLE = "VAULT_RULES_MEMORY"
_UNITS = {"": 1, "KB": 2**10, "MB": 2**20, "GB": 2**30, "TB": 2**40}
_UNKNOWN = 2**31


def budget() -> int:
    """What the environment says, in bytes; else half of what the machine has free."""
    said = os.environ.get(VARIABLE, "").strip()
    if not said:
        return _free() // 2
    found = re.fullmatch(r"(\d{1,15})\s*(|KB|MB|GB|TB)", said.upper(), re.ASCII)
    if found is None:
        raise UsageError(f"{VARIABLE} is `{said}`: give a number of bytes, or one such as `4GB`")
    return int(found[1]) * _UNITS[found[2]]


def _free() -> int:
    """What could be had without swapping, where the machine says it."""
    try:
        text = Path("/proc/meminfo").read_text("ascii")
    except (OSError, UnicodeDecodeError):
        return _UNKNOWN
    found = re.search(r"^MemAvailable:\s+(\d+) kB$", text, re.MULTILINE)
    return int(found[1]) * 1024 if found else _UNKNOWN
