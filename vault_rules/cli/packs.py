"""The shipped packs, and a policy of one's own that begins from one of them."""

from __future__ import annotations

import re
from pathlib import Path

import attrs

from vault_rules.domain.spelling import did_you_mean
from vault_rules.errors import UsageError

SIMPLEST = """policy {name} "The cheapest offers, within a budget" {{
  currency USD
}}

use "lib/minerals.vault"

cap budget: spend <= 10mn USD per year

waterfall buying {{
  take all
}}
"""
"""The simplest policy of use; `{name}` is its name."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)


@attrs.frozen
class Pack:
    """A shipped policy: a file with a header, at the top of the shipped policies."""

    name: str
    title: str
    file: Path


def packs() -> tuple[Pack, ...]:
    """All of them, by name."""
    from vault_rules import resources

    found = (_pack(file) for file in sorted(resources.policies_folder().glob("*.vault")))
    return tuple(one for one in found if one is not None)


def _pack(file: Path) -> Pack | None:
    """Only the header is read: listing packs is no time to check them."""
    header = re.search(r'^policy +(\w+) +"([^"]*)"', file.read_text(encoding="utf-8"), re.MULTILINE)
    return None if header is None else Pack(file.stem, header[2], file)


def pack_named(name: str) -> Pack:
    """Raises `UsageError`, with the nearest name, where there is none."""
    known = {one.name: one for one in packs()}
    wanted = name.removesuffix(".vault")
    if wanted in known:
        return known[wanted]
    near = did_you_mean(wanted, known)
    help = f"did you mean `{near}`?" if near else f"there are {', '.join(known)}"
    raise UsageError(f"there is no pack `{name}`: {help}")


def write_policy(path: Path, pack: Pack | None) -> Path:
    """Write a new policy from a pack, or the simplest one, and give its file. Raises `UsageError` for a name that is
    none, and where the file is there already.
    """
    from vault_rules.report.whole_files import write_file

    stem = path.name.removesuffix(".vault")
    name = stem.replace("-", "_")
    if not _NAME.fullmatch(name):
        raise UsageError(f"`{stem}` is no name for a policy: write letters, digits and `_`, first a letter")
    file = path.with_name(f"{stem}.vault")
    if file.exists() or file.is_symlink():
        raise UsageError(f"{file} is there already: take another name")
    text = SIMPLEST.format(name=name) if pack is None else renamed(pack, name)
    write_file(file, text.encode("utf-8"))
    return file


def renamed(pack: Pack, name: str) -> str:
    """A pack's text under another name, with a comment that says where it is from. What it uses is named relative to
    the shipped policies, and so is found from anywhere.
    """
    from vault_rules import __version__
    from vault_rules.api import load_policy

    policy = load_policy(pack.file)
    version = f", version {policy.version}" if policy.version else ""
    origin = f"# From the pack {pack.name}{version}, of vault-rules {__version__}.\n# sha256 {policy.typed.sha256}\n#\n"
    text = pack.file.read_text(encoding="utf-8")
    return origin + re.sub(r"^policy +\w+", f"policy {name}", text, count=1, flags=re.MULTILINE)
