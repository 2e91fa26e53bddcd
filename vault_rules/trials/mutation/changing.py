"""Changed policies, checked: all that a change leaves as it was is read once.

Input: a policy and one of its mutants. Output: the policy that the mutant is, or None where it is none.
"""

from __future__ import annotations

from collections.abc import Iterable

import attrs

from vault_rules.api import Policy
from vault_rules.extensions import InstalledFunctions
from vault_rules.language import ast, parser
from vault_rules.semantics.check import check
from vault_rules.semantics.load import Loaded
from vault_rules.source.diagnostic import Diagnostic, has_errors
from vault_rules.source.text import Source
from vault_rules.trials.mutation.mutant import Mutant

_EXAMPLES = (ast.Test, ast.Book)


@attrs.frozen
class Read:
    """The changed text, which statements of the file a change touches, and what it makes of these."""

    source: Source
    touched: range
    found: tuple[ast.Statement, ...]
    diagnostics: tuple[Diagnostic, ...]


class Changer:
    """Makes changed policies out of one. Its tests are left out of them: who runs these has read them already."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.loaded = policy._loaded
        self.functions = InstalledFunctions()

    def changed(self, mutant: Mutant) -> tuple[Policy | None, tuple[Diagnostic, ...]]:
        """The policy with the change made (None where that is a mistake), and what its check says."""
        read = self.read(mutant)
        if has_errors(read.diagnostics):
            return None, read.diagnostics
        loaded = self._loaded(read)
        typed, diagnostics = check(loaded, functions=self.functions)
        if typed is None or has_errors(diagnostics):
            return None, diagnostics
        return Policy(typed, diagnostics, loaded), diagnostics

    def read(self, mutant: Mutant) -> Read:
        """Read what a change touches anew."""
        old = self.policy.file.source
        source = Source(old.name, mutant.whole_text, old.role)
        touched = self._touched(mutant)
        first, last = (self.policy.file.statements[at].span for at in (touched[0], touched[-1]))
        grown = len(source.text) - len(old.text)
        found, diagnostics = parser.parse_part(source, first.start, last.end + grown)
        return Read(source, touched, found, diagnostics)

    def _touched(self, mutant: Mutant) -> range:
        statements = self.policy.file.statements
        at = [at for at, one in enumerate(statements) if one.span.start <= mutant.end and mutant.start <= one.span.end]
        return range(at[0], at[-1] + 1)

    def _loaded(self, read: Read) -> Loaded:
        old, source, touched, found = self.policy.file.statements, read.source, read.touched, read.found
        gone = {id(old[at]) for at in touched}
        new = [*old[: touched.start], *found, *old[touched.stop :]]
        statements = list(_in_place(self.loaded.statements, id(old[touched.start]), found, gone))
        root = ast.PolicyFile(source, tuple(_without_examples(new)))
        return attrs.evolve(
            self.loaded,
            root=root,
            statements=list(_without_examples(statements)),
            sources={**self.loaded.sources, source.role or source.name: source},
            own={id(one) for one in root.statements},
        )


def _in_place(
    statements: Iterable[ast.Statement], first: int, found: Iterable[ast.Statement], gone: set[int]
) -> Iterable[ast.Statement]:
    for one in statements:
        if id(one) == first:
            yield from found
        if id(one) not in gone:
            yield one


def _without_examples(statements: Iterable[ast.Statement]) -> Iterable[ast.Statement]:
    return (one for one in statements if not isinstance(one, _EXAMPLES))
