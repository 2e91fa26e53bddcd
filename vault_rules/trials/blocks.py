"""The tests and laws of a policy: those of the file that is evaluated, in file order."""

from __future__ import annotations

from vault_rules.api import Policy
from vault_rules.language import ast
from vault_rules.semantics.typed import Law


def tests_of(policy: Policy) -> tuple[ast.Test, ...]:
    """Its `test` blocks; those of files that it uses stay with these."""
    return tuple(one for one in policy.file.statements if isinstance(one, ast.Test))


def laws_of(policy: Policy) -> tuple[Law, ...]:
    """Its `always` blocks, typed: `violations` judges them."""
    return policy.typed.laws


tests_of.__test__ = False  # type: ignore[attr-defined]  # pytest takes what begins with `test` for one of its own
