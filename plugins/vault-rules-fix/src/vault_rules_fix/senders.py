"""Which of our CompIDs is free: a session can be open once only, whoever opens it, so each is locked while it is."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from time import monotonic, sleep
from typing import IO

from vault_rules.errors import Unavailable

if os.name == "nt":  # pragma: no cover  # tests run on POSIX
    import msvcrt

    def _lock(file: IO[bytes]) -> None:
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined, unused-ignore]
else:
    import fcntl

    def _lock(file: IO[bytes]) -> None:
        """Lock the file, or raise `OSError`; it is let go when the file is closed, however that comes about."""
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


class Sender:
    """A CompID that is ours until it is given back. `folder` keeps the sequence numbers of its session."""

    def __init__(self, name: str, folder: Path, file: IO[bytes]) -> None:
        self.name, self.folder, self._file = name, folder, file

    def give_back(self) -> None:
        self._file.close()


def take_sender(names: Sequence[str], folder: Path, ends: float) -> Sender:
    """The first that is free. Raises `Unavailable` where none is until then, or the folder cannot be used."""
    while True:
        for name in names:
            found = _take(name, folder / name)
            if found is not None:
                return found
        if monotonic() >= ends:
            busy = f"the session {names[0]} is" if len(names) == 1 else f"all {len(names)} sessions are"
            raise Unavailable(f"{busy} in use by another program: name more CompIDs in `sender`")
        sleep(0.02)


def _take(name: str, folder: Path) -> Sender | None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = (folder / "lock").open("ab")
    except OSError as why:
        raise Unavailable(f"the folder `state` cannot be used: {why.strerror}") from None
    try:
        _lock(file)
    except OSError:
        file.close()
        return None
    return Sender(name, folder, file)
