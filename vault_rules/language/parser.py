"""Text to syntax tree: the only module that runs the parser.

Input: a `Source`. Output: a `PolicyFile` and every syntax mistake, one for each statement that could not be read. Reading
goes on at the next statement, so that three mistakes in three rules are three errors.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from lark import Lark, Tree
from lark.exceptions import UnexpectedInput

from vault_rules import resources
from vault_rules.language import ast
from vault_rules.language.from_tree import StatementReader
from vault_rules.language.messages import explain_syntax
from vault_rules.language.statements import Chunk, split_statements
from vault_rules.source.diagnostic import ERROR, Diagnostic, in_file_order
from vault_rules.source.text import Source, Span

MAX_CHARACTERS = 5_000_000
MAX_SYNTAX_ERRORS = 100
_COMMENT = re.compile(r'"(?:[^"\\\n]|\\[^\n])*"|(#[^\n]*)')


@cache
def _lark() -> Lark:
    return Lark(
        resources.grammar_text(),
        parser="lalr",
        lexer="contextual",
        start=["file", "cell"],
        propagate_positions=True,
        maybe_placeholders=False,
    )


def parse(source: Source) -> tuple[ast.PolicyFile, tuple[Diagnostic, ...]]:
    """Read a whole file. Where there are mistakes, the statements that could be read are there all the same."""
    if len(source.text) > MAX_CHARACTERS:
        too_long = f"this file is too long to be a policy: {len(source.text):,} characters, at most {MAX_CHARACTERS:,} are read"
        return ast.PolicyFile(source, ()), (Diagnostic("V0116", ERROR, too_long, Span(source, 0, 0)),)
    try:
        return _whole(source, _lark().parse(source.text, start="file"))
    except UnexpectedInput:
        return _piecewise(source)
    except RecursionError:
        return ast.PolicyFile(source, ()), (_too_deep(source, 0, len(source.text)),)


def _whole(source: Source, tree: Tree[Any]) -> tuple[ast.PolicyFile, tuple[Diagnostic, ...]]:
    reader = StatementReader(source, parse_cell=_cell_parser(source))
    statements = reader.statements(tree)
    return ast.PolicyFile(source, statements, comments(source)), in_file_order(reader.diagnostics)


def _piecewise(source: Source) -> tuple[ast.PolicyFile, tuple[Diagnostic, ...]]:
    """Each statement for itself, so that one that cannot be read does not hide the others."""
    statements: list[ast.Statement] = []
    diagnostics: list[Diagnostic] = []
    broken: set[str] = set()
    for chunk in split_statements(source.text):
        if sum(one.code.startswith("V01") for one in diagnostics) >= MAX_SYNTAX_ERRORS:
            break
        try:
            tree = _lark().parse(chunk.text, start="file")
        except UnexpectedInput as error:
            diagnostics.append(explain_syntax(error, source, chunk))
            broken.update(chunk.defines)
        except RecursionError:
            diagnostics.append(_too_deep(source, chunk.start, chunk.start + len(chunk.text)))
            broken.update(chunk.defines)
        else:
            reader = StatementReader(source, chunk.start, parse_cell=_cell_parser(source))
            statements.extend(reader.statements(tree))
            diagnostics.extend(reader.diagnostics)
    file = ast.PolicyFile(source, tuple(statements), comments(source), frozenset(broken))
    return file, in_file_order(diagnostics)


def _too_deep(source: Source, start: int, end: int) -> Diagnostic:
    line_end = source.text.find("\n", start, end)
    span = Span(source, start, end if line_end < 0 else line_end)
    return Diagnostic("V0117", ERROR, "this statement is nested too deeply to be read", span, help="name its parts with `let`")


def _cell_parser(source: Source) -> Any:
    """Cells of a table are values of their own, read by the same grammar."""

    def parse_cell(text: str, offset: int) -> tuple[ast.Expr | None, tuple[Diagnostic, ...]]:
        try:
            tree = _lark().parse(text, start="cell")
        except UnexpectedInput as error:
            return None, (explain_syntax(error, source, Chunk(text, offset, ())),)
        reader = StatementReader(source, offset)
        return (reader.expr(tree.children[0]) if tree.data == "cell" else None), tuple(reader.diagnostics)

    return parse_cell


def parse_value(text: str, name: str = "value") -> tuple[ast.Expr | None, tuple[Diagnostic, ...]]:
    """Read one value on its own, as `--set NAME=VALUE` and a table's CSV file give it."""
    source = Source(name, text, name)
    value, diagnostics = _cell_parser(source)(text, 0)
    return value, diagnostics


def parse_cell_at(source: Source, text: str, offset: int) -> tuple[ast.Expr | None, tuple[Diagnostic, ...]]:
    """Read one cell that stands at `offset` of a CSV table."""
    value, diagnostics = _cell_parser(source)(text, offset)
    return value, diagnostics


def comments(source: Source) -> tuple[ast.Comment, ...]:
    """Every comment of the text, in order."""
    found = []
    for match in _COMMENT.finditer(source.text):
        if match[1] is None:
            continue
        line_start = source.text.rfind("\n", 0, match.start()) + 1
        alone = not source.text[line_start : match.start()].strip()
        text = match[1].rstrip()
        found.append(ast.Comment(text, alone, span=Span(source, match.start(), match.start() + len(text))))
    return tuple(found)
