"""The one layout of a policy.

Input: a `PolicyFile` that was read without errors. Output: its text. Laws: reading the output gives an equal file, and
laying that out gives the same text; every comment is there once, in its order. The author decides where empty lines
stand (at most one) and where long lines break; columns, spaces, parentheses and everything else follow from the tree.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from vault_rules.language import ast
from vault_rules.language.format_blocks import block_lines
from vault_rules.language.format_breaks import Wrapper
from vault_rules.language.format_layout import Line, assemble, empty_line_before
from vault_rules.language.format_statements import columns, run_lines, use_line


def format_policy(file: ast.PolicyFile) -> str:
    """The text of a policy in the one layout, ending in one newline (an empty policy is an empty text)."""
    wrapper = Wrapper(file.source.text)
    lines: list[Line] = []
    previous: ast.Statement | None = None
    previous_is_block = False
    for run in _runs(file):
        for statement, own in zip(run, _run_lines(run, wrapper), strict=True):
            own[0].apart = previous is not None and (previous_is_block or type(previous) is not type(statement))
            lines += own
            previous, previous_is_block = statement, own[-1].closes or _is_long_exception(statement, own)
    return assemble(lines, file.comments, file.source.text)


def _is_long_exception(statement: ast.Statement, lines: Sequence[Line]) -> bool:
    return isinstance(statement, ast.Exception_ | ast.Store) and len(lines) > 1


def _run_lines(run: Sequence[ast.Statement], wrapper: Wrapper) -> list[list[Line]]:
    parts = [one for one in map(columns, run) if one is not None]
    if len(parts) == len(run):
        return run_lines(parts, wrapper)
    return [use_line(one) if isinstance(one, ast.Use) else block_lines(one, wrapper) for one in run]


def _runs(file: ast.PolicyFile) -> Iterator[list[ast.Statement]]:
    """Neighbours of one kind, with neither an empty line nor a comment between them or inside."""
    run: list[ast.Statement] = []
    interrupted = _interrupted(file)
    for index, statement in enumerate(file.statements):
        if run and (index in interrupted or _kind(run[-1]) != _kind(statement)):
            yield run
            run = []
        run.append(statement)
    if run:
        yield run


def _kind(statement: ast.Statement) -> object:
    advisory = isinstance(statement, ast.Condition | ast.Cap) and statement.advisory
    return type(statement), advisory, isinstance(statement, ast.Table) or columns(statement) is None


def _interrupted(file: ast.PolicyFile) -> set[int]:
    """Which statements have an empty line or a comment above them, or a comment inside."""
    text, found = file.source.text, set()
    comments = iter(file.comments)
    comment = next(comments, None)
    end = 0
    for index, statement in enumerate(file.statements):
        if empty_line_before(text, statement.span.start):
            found.add(index)
        while comment is not None and comment.span.start < statement.span.end:
            trails = (
                not comment.alone
                and comment.span.start < statement.span.start
                and text.find("\n", end, comment.span.start) < 0
            )
            if not trails:
                found.add(index)
            comment = next(comments, None)
        end = statement.span.end
    return found
