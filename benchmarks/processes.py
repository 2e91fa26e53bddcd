"""Whole processes: how long they take, and how much memory they hold at the most."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

CHECKOUT = Path(__file__).resolve().parent.parent
_KIB = 1024
_RESET_PEAK = Path("/proc/self/clear_refs")
_STATUS = Path("/proc/self/status")


def measured(command: Sequence[str]) -> tuple[float, int]:
    """Seconds and peak bytes of a command; its output is thrown away. Raises where it does not end well."""
    launcher = [sys.executable, "-I", "-S", str(Path(__file__).with_name("launcher.py"))]
    done = subprocess.run(
        [*launcher, *command], capture_output=True, text=True, cwd=CHECKOUT, check=True, env=_with_bytecode()
    )
    found = json.loads(done.stdout)
    if found["code"]:
        raise RuntimeError(f"{' '.join(command)}: exit code {found['code']}: {found['said']}")
    return found["seconds"], found["peak"]


def _with_bytecode() -> dict[str, str]:
    """An environment in which Python keeps what it compiles, as it does of an installed package, also where it is told
    not to: else each start compiles the whole package anew.
    """
    env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return env | {"PYTHONPYCACHEPREFIX": _bytecode().name}


@cache
def _bytecode() -> TemporaryDirectory[str]:
    return TemporaryDirectory(prefix="vault-rules-bytecode-")


def asked(job: str, **arguments: Any) -> dict[str, Any]:
    """What a job of `benchmarks.worker` found out, in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.worker", json.dumps({"job": job, **arguments})]
    done = subprocess.run(command, capture_output=True, text=True, cwd=CHECKOUT, check=False)
    if done.returncode:
        raise RuntimeError(f"{job} {arguments}: {done.stderr[-2000:]}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def forget_peak() -> int:
    """Begin anew with the peak, where the system can, and give the bytes that are held now."""
    try:
        _RESET_PEAK.write_text("5", encoding="ascii")
    except OSError:
        return peak()
    return _status("VmRSS")


def peak() -> int:
    """The most bytes that this process has held."""
    return _status("VmHWM") if _STATUS.exists() else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _KIB


def _status(name: str) -> int:
    for line in _STATUS.read_text(encoding="ascii").splitlines():
        if line.startswith(name + ":"):
            return int(line.split()[1]) * _KIB
    raise RuntimeError(f"the system does not say {name}")
