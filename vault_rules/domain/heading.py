"""The first row of a sheet: which columns it names, and what is wrong with how it does."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet

import attrs

from vault_rules.domain.sheet import BadCell, Sheet
from vault_rules.domain.spelling import did_you_mean
from vault_rules.domain.tables import PLAN_COLUMNS, named

Hint = str | Callable[[], str | None] | None
_SURELY_MISSPELT = 0.85


class BadCells:
    """Collects bad cells: the first `limit` of a table are kept, all are counted."""

    def __init__(self, place: str, limit: int = 200) -> None:
        self.place, self.limit = place, limit
        self.kept: list[BadCell] = []
        self.total = 0

    def add(self, row: int | None, column: str | None, value: str | None, expected: str, hint: Hint = None) -> None:
        """Note a bad cell; a hint that takes long to find is looked for only where the cell is kept."""
        self.total += 1
        if len(self.kept) < self.limit:
            self.kept.append(BadCell(self.place, row, column, value, expected, hint() if callable(hint) else hint))


@attrs.frozen(eq=False)
class Heading:
    """What the first row names.

    `names` gives each word's column name, `known` those of columns that such a table has. `unread` are the cells
    (row, column) that the reader of the file has judged: row None for a whole column. `seen` is what it said, and
    `strange` what it said of columns that no book has: bad only where a policy declares them.
    """

    names: Mapping[str, str]
    known: Mapping[str, str]
    unread: AbstractSet[tuple[int | None, str | None]]
    seen: tuple[BadCell, ...]
    strange: Mapping[str, BadCell]


def heading(sheet: Sheet, bad: BadCells) -> Heading | None:
    """The sheet's heading; None where the first row names no columns. What is wrong with it is noted."""
    names = {word: column_name(word) for word in sheet.given.columns}
    if not _is_header(sheet.name, names.values()):
        expected = "the first row does not name the columns"
        bad.add(None, None, None, expected, "is a title above the header? remove it")
        return None
    known = _known_columns(sheet, names, bad)
    strange = {
        names[one.column]: one
        for one in sheet.bad
        if one.row is None and one.column in names and one.column not in known
    }
    unread = frozenset((one.row, known.get(one.column or "")) for one in sheet.bad)
    return Heading(names, known, unread, tuple(one for one in sheet.bad if one not in strange.values()), strange)


def _is_header(table: str, names: Iterable[str]) -> bool:
    """Whether the first row names any column that such a table has; else all that follows would be told of in vain."""
    columns = named(table)
    said = set(names)
    return bool(said & {*columns, *PLAN_COLUMNS}) or any(did_you_mean(name, said) for name in columns)


def column_name(word: str) -> str:
    """A header's word as a column's name: `Processed in` is `processed_in`."""
    return word.strip().casefold().replace(" ", "_")


# ---- columns -------------------------------------------------------------------------------------------------------


def _known_columns(sheet: Sheet, header: Mapping[str, str], bad: BadCells) -> dict[str, str]:
    """The header's words that are known columns, and which; what is missing, doubled or misspelt is bad."""
    columns = named(sheet.name)
    known: dict[str, str] = {}
    for word, name in header.items():
        meant = PLAN_COLUMNS.get(name, name) if sheet.name == "awards" else name
        if meant not in columns:
            continue
        if meant in known.values():
            bad.add(None, word, None, f"the column `{meant}` stands twice")
        else:
            known[word] = meant
    strangers = [name for word, name in header.items() if word not in known]
    absent = [name for name in columns if name not in known.values()]
    _missing(sheet, [name for name in absent if columns[name].required], strangers, bad)
    _misspelt(sheet, [name for name in absent if not columns[name].required], strangers, bad)
    return known


def _missing(sheet: Sheet, absent: Sequence[str], strangers: list[str], bad: BadCells) -> None:
    for name in absent:
        near = did_you_mean(name, strangers)
        hint = f"is that what `{near}` should be called?" if near else None
        bad.add(None, name, None, f"the column `{name}` is missing", hint)
        if near:
            strangers.remove(near)


def _misspelt(sheet: Sheet, absent: Sequence[str], strangers: Sequence[str], bad: BadCells) -> None:
    """A column that nobody knows is ignored, unless it is surely a slip of the pen for one that is absent."""
    for word in strangers:
        near = did_you_mean(word, absent)
        if near and _alike(word, near):
            bad.add(None, word, None, f"`{sheet.name}` has no such column", f"did you mean `{near}`?")


def _alike(one: str, other: str) -> bool:
    import difflib

    return difflib.SequenceMatcher(None, one, other).ratio() >= _SURELY_MISSPELT
