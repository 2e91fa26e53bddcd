"""Text to syntax tree: the only module that runs the parser.

Input: a `Source`. Output: a `PolicyFile` and every syntax mistake, one for each statement that could not be
read. Reading goes on at the next statement, so that three mistakes in three rules are three errors.
"""

from __future__ import annotations

import re
from typing import Any

from vault_rules.language import ast
from vault_rules.language.driver import SyntaxMistake, parse_tree
from vault_rules.language.expressions import MAX_DEPTH, is_deep, too_deep
from vault_rules.language.from_tree import StatementReader
from vault_rules.language.statements import Chunk, split_statements
from vault_rules.language.trees import Tree
from vault_rules.source.diagnostic import ERROR, Diagnostic, in_file_order
from vault_rules.source.text import Source, Span

MAX_CHARACTERS = 5_000_000
MAX_SYNTAX_ERRORS = 100
# a text that is not closed swallows its line, so that no regular expression starts over at each of its quotation marks
_COMMENT = re.compile(r'"[^"\\\n]*(?:\\[^\n][^"\\\n]*)*"|"[^\n]*|(#[^\n]*)')


def parse(source: Source) -> tuple[ast.PolicyFile, tuple[Diagnostic, ...]]:
    """Read a whole file. Where there are mistakes, the statements that could be read are there all the same."""
    if len(source.text) > MAX_CHARACTERS:
        too_long = f"this file is too long: {len(source.text):,} characters, at most {MAX_CHARACTERS:,} are read"
        return ast.PolicyFile(source, ()), (Diagnostic("V0116", ERROR, too_long, Span(source, 0, 0)),)
    try:
        return _whole(source, parse_tree(source.text, "file"))
    except SyntaxMistake:
        return _piecewise(source)
    except RecursionError:  # the caller is deep in its own stack already
        return _piecewise(source)


def _whole(source: Source, tree: Tree) -> tuple[ast.PolicyFile, tuple[Diagnostic, ...]]:
    reader = StatementReader(source, parse_cell=_cell_parser(source))
    statements = reader.statements(tree)
    file = ast.PolicyFile(source, statements, comments(source), frozenset(reader.broken))
    return file, in_file_order(reader.diagnostics)


def parse_part(source: Source, start: int, end: int) -> tuple[tuple[ast.Statement, ...], tuple[Diagnostic, ...]]:
    """Read the statements that stand between two offsets of a text, none of which begins or ends elsewhere.

    Where a mistake is there, nothing is read.
    """
    text = source.text[start:end]
    reader = StatementReader(source, start, parse_cell=_cell_parser(source))
    try:
        statements = reader.statements(parse_tree(text, "file"))
    except SyntaxMistake as mistake:
        return (), (_explained(mistake, source, Chunk(text, start, ())),)
    except RecursionError:
        return (), (_deep(Span(source, start, end)),)
    return statements, in_file_order(reader.diagnostics)


def _piecewise(source: Source) -> tuple[ast.PolicyFile, tuple[Diagnostic, ...]]:
    """Each statement for itself, so that one that cannot be read does not hide the others."""
    statements: list[ast.Statement] = []
    diagnostics: list[Diagnostic] = []
    broken: set[str] = set()
    chunks = list(split_statements(source.text))
    at = 0
    while at < len(chunks) and sum(one.code.startswith("V01") for one in diagnostics) < MAX_SYNTAX_ERRORS:
        chunk, tree, at = _tree_of(chunks, at)
        if isinstance(tree, SyntaxMistake):
            diagnostics.append(_explained(tree, source, chunk))
            broken.update(chunk.defines)
            continue
        reader = StatementReader(source, chunk.start, parse_cell=_cell_parser(source))
        try:
            statements.extend(reader.statements(tree))
        except RecursionError:
            diagnostics.append(_deep(Span(source, chunk.start, chunk.start + len(chunk.text))))
            broken.update(chunk.defines)
        diagnostics.extend(reader.diagnostics)
        broken.update(reader.broken)
    file = ast.PolicyFile(source, tuple(statements), comments(source), frozenset(broken))
    return file, in_file_order(diagnostics)


def _tree_of(chunks: list[Chunk], at: int) -> tuple[Chunk, Tree | SyntaxMistake, int]:
    """The tree of the statement at `at`, or why there is none, and where to go on.

    One that stops too early is tried with what follows: a word that can begin a statement may have been a value.
    """
    chunk = chunks[at]
    tree = _tree(chunk)
    if isinstance(tree, SyntaxMistake) and tree.at_end and at + 1 < len(chunks):
        both = Chunk(chunk.text + chunks[at + 1].text, chunk.start, chunk.defines)
        joined = _tree(both)
        if not isinstance(joined, SyntaxMistake):
            return both, joined, at + 2
    return chunk, tree, at + 1


def _tree(chunk: Chunk) -> Tree | SyntaxMistake:
    try:
        return parse_tree(chunk.text, "file")
    except SyntaxMistake as error:
        return error


def _explained(mistake: SyntaxMistake, source: Source, chunk: Chunk) -> Diagnostic:
    from vault_rules.language.messages import explain_syntax  # a policy without mistakes has no use for it

    return explain_syntax(mistake, source, chunk)


def _deep(span: Span) -> Diagnostic:
    message, place, help = too_deep(span)
    return Diagnostic("V0117", ERROR, message, place, help=help)


def _cell_parser(source: Source) -> Any:
    """Cells of a table are values of their own, read by the same grammar; those that say the same are read once."""
    known: dict[str, Tree] = {}  # nobody changes a tree that has been made

    def parse_cell(text: str, offset: int) -> tuple[ast.Expr | None, tuple[Diagnostic, ...]]:
        try:
            tree = known.get(text) or known.setdefault(text, parse_tree(text, "cell"))
        except SyntaxMistake as error:
            return None, (_explained(error, source, Chunk(text, offset, ())),)
        if len(text) > MAX_DEPTH and is_deep(tree):
            return None, (_deep(Span(source, offset, offset + len(text))),)
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
