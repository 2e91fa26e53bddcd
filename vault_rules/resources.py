"""What ships beside the code: the grammar, the policies, a page for each diagnostic code.

Installed, `grammar/` and `policies/` lie inside the package; in a checkout they lie beside it, at the top.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path, PurePosixPath

from vault_rules.errors import UsageError

_PACKAGE = Path(__file__).resolve().parent
_PAGES = _PACKAGE / "source" / "pages"
_CODE = re.compile(r"V[0-9]{4}", re.ASCII)


def grammar_text() -> str:
    """The grammar of the policy language."""
    return (_folder("grammar") / "vault.lark").read_text(encoding="utf-8")


def grammar_tables_file() -> Path:
    """The parser's tables, made from the grammar by `vault_rules.language.make_tables`."""
    return _folder("grammar") / "vault.tables.json"


def policies_folder() -> Path:
    """The folder of the shipped policies: the flagship, `lib/`, `books/`."""
    return _folder("policies")


def shipped_policy(relative: str) -> Path | None:
    """The shipped file of this name, such as `lib/minerals.vault`; None for what is not there or lies elsewhere."""
    parts = PurePosixPath(relative).parts
    if not parts or parts[0] == "/" or ".." in parts or "\\" in relative:
        return None
    folder = policies_folder()
    try:
        file = folder.joinpath(*parts).resolve()
        return file if file.is_relative_to(folder) and file.is_file() else None
    except (OSError, ValueError):  # a name no file can have: too long, or with a null character
        return None


def code_page(code: str) -> str | None:
    """The page of a diagnostic code, as Markdown; None where there is none."""
    page = _PAGES / f"{code}.md"
    return page.read_text(encoding="utf-8") if _CODE.fullmatch(code) and page.is_file() else None


def code_pages() -> tuple[str, ...]:
    """The codes that have a page."""
    return tuple(sorted(page.stem for page in _PAGES.glob("V*.md")))


@cache
def _folder(name: str) -> Path:
    for parent in (_PACKAGE, _PACKAGE.parent):
        if (parent / name).is_dir():
            return parent / name
    raise UsageError(f"this installation is not whole: it has no folder `{name}`; install vault-rules again")
