"""Changes of whole statements, each by its kind."""

from __future__ import annotations

import re
from collections.abc import Mapping

from vault_rules.language import ast
from vault_rules.source.text import Span
from vault_rules.trials.mutation import literals
from vault_rules.trials.mutation.clauses import Clauses
from vault_rules.trials.mutation.mutant import CELLS, CLAUSES, DATES, RULES, all_left_out, token_between

_DROPPED = (
    ast.Condition, ast.Route, ast.Tier, ast.Waterfall, ast.Cap, ast.Store, ast.Exception_,
)  # fmt: skip
_MONTH_DAY = re.compile(r"[0-9]{2}-[0-9]{2}")
_DAYS_OF_MONTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


class Statements(Clauses):
    """Finds the changes of statements."""

    def statement(self, node: ast.Statement) -> None:
        """Every change of a statement of the policy's own file."""
        if isinstance(node, _DROPPED):
            gone = [node.span, *(one.span for one in self._exceptions_to(node))]
            all_left_out(self.notes, RULES, gone, f"{self.notes.of} was left out", title(node))
        if isinstance(node, ast.Condition | ast.Cap) and node.advisory:
            word = token_between(node.span.source, node.span.start, node.span.end, "advisory")
            assert word is not None  # the statement begins with it
            self.notes.left_out(RULES, *word)
        self._own(node)
        self.modifiers(node.modifiers)

    def _exceptions_to(self, node: ast.Statement) -> list[ast.Exception_]:
        """The exceptions to a rule that stand in its file, and the exceptions to those."""
        found: list[ast.Exception_] = []
        names = set() if node.name is None else {node.name.name}
        for _ in self.known.statements:  # a chain has no more links than the file has statements
            more = [one for one in self.known.exceptions if one.target.name in names and one not in found]
            if not more:
                break
            found += more
            names = {one.name.name for one in more if one.name is not None}
        return found

    def _own(self, node: ast.Statement) -> None:
        within = node.span.start, node.span.end
        match node:
            case ast.Header(entries=entries):
                for entry in entries:
                    self._entry(entry)
            case ast.Let(value=value):
                self.value(value, within)
            case ast.Group(value=value):
                self.members(value, within)
            case ast.Field(default=ast.Expr() as default):
                self.value(default, within)
            case ast.Table():
                self._table(node)
            case ast.Tier(when=ast.Expr() as when):
                self.condition(when, within)
            case ast.Condition(condition=condition):
                self.condition(condition, within)
            case ast.Route(minerals=minerals, sellers=sellers):
                self.members(minerals, within, self.known.routed)
                self.sellers(sellers)
            case ast.Waterfall(steps=steps):
                self.steps(steps, self._exceptions_to(node))
            case ast.Cap(body=body):
                self.cap(body, droppable=True)
            case ast.Store(places=places):
                self.places(places)
            case ast.Exception_(change=change):
                self._change(change)

    def _entry(self, entry: ast.HeaderEntry) -> None:
        place = entry.span.start, entry.span.end
        if entry.kind == "fiscal_year":
            self._month_day(entry)
        elif entry.kind in ("least_award", "compare") and isinstance(entry.value, ast.Expr):
            self.notes.left_out(CLAUSES, *place)
            self.value(entry.value, place)
        elif entry.kind == "serve" and isinstance(entry.value, tuple):
            self.keys(entry.value, place)

    def _month_day(self, entry: ast.HeaderEntry) -> None:
        """The day on which the fiscal year begins, one earlier and one later."""
        found = _MONTH_DAY.search(self.notes.source.text, entry.span.start, entry.span.end)
        assert found is not None
        month, day = (int(part) for part in found[0].split("-"))
        if not (1 <= month <= 12 and 1 <= day <= _DAYS_OF_MONTHS[month - 1]):
            return
        of_year = sum(_DAYS_OF_MONTHS[: month - 1]) + day - 1
        for by, word in ((-1, "earlier"), (1, "later")):
            moved = _as_month_day((of_year + by) % sum(_DAYS_OF_MONTHS))
            said = f"`{found[0]}` became `{moved}`, a day {word}"
            self.notes.replaced(DATES, *found.span(), moved, said)

    def _change(self, change: ast.Change) -> None:
        within = change.span.start, change.span.end
        match change:
            case ast.NewValue(value=value):
                self.value(value, within)
            case ast.NewCondition(condition=condition) | ast.NewWhen(condition=condition):
                self.condition(condition, within)
            case ast.NewCap(body=body):
                self.cap(body, droppable=False)
            case ast.NewRoute(sellers=sellers):
                self.sellers(sellers)
            case ast.NewSteps(changes=changes):
                for one in changes:
                    if len(changes) > 1:
                        self.notes.left_out(CLAUSES, one.span.start, one.span.end)
                    clauses = one.clauses
                    parts = (clauses.when, clauses.premium, clauses.share, clauses.keys)
                    several = sum(part is not None for part in parts) > 1
                    self.clauses(clauses, (one.span.start, one.span.end), droppable=several)
            case ast.NewPlaces(places=places):
                self.places(places)

    # ---- tables ---------------------------------------------------------------------------------------------------

    def _table(self, node: ast.Table) -> None:
        """Each row left out, and each amount one unit up in one row and down in the next.

        Which comparison a table's values stand in is changed where it is written: of a row it is enough that somebody
        notices what it says.
        """
        keys = {one.name for one in node.keys} if node.keys is not None else {one.name for one in node.columns[:1]}
        for number, row in enumerate(node.rows):
            if len(node.rows) > 1:
                said = f"the row `{_first(row)}` was left out"
                self.notes.left_out(CELLS, row.span.start, row.span.end, said)
            for column, cell in zip(node.columns, row.cells, strict=False):
                if cell.value is not None and column.name not in keys:
                    direction = literals.DOWN if number % 2 else literals.UP
                    if not literals.literal(self.notes, cell.value, (direction,), CELLS):
                        self.value(cell.value, (cell.span.start, cell.span.end))


def _first(row: ast.Row) -> str:
    return row.cells[0].text.strip() or "…"


def _as_month_day(of_year: int) -> str:
    month = 0
    while of_year >= _DAYS_OF_MONTHS[month]:
        of_year -= _DAYS_OF_MONTHS[month]
        month += 1
    return f"{month + 1:02}-{of_year + 1:02}"


def title(node: ast.Statement) -> Span:
    """A statement's first words, up to its name: what is quoted of it where all of it is meant."""
    end = node.span.end if node.name is None else node.name.span.end
    return Span(node.span.source, node.span.start, end)


def heading(node: ast.Statement, words: Mapping[type[ast.Statement], str]) -> str:
    """How a statement is spoken of: `` the cap `budget` ``."""
    word = node.kind if isinstance(node, ast.Condition | ast.Cap) else words[type(node)]
    name = "" if node.name is None else f" `{node.name.name}`"
    return f"the {word}{name}"
