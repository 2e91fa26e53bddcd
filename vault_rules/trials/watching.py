"""Waiting until a file changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from time import sleep

State = Mapping[str, tuple[int, int] | None]
"""When each file was last written, in nanoseconds, and its size; None for one that is not there."""

INTERVAL = 0.3
"""Seconds between two looks."""


def state_of(files: Iterable[str]) -> State:
    """What there is of these files now."""
    return {file: _written(file) for file in files}


def _written(file: str) -> tuple[int, int] | None:
    try:
        found = Path(file).stat()
        return found.st_mtime_ns, found.st_size
    except OSError:
        return None


def until_changed(files: Callable[[], Iterable[str]], before: State, wait: Callable[[float], None] = sleep) -> State:
    """Look until a file is another than before, or there are other files; what is so then. `wait` waits seconds."""
    while True:
        now = state_of(files())
        if now != before:
            return now
        wait(INTERVAL)
