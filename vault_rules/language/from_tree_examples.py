"""From the parser's tree to examples and laws: `book`, `test` and `always` blocks."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from vault_rules.language import ast
from vault_rules.language.from_tree_rules import RuleTreeReader
from vault_rules.language.trees import Token, Tree

_WORD = re.compile(r'"[^"\\\n]*(?:\\[^\n][^"\\\n]*)*"|#[^\n]*|(\w+|,)')
_ROLES = {
    "from": "offer", "reject": "offer", "to": "request", "for": "request", "in": "facility", "order": "order",
    ",": "order",
}  # fmt: skip
_PLACES = {"total": ("name", "by", "subject"), "finding": ("name", "subject")}
"""What stands where, in expectations that name something else than rows of their test."""


class ExampleTreeReader(RuleTreeReader):
    """Reads tests and laws."""

    def _read_test(self, tree: Tree) -> ast.Test:
        title, *items = tree.children
        read = tuple(self._test_item(child) for child in items)
        return ast.Test(name=None, title=self.string(title), items=read, span=self.span(tree))

    def _read_book(self, tree: Tree) -> ast.Book:
        name, *items = tree.children
        read = tuple(self._test_item(child) for child in items)
        return ast.Book(name=self.identifier(name), items=read, span=self.span(tree))  # type: ignore[arg-type]  # the grammar has no others

    def _test_item(self, tree: Any) -> ast.TestItem:
        kind, children, span = str(tree.data), tree.children, self.span(tree)
        if kind == "as_of":
            return ast.AsOf(self.day(children[0]) or date.min, span=span)
        if kind == "use_book":
            return ast.UseBook(self.identifier(children[0]), span=span)
        if kind == "set_parameter":
            return ast.SetParameter(self.identifier(children[0]), self.expr(children[-1]), span=span)
        if kind == "test_table":
            before = len(self.diagnostics)
            columns, rows = self.rows(children[1], parse=False)
            if len(self.diagnostics) > before:
                columns, rows = (), ()
            return ast.TestTable(str(children[0]), columns, rows, span=span)
        return self._expectation(children[0], span)

    def _expectation(self, tree: Any, span: Any) -> ast.Expectation:
        kind = str(tree.data).removeprefix("expect_")
        found: dict[str, Any] = {}
        idents = []
        for child in tree.children:
            if isinstance(child, Tree):
                found |= self._part_of_expectation(child)
            elif child.type == "QUANTITY":
                found["quantity"] = self.quantity(child)
            elif child.type in ("HOLDS", "FAILS"):
                found["holds"] = child.type == "HOLDS"
            else:
                idents.append(child)
        if kind == "error":
            return ast.Expectation(kind=kind, code=str(idents[0]), span=span)
        if kind in _PLACES:
            found |= zip(_PLACES[kind], map(self.identifier, idents), strict=False)
            return ast.Expectation(kind=kind, span=span, **found)
        for ident in idents:
            role = self._role(ident, span.start)
            if role == "order":
                found["order"] = (*found.get("order", ()), self.identifier(ident))
            else:
                found[role] = self.identifier(ident)
        return ast.Expectation(kind=kind, span=span, **found)

    def _part_of_expectation(self, tree: Tree) -> dict[str, Any]:
        if tree.data == "reasons":
            return {"because": tuple(str(token) for token in tree.children)}
        return {"flip" if tree.data == "price" else "amount": self.expr(tree)}

    def _role(self, ident: Token, start: int) -> str:
        """Which place of the expectation an identifier fills, by the word that stands before it."""
        before = self.source.text[start : self.token_span(ident).start]
        words = [word for word in _WORD.findall(before) if word]
        return _ROLES[words[-1]]

    def _read_always(self, tree: Tree) -> ast.Always:
        title, *laws = tree.children
        return ast.Always(
            name=None, title=self.string(title), laws=tuple(self._law(child) for child in laws), span=self.span(tree)
        )

    def _law(self, tree: Any) -> ast.Law:
        first, *rest = tree.children
        opening = None
        if first.data == "opening":
            opening = ast.Opening(self.names(first), span=self.span(first))
            first, *rest = rest
        *where, condition = [self.expr(child) for child in rest]
        subjects = self.names(first)
        return ast.Law(opening, subjects, where[0] if where else None, condition, span=self.span(tree))
