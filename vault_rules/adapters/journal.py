"""A file that only grows: one line for each entry, on disk before anybody hears of it, locked against other processes.

A process killed at any moment leaves whole lines, and at most the beginning of one at the end: nobody was told of that
one, and whoever writes next takes it away.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from vault_rules.errors import Unavailable

if os.name == "nt":  # pragma: no cover  # tests run on POSIX
    import msvcrt

    def _lock(file: IO[bytes]) -> None:
        file.seek(0x7FFFFFFF)
        msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)  # type: ignore[attr-defined, unused-ignore]
else:
    import fcntl

    def _lock(file: IO[bytes]) -> None:
        """Wait until the file is ours alone; it is let go when the file is closed, however that comes about."""
        fcntl.flock(file, fcntl.LOCK_EX)


class Journal:
    """The lines of a file, read once and then only what was added since."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._offset = 0
        self._identity: tuple[int, int] | None = None
        self._file: IO[bytes] | None = None
        self.lines_read = 0

    def exists(self) -> bool:
        return self.path.exists()

    def forget(self) -> None:
        """Read everything anew the next time."""
        self._identity = None

    @contextmanager
    def locked(self) -> Iterator[tuple[bool, list[str]]]:
        """Whether all is to be learnt anew, and the lines that were added since the last time. Until the block ends
        nobody else reads or writes. Raises `Unavailable` where the file cannot be opened.
        """
        with self._opened() as file:
            anew, lines = self._news(file)
            self._file = file
            try:
                yield anew, lines
            finally:
                self._file = None

    def append(self, line: str) -> None:
        """Add a line, within `locked`; it is on the disk when this returns. Raises `Unavailable` where it is not."""
        assert self._file is not None
        data = line.encode("utf-8") + b"\n"
        try:
            self._file.seek(self._offset)
            self._file.write(data)
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError as why:
            self._file.truncate(self._offset)
            raise Unavailable(f"{self.path.name} cannot be written: {why.strerror}") from None
        self._offset += len(data)
        self.lines_read += 1

    @contextmanager
    def _opened(self) -> Iterator[IO[bytes]]:
        try:
            is_new = not self.path.exists()
            file = os.fdopen(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o644), "r+b", buffering=0)
            if is_new:
                _settle(self.path.parent)
        except OSError as why:
            raise Unavailable(f"{self.path.name} cannot be opened: {why.strerror}") from None
        with file:
            _lock(file)
            yield file

    def _news(self, file: IO[bytes]) -> tuple[bool, list[str]]:
        found = os.fstat(file.fileno())
        identity = (found.st_dev, found.st_ino)
        anew = identity != self._identity or found.st_size < self._offset
        if anew:
            self._offset, self._identity, self.lines_read = 0, identity, 0
        file.seek(self._offset)
        data = file.read()
        whole = data.rfind(b"\n") + 1
        if whole < len(data):
            file.truncate(self._offset + whole)
        try:
            lines = data[:whole].decode("utf-8").split("\n")[:-1]
        except UnicodeDecodeError:
            raise Unavailable(f"{self.path.name} is damaged: it holds what is no text") from None
        self._offset += whole
        self.lines_read += len(lines)
        return anew, lines


def _settle(folder: Path) -> None:
    """Make the name of a new file last; where a folder cannot be opened (Windows) it does so by itself."""
    if os.name != "nt":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
