"""On what a run was made: nothing in it names the machine or where anything lies."""

from __future__ import annotations

import os
import platform
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGES = (
    "vault-rules polars numpy duckdb zen-engine common-expression-language cel-expr-python rule-engine cedarpy"
).split()


def describe() -> dict[str, str]:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    found = {
        "CPU": _cpu(),
        "cores": str(os.cpu_count()),
        "memory": f"{memory:.0f} GiB",
        "system": f"{platform.system()} {platform.machine()}",
        "Python": platform.python_version(),
        "load when it began": " ".join(f"{one:.1f}" for one in os.getloadavg()),
    }
    return found | {name: _version(name) for name in PACKAGES}


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or "unknown"
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def recommended() -> str | None:
    """What makes a run worth less, if anything does."""
    busy = os.getloadavg()[0] > 0.5
    return "the machine is busy: the figures will be worth less" if busy and sys.platform != "win32" else None
