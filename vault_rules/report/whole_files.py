"""Files and folders written whole or not at all: beside their place first, then moved over it."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from uuid import uuid4


def write_file(path: Path, content: bytes) -> None:
    """As `write_pieces`, all at once."""
    write_pieces(path, (content,))


def write_pieces(path: Path, pieces: Iterable[bytes]) -> None:
    """Write a file; one that is there keeps its permissions, a link its place, and a device or pipe is written to."""
    path = Path(os.path.realpath(path))
    if path.exists() and not path.is_file():
        with path.open("wb") as file:
            file.writelines(pieces)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = _beside(path)
    try:
        _new(beside, pieces)
        if path.exists():
            shutil.copymode(path, beside)
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def write_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files into a folder. A new one appears whole; in one that is there only these files are replaced."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    is_new = not folder.exists()
    for name in files:
        if (folder / name).is_dir():
            raise IsADirectoryError(errno.EISDIR, "it is a folder", str(folder / name))
    beside = _beside(folder) if is_new else _beside(folder / "tables")
    try:
        beside.mkdir()
        for name, content in files.items():
            _new(beside / name, (content,))
        if is_new:
            beside.rename(folder)
        else:
            for name in files:
                (beside / name).replace(folder / name)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _beside(path: Path) -> Path:
    return path.with_name(f".{uuid4().hex}.new")  # without its name, which may be as long as names can be


def _new(path: Path, pieces: Iterable[bytes]) -> None:
    with path.open("xb") as file:
        file.writelines(pieces)
        file.flush()
        os.fsync(file.fileno())
