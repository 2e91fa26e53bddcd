"""The diagnostic codes: a table of all of them, and a page for each in `pages/`.

Codes go by hundreds: V01 reading, V02 names and kinds of value, V03 rules together, V04 warnings, V05 evaluation.
A code that has been published is never given another meaning.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

import attrs

from vault_rules import resources
from vault_rules.source.diagnostic import ERROR


@attrs.frozen
class Code:
    """A kind of mistake. `title` names it in a few words, as its page does."""

    code: str
    title: str
    severity: str = ERROR


@attrs.frozen
class Page:
    """A code's page, taken apart. `wrong` and `right` are whole pieces of policy."""

    code: str
    title: str
    severity: str
    meaning: str
    wrong: str
    right: str


def _table(*codes: Code) -> Mapping[str, Code]:
    table = {one.code: one for one in codes}
    if len(table) != len(codes):
        raise ValueError("a diagnostic code stands twice in the table")
    return MappingProxyType(table)


CODES: Mapping[str, Code] = _table(
    Code("V0203", "comparing two different kinds of value"),
)

_PAGE = re.compile(
    r"# (?P<code>V[0-9]{4}): (?P<title>[^\n]+)\n\n"
    r"Severity: (?P<severity>error|warning)\n\n"
    r"## What it means\n\n(?P<meaning>.+?)\n\n"
    r"## Wrong\n\n```vault\n(?P<wrong>.+?)```\n\n"
    r"## Right\n\n```vault\n(?P<right>.+?)```\n",
    re.DOTALL,
)


def explain_page(code: str) -> str | None:
    """The page of a code, as Markdown; None for a code that does not exist."""
    return resources.code_page(code)


def read_page(text: str) -> Page:
    """Take a page apart. Raises `ValueError` where it is not laid out as all pages are."""
    found = _PAGE.fullmatch(text)
    if found is None:
        heading = text.partition("\n")[0]
        raise ValueError(f"{heading!r} is not laid out as a page: heading, severity, What it means, Wrong, Right")
    return Page(**found.groupdict())
