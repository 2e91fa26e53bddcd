"""From the parser's tree to the abstract syntax, one function a grammar rule.

Input: a Lark tree of `file` or `cell`. Output: nodes of `ast`, and the mistakes that only the whole shape shows
(`and` beside `or`, a cap written with `>=`). Invariant: every node's span lies inside its statement's.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vault_rules.language import ast
from vault_rules.language.expressions import MAX_DEPTH, is_deep, too_deep
from vault_rules.language.from_tree_examples import ExampleTreeReader
from vault_rules.language.statements import defined_names
from vault_rules.language.trees import Token, Tree


class StatementReader(ExampleTreeReader):
    """Reads statements; `diagnostics` collects what is wrong with their shape."""

    def statements(self, tree: Tree) -> tuple[ast.Statement, ...]:
        """Every statement of the tree, but those that are nested too deeply: what reads the result may recurse."""
        return tuple(self._whole(child) for child in self.trees(tree) if not self._report_if_deep(child))

    def _whole(self, tree: Tree) -> ast.Statement:
        """A statement; one with a mistake in it is not to be trusted, and its name is noted."""
        before = len(self.diagnostics)
        statement = self._statement(tree)
        if len(self.diagnostics) > before and statement.name is not None:
            self.broken.add(statement.name.name)
        return statement

    def _report_if_deep(self, tree: Tree) -> bool:
        span = self.span(tree)
        if span.end - span.start < MAX_DEPTH or not is_deep(tree):
            return False
        message, place, help = too_deep(span)
        self.report("V0117", message, place, help=help)
        self.broken.update(defined_names(span.text))
        return True

    def _statement(self, tree: Tree) -> ast.Statement:
        read: Callable[[Tree], ast.Statement] = getattr(self, f"_read_{tree.data}")
        return read(tree)

    # ---- header and definitions --------------------------------------------------------------------------------

    def _read_header(self, tree: Tree) -> ast.Header:
        name, *rest = tree.children
        title = self.string(rest.pop(0)) if rest and isinstance(rest[0], Token) else None
        entries = tuple(self._header_entry(child) for child in rest if isinstance(child, Tree))
        return ast.Header(name=self.identifier(name), title=title, entries=entries, span=self.span(tree))

    def _header_entry(self, tree: Tree) -> ast.HeaderEntry:
        kind, children, span = str(tree.data), tree.children, self.span(tree)
        if kind == "show":
            return ast.HeaderEntry(
                kind=kind, name=self.identifier(children[0]), value=self.expr(children[-1]), span=span
            )
        if kind == "serve":
            return ast.HeaderEntry(kind=kind, value=self.keys(children[0]), span=span)
        if kind in ("least_award", "compare"):
            return ast.HeaderEntry(kind=kind, value=self.expr(children[0]), span=span)
        text = str(children[0]) if kind != "version" else self.string(children[0])
        return ast.HeaderEntry(kind=kind, value=text, span=span)

    def _read_use(self, tree: Tree) -> ast.Use:
        path, *names = tree.children
        only = self.names(names[0]) if names else None
        return ast.Use(name=None, path=self.string(path), only=only, span=self.span(tree))

    def _read_declare(self, tree: Tree) -> ast.Declare:
        kind, name, *rest = tree.children
        label = self.string(rest[0]) if isinstance(rest[0], Token) else None
        return ast.Declare(
            name=self.identifier(name),
            kind=str(kind),
            label=label,
            modifiers=self.modifiers(rest[-1]),
            span=self.span(tree),
        )

    def _read_group(self, tree: Tree) -> ast.Group:
        name, value, modifiers = self._without_equals(tree)
        return ast.Group(
            name=self.identifier(name),
            value=self.expr(value),
            modifiers=self.modifiers(modifiers),
            span=self.span(tree),
        )

    def _read_let(self, tree: Tree) -> ast.Let:
        name, value, modifiers = self._without_equals(tree)
        return ast.Let(
            name=self.identifier(name),
            value=self.expr(value),
            modifiers=self.modifiers(modifiers),
            span=self.span(tree),
        )

    @staticmethod
    def _without_equals(tree: Tree) -> list[Any]:
        return [child for child in tree.children if not (isinstance(child, Token) and child.type == "EQUALS")]

    def _read_field(self, tree: Tree) -> ast.Field:
        name, kind, *rest = tree.children
        default = self.expr(rest[0]) if len(rest) > 1 else None
        return ast.Field(
            name=self.identifier(name),
            type=self.identifier(kind),
            default=default,
            modifiers=self.modifiers(rest[-1]),
            span=self.span(tree),
        )

    def _read_table(self, tree: Tree) -> ast.Table:
        name, *rest, modifiers = tree.children
        keys: tuple[ast.Identifier, ...] | None = None
        columns: tuple[ast.Identifier, ...] = ()
        rows: tuple[ast.Row, ...] = ()
        path: str | None = None
        for child in rest:
            if isinstance(child, Token):
                path = self.string(child)
            elif child.data == "names":
                keys = self.names(child)
            else:
                columns, rows = self.rows(child, parse=True)
        return ast.Table(
            name=self.identifier(name),
            keys=keys,
            columns=columns,
            rows=rows,
            path=path,
            modifiers=self.modifiers(modifiers),
            span=self.span(tree),
        )
