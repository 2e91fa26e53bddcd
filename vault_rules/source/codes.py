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
from vault_rules.source.diagnostic import ERROR, WARNING


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
    Code("V0101", "a statement that cannot be read"),
    Code("V0102", "a word that begins no statement"),
    Code("V0103", "a day that is not in the calendar"),
    Code("V0104", "`and` beside `or`"),
    Code("V0105", "`until`"),
    Code("V0106", "something is not closed"),
    Code("V0107", "a number that is not written as numbers are"),
    Code("V0108", "an unknown unit"),
    Code("V0109", "the same thing said twice"),
    Code("V0110", "a cap that is a floor, or a target that is a ceiling"),
    Code("V0111", "a row of the wrong length"),
    Code("V0112", "comparisons in a chain"),
    Code("V0113", "an operator of another language"),
    Code("V0114", "a clause that does not belong here"),
    Code("V0115", "a character without meaning"),
    Code("V0116", "a file that cannot be read"),
    Code("V0117", "too much nesting"),
    Code("V0201", "an unknown name"),
    Code("V0202", "a name defined twice"),
    Code("V0203", "comparing two different kinds of value"),
    Code("V0204", "another kind of value than this place takes"),
    Code("V0205", "an unknown country"),
    Code("V0206", "a function or reference that is asked for something else"),
    Code("V0207", "an unknown column"),
    Code("V0208", "a set of different things"),
    Code("V0209", "days beside months"),
    Code("V0210", "a file that is not there"),
    Code("V0211", "files that use each other"),
    Code("V0212", "a definition that needs itself"),
    Code("V0213", "a name that is already taken"),
    Code("V0215", "a value that may not be there"),
    Code("V0216", "reading what is not known yet"),
    Code("V0217", "a compared price of another form"),
    Code("V0219", "an unknown currency, or no header"),
    Code("V0220", "dividing by zero"),
    Code("V0301", "two waterfalls in force"),
    Code("V0302", "a gap between waterfalls"),
    Code("V0303", "two routes in force"),
    Code("V0304", "two stores in force"),
    Code("V0305", "exceptions that clash"),
    Code("V0306", "an exception without a reason"),
    Code("V0307", "an exception in another form than its rule"),
    Code("V0308", "a step that is never reached"),
    Code("V0309", "a tier that is never reached"),
    Code("V0310", "a share that does not say of what"),
    Code("V0311", "a cap of what will have been purchased"),
    Code("V0312", "splitting what cannot be split"),
    Code("V0313", "a share of value before anything is bought"),
    Code("V0314", "dates that leave no day"),
    Code("V0315", "a table that contradicts itself"),
    Code("V0316", "a premium over nothing"),
    Code("V0318", "a step that cannot be told"),
    Code("V0319", "a test or law about what is not there"),
    Code("V0320", "a waterfall without steps"),
    Code("V0401", "a definition that nothing reads", WARNING),
    Code("V0402", "an exception without an end", WARNING),
    Code("V0403", "a reference without a depth", WARNING),
    Code("V0404", "a step measured against its own offers", WARNING),
    Code("V0405", "a benchmark of any age", WARNING),
    Code("V0406", "a tier that no step takes", WARNING),
    Code("V0407", "a test that expects nothing", WARNING),
    Code("V0501", "no waterfall in force"),
    Code("V0502", "two rules in force at once"),
    Code("V0503", "a compared price that does not rise with the price"),
    Code("V0504", "no exchange rate"),
    Code("V0505", "a value of thousands of digits"),
    Code("V0506", "a plugin's function that gives no value"),
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
