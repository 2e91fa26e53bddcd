"""The tests of policies."""

from __future__ import annotations

from vault_rules.language import ast, parser
from vault_rules.source.text import Source


def parsed_test(text: str) -> ast.Test:
    """The only test of a text that need not be a policy."""
    file, found = parser.parse(Source("written.vault", text, "written.vault"))
    assert not found, "\n".join(map(str, found))
    (test,) = file.statements
    assert isinstance(test, ast.Test)
    return test
