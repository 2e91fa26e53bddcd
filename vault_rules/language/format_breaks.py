"""Where a line may be broken, and where it is.

A condition is broken before `and` and `or`, a sum before its operator, a set after a comma, a line of clauses before a
clause: beyond the width, and where the author broke it. Nothing else depends on how a policy was laid out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import attrs

from vault_rules.language import ast
from vault_rules.language.format_expressions import (
    AND,
    ANY,
    ARGUMENT_WORDS,
    LEVELS,
    NOT,
    OR,
    SUM,
    UNARY,
    chain,
    flat,
    guarded,
    level_of,
)

CONDITION_WIDTH = 100
"""Conditions are broken beyond this column."""
LINE_WIDTH = 120
"""Clauses and modifiers may follow a value up to this column."""


@attrs.frozen
class Item:
    """A part of a line: `prefix`, a value and `suffix`, set off by `gap` spaces; it may begin a line of its own."""

    prefix: str = ""
    value: ast.Expr | None = None
    level: int = ANY
    suffix: str = ""
    gap: int = 1
    span: tuple[int, int] = (0, 0)
    guard: frozenset[str] = frozenset()

    @property
    def text(self) -> str:
        value = "" if self.value is None else guarded(flat(self.value, self.level), self.guard)
        return f"{self.prefix}{value}{self.suffix}"

    @property
    def start(self) -> int:
        return self.span[0] if self.value is None else self.value.span.start

    @property
    def end(self) -> int:
        return self.span[1] if self.value is None else self.value.span.end


class Wrapper:
    """Breaks values into lines, minding where the author of `text` broke them."""

    def __init__(self, text: str) -> None:
        self.text = text

    def broken(self, start: int, end: int) -> bool:
        """Whether the author ended a line between two places."""
        return self.text.find("\n", start, end) >= 0

    def fill(
        self, items: Sequence[Item], column: int, hang: int, tail: int = 0, width: int = CONDITION_WIDTH
    ) -> list[tuple[str, Item | None]]:
        """Lines for `items` from `column` on, each as long as fits; later ones begin at `hang`.

        The first line is without its indentation. Each comes with the item it begins with: None inside of one.
        """
        lines: list[tuple[str, Item | None]] = []
        at = column
        for index, item in enumerate(items):
            last = tail if index == len(items) - 1 else 0
            text = item.text
            whole = item.value is None or not self.broken(item.start, item.end)
            if (
                index
                and whole
                and not self.broken(items[index - 1].end, item.start)
                and at + item.gap + len(text) + last <= width
            ):
                lines[-1] = (lines[-1][0] + " " * item.gap + text, lines[-1][1])
                at += item.gap + len(text)
                continue
            begin = column if index == 0 else hang
            pieces = self._item(item, text, begin, last, width)
            lines.append((pieces[0] if index == 0 else " " * hang + pieces[0], item))
            lines.extend((piece, None) for piece in pieces[1:])
            at = begin + len(pieces[0]) if len(pieces) == 1 else len(pieces[-1])
        return lines

    def _item(self, item: Item, text: str, column: int, tail: int, width: int) -> list[str]:
        if item.value is None or (item.guard and guarded(value := flat(item.value, item.level), item.guard) != value):
            return [text]
        tail = tail + len(item.suffix) - (width - CONDITION_WIDTH)
        pieces = self.wrap(item.value, column + len(item.prefix), item.level, tail)
        pieces[0] = item.prefix + pieces[0]
        pieces[-1] += item.suffix
        return pieces

    def wrap(self, node: ast.Expr, column: int, level: int = ANY, tail: int = 0) -> list[str]:
        """Lines for one value that begins at `column`; the first is without its indentation."""
        text = flat(node, level)
        if column + len(text) + tail <= CONDITION_WIDTH and not self.broken(node.span.start, node.span.end):
            return [text]
        if level_of(node) < level:
            return self._around("(", node, ")", column, tail)
        break_up = _BREAKS.get(type(node))
        return [text] if break_up is None else break_up(self, node, column, tail)

    def _around(self, before: str, node: ast.Expr, after: str, column: int, tail: int, level: int = ANY) -> list[str]:
        lines = self.wrap(node, column + len(before), level, tail + len(after))
        lines[0] = before + lines[0]
        lines[-1] += after
        return lines

    def _listed(self, before: str, items: list[Item], after: str, column: int, tail: int) -> list[str]:
        if not items:
            return [before + after]
        start = column + len(before)
        lines = [line for line, _ in self.fill(items, start, start, tail + len(after))]
        lines[0] = before + lines[0]
        lines[-1] += after
        return lines

    def _binary(self, node: ast.Binary, column: int, tail: int) -> list[str]:
        operands = chain(node)
        if LEVELS[node.operator] in (OR, AND, SUM):
            items = [Item(f"{operator} ".lstrip(), operand, level) for operator, operand, level in operands]
            return self._listed("", items, "", column, tail)
        lines: list[str] = []
        for index, (operator, operand, level) in enumerate(operands):
            if index == 0:
                lines = self.wrap(operand, column, level)
                continue
            at = column + len(lines[0]) if len(lines) == 1 else len(lines[-1])
            more = self._around(f" {operator} ", operand, "", at, tail if index == len(operands) - 1 else 0, level)
            lines = [*lines[:-1], lines[-1] + more[0], *more[1:]]
        return lines

    def _conditional(self, node: ast.Conditional, column: int, tail: int) -> list[str]:
        return [
            *self._around("if ", node.condition, "", column, 0, OR),
            *self._hung(self._around("then ", node.then, "", column, 0, OR), column),
            *self._hung(self._around("else ", node.otherwise, "", column, tail), column),
        ]

    @staticmethod
    def _hung(lines: list[str], column: int) -> list[str]:
        return [" " * column + lines[0], *lines[1:]]

    def _set(self, node: ast.SetLiteral, column: int, tail: int) -> list[str]:
        return self._listed("{", listed(node.items), "}", column, tail)

    def _default(self, node: ast.Default, column: int, tail: int) -> list[str]:
        items = [Item("", node.value, OR), Item("else ", node.fallback, OR)]
        return self._listed("(", items, ")", column, tail)

    def _narrowed(self, node: ast.Narrowed, column: int, tail: int) -> list[str]:
        items = [Item("", node.value, OR), Item("where ", node.where, OR)]
        return self._listed("(", items, ")", column, tail)

    def _call(self, node: ast.Call, column: int, tail: int) -> list[str]:
        own_words = (ast.Depth, ast.Within, ast.Responsive, ast.AllTiers)
        items = [
            item if isinstance(item.value, own_words) else attrs.evolve(item, guard=ARGUMENT_WORDS)
            for item in listed(node.arguments, level=ANY)
        ]
        return self._listed(f"{node.function.name}(", items, ")", column, tail)

    def _lookup(self, node: ast.Lookup, column: int, tail: int) -> list[str]:
        return self._listed(f"{node.table.name}[", listed(node.keys), "]", column, tail)

    def _unary(self, node: ast.Unary, column: int, tail: int) -> list[str]:
        is_not = node.operator == "not"
        return self._around("not " if is_not else "-", node.operand, "", column, tail, NOT if is_not else UNARY)

    def _missing(self, node: ast.IsMissing, column: int, tail: int) -> list[str]:
        return self._around("", node.operand, " is missing", column, tail, SUM)


_BREAKS: dict[type[ast.Expr], Callable[..., list[str]]] = {
    ast.Binary: Wrapper._binary,
    ast.Conditional: Wrapper._conditional,
    ast.SetLiteral: Wrapper._set,
    ast.Default: Wrapper._default,
    ast.Narrowed: Wrapper._narrowed,
    ast.Call: Wrapper._call,
    ast.Lookup: Wrapper._lookup,
    ast.Unary: Wrapper._unary,
    ast.IsMissing: Wrapper._missing,
}


def listed(nodes: Sequence[ast.Expr], first: str = "", *, level: int = SUM) -> list[Item]:
    """Values with commas between them; `first` stands before the first."""
    last = len(nodes) - 1
    return [
        Item(first if index == 0 else "", node, level, "" if index == last else ",") for index, node in enumerate(nodes)
    ]
