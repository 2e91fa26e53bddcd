"""Statements of one line: a keyword, a name, and a value that may go on below. Runs of them stand in columns."""

from __future__ import annotations

import re
from collections.abc import Sequence

import attrs

from vault_rules.language import ast
from vault_rules.language.format_breaks import CONDITION_WIDTH, LINE_WIDTH, Item, Wrapper
from vault_rules.language.format_clauses import cap_items, seller_items, with_modifiers
from vault_rules.language.format_expressions import SUM, quote
from vault_rules.language.format_layout import Line

_GAP_BEFORE_EQUALS = re.compile(r"( +)=")


@attrs.frozen
class Columns:
    """A statement taken apart into what stands in columns with its neighbours', and the rest."""

    statement: ast.Statement
    keyword: str
    label: str
    separator: str
    items: tuple[Item, ...]
    width: int = CONDITION_WIDTH

    def lines(self, wrapper: Wrapper, keyword_width: int, label_width: int) -> list[Line]:
        label = self.label.ljust(label_width) if self.items else self.label
        prefix = f"{self.keyword.ljust(keyword_width)} {label}{self.separator if self.items else ''}"
        column = len(prefix)
        filled = [line for line, _ in wrapper.fill(self.items, column, column, width=self.width)] or [""]
        end = self.items[-1].end if self.items else 0 if self.statement.name is None else self.statement.name.span.end
        return with_modifiers(wrapper, [prefix + filled[0], *filled[1:]], self.statement, end, keyword_width + 1)


def columns(statement: ast.Statement) -> Columns | None:
    """None for statements with a block."""
    name = statement.name
    if name is None or isinstance(statement, ast.Header):
        return None
    label, at_name = name.name, (name.span.end, name.span.end)
    match statement:
        case ast.Let():
            return Columns(statement, "let", label, " = ", (Item("", statement.value),))
        case ast.Group():
            return Columns(statement, "group", label, " = ", (Item("", statement.value, SUM),))
        case ast.Declare():
            given = () if statement.label is None else (Item(quote(statement.label), span=at_name),)
            return Columns(statement, statement.kind, label, " ", given)
        case ast.Field():
            kind = Item(statement.type.name, span=(statement.type.span.start, statement.type.span.end))
            default = () if statement.default is None else (Item("else ", statement.default, SUM),)
            return Columns(statement, "field", f"{label}:", " ", (kind, *default))
        case ast.Tier():
            otherwise = Item("otherwise", span=at_name)
            when = otherwise if statement.when is None else Item("when ", statement.when)
            return Columns(statement, "tier", label, " ", (when,))
        case ast.Condition():
            keyword = f"advisory {statement.kind}" if statement.advisory else statement.kind
            return Columns(statement, keyword, f"{label}:", " ", (Item("", statement.condition),))
        case ast.Route():
            items = (Item("", statement.minerals, SUM), *seller_items(statement.sellers))
            return Columns(statement, "route", f"{label}:", " ", items, LINE_WIDTH)
        case ast.Cap():
            keyword = f"advisory {statement.kind}" if statement.advisory else statement.kind
            return Columns(statement, keyword, f"{label}:", " ", tuple(cap_items(statement.body)), LINE_WIDTH)
    return None


def run_lines(run: Sequence[Columns], wrapper: Wrapper) -> list[list[Line]]:
    """The lines of each statement: keywords in one column, and so the values of neighbours that take one line."""
    keyword = max(len(one.keyword) for one in run)
    laid = [one.lines(wrapper, keyword, 0) for one in run]
    plain = [len(lines) == 1 for lines in laid]
    again = True
    while again:
        again = False
        for first, last in _stretches(plain):
            for index, width in zip(range(first, last), _label_widths(run[first:last], wrapper), strict=True):
                padded = run[index].lines(wrapper, keyword, width)
                if len(padded) > 1:
                    plain[index], again = False, True
                else:
                    laid[index] = padded
        if again:
            laid = [one.lines(wrapper, keyword, 0) for one in run]
    return laid


def _stretches(plain: Sequence[bool]) -> list[tuple[int, int]]:
    """The ranges of neighbours that are true, where there are two at least."""
    found, first = [], 0
    for index, is_plain in enumerate([*plain, False]):
        if not is_plain:
            if index - first > 1:
                found.append((first, index))
            first = index + 1
    return found


def _label_widths(run: Sequence[Columns], wrapper: Wrapper) -> list[int]:
    """One width for all; but definitions whose `=` are within one place of aligned are left as their author put them.

    So a name that grows by a letter changes one line, not all its neighbours.
    """
    width = max(len(one.label) for one in run if one.items) if any(one.items for one in run) else 0
    if run[0].separator == " = ":
        theirs = [len(one.label) + _gap(one.statement, wrapper.text) - 1 for one in run]
        if all(abs(one - width) <= 1 for one in theirs):
            return theirs
    return [width] * len(run)


def _gap(statement: ast.Statement, text: str) -> int:
    """How many spaces the author left before `=`; far too many where that is none, or something else stands there."""
    found = None if statement.name is None else _GAP_BEFORE_EQUALS.match(text, statement.name.span.end)
    return 1000 if found is None else len(found[1])


def use_line(statement: ast.Use) -> list[Line]:
    """`use "file.vault" only NAME, NAME`."""
    only = "" if statement.only is None else " only " + ", ".join(one.name for one in statement.only)
    return [Line(f"use {quote(statement.path)}{only}", statement.span.start)]
