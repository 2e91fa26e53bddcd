"""A new plugin from templates: a distribution whose adapter works from the first minute."""

from __future__ import annotations

import re
from pathlib import Path
from string import Template

from vault_rules.errors import UsageError

_FILES = Path(__file__).parent / "files"
_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", re.ASCII)
_PLACES = {
    "pyproject.toml": "pyproject",
    "README.md": "readme",
    "src/{module}/__init__.py": "init",
    "src/{module}/py.typed": None,
    "src/{module}/plugin.py": "plugin_{kind}",
    "src/{module}/adapter.py": "adapter_{kind}",
    "tests/test_{short}.py": "tests_{kind}",
}
"""Where each file goes, and the template of it."""


def write_plugin(name: str, kind: str, output: Path | None) -> Path:
    """Write the distribution and give its folder. Raises `UsageError` for a name that is none, or a folder in use."""
    if len(name) > 40 or not _NAME.fullmatch(name):
        raise UsageError(f"`{name}` is no name for a plugin: write small letters, digits and single hyphens")
    folder = Path(f"vault-rules-{name}") if output is None else output
    if folder.exists():
        raise UsageError(f"{folder} is there already: take another folder")
    from vault_rules.report.whole_files import write_file

    for place, text in plugin_files(name, kind).items():
        write_file(folder / place, text.encode("utf-8"))
    return folder


def plugin_files(name: str, kind: str) -> dict[str, str]:
    """Each file's place in the distribution, and its text."""
    short = name.replace("-", "_")
    title = "".join(part.capitalize() for part in name.split("-"))
    words = {"name": name, "short": short, "module": f"vault_rules_{short}", "title": title, "kind": kind}
    found = {}
    for place, template in _PLACES.items():
        text = "" if template is None else (_FILES / f"{template.format(**words)}.txt").read_text(encoding="utf-8")
        found[place.format(**words)] = Template(text).substitute(words)
    return found
