"""The files that a policy is made of: read as text, found beside each other or among the shipped ones."""

from __future__ import annotations

from pathlib import Path

from vault_rules import resources
from vault_rules.errors import UsageError
from vault_rules.semantics.load import Find
from vault_rules.source.diagnostic import ERROR, Diagnostic
from vault_rules.source.text import Source, Span

MAX_FILE_BYTES = 20_000_000


def read_source(path: str | Path) -> tuple[Source, tuple[Diagnostic, ...]]:
    """A file's text. Raises `UsageError` where there is none; a file that is no text gives a diagnostic."""
    file = Path(path)
    name = str(path).replace("\\", "/")
    if not name:
        raise UsageError("the name of the file is blank")
    if file.is_dir():
        first = min((one.name for one in file.glob("*.vault") if one.is_file()), default=None)
        instead = (
            "there is no policy in it" if first is None else f"name a policy in it, as in {name.rstrip('/')}/{first}"
        )
        raise UsageError(f"{name} is a folder: {instead}")
    if file.is_symlink() and not file.exists():
        raise UsageError(f"{name} is a link to a file that is not there")
    if not file.exists():
        raise UsageError(f"there is no file {name}")
    if not file.is_file():
        raise UsageError(f"{name} is no file but a pipe, a socket or a device")
    text, why = _text(file)
    source = Source(name, text, file.name)
    if why:
        return source, (Diagnostic("V0116", ERROR, why, Span(source, 0, 0), help="a policy is a text file in UTF-8"),)
    return source, ()


def _text(file: Path) -> tuple[str, str]:
    try:
        if file.stat().st_size > MAX_FILE_BYTES:
            return "", "this file is too large to be a policy"
        return file.read_bytes().decode("utf-8-sig"), ""
    except UnicodeDecodeError:
        return "", "this file is not text"
    except OSError as error:
        return "", f"this file cannot be read: {error.strerror}"


def finder(root: Source) -> Find:
    """Where files that a policy uses are found: beside the file that names it, else among the shipped policies. A file
    is the same however it is reached.
    """
    folder = Path(root.name).parent
    known: dict[Path, Source | None] = {Path(root.name).resolve(): root}

    def find(beside: Source, path: str) -> Source | None:
        if "\0" in path or not path.endswith((".vault", ".csv")):
            return None  # a policy shows lines of what it uses: it reads policies and tables, not whatever there is
        near = Path(beside.name).parent / path
        file = near if near.is_file() else resources.shipped_policy(path)
        if file is None:
            return None
        place = file.resolve()
        if place not in known:
            known[place] = _source(file, _role(file, folder, path) if file is near else path)
        return known[place]

    return find


def _role(file: Path, folder: Path, path: str) -> str:
    """A file's place relative to the policy's folder, or to the shipped policies, with `/`; as it was named where it
    lies elsewhere.
    """
    place = file.resolve()
    for whole in (folder, resources.policies_folder()):
        if place.is_relative_to(whole.resolve()):
            return place.relative_to(whole.resolve()).as_posix()
    return path


def _source(file: Path, role: str) -> Source | None:
    text, why = _text(file)
    return None if why else Source(str(file).replace("\\", "/"), text, role)
