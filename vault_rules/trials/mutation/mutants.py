"""Every change of a policy that its tests and laws should notice.

Only what stands in the evaluated file itself is changed: what a file brings that it uses is that file's to test.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from vault_rules.api import Policy
from vault_rules.language import ast
from vault_rules.trials.mutation.mutant import ORDER, Mutant, Notes, exchanged
from vault_rules.trials.mutation.sets import Known
from vault_rules.trials.mutation.statements import Statements, heading, title

_WORDS: dict[type[ast.Statement], str] = {
    ast.Header: "policy", ast.Group: "group", ast.Let: "value", ast.Field: "field", ast.Table: "table",
    ast.Tier: "tier", ast.Route: "route", ast.Waterfall: "waterfall", ast.Store: "store", ast.Exception_: "exception",
    ast.Condition: "require", ast.Cap: "cap",
}  # fmt: skip


def mutants(policy: Policy) -> tuple[Mutant, ...]:
    """All changes of a policy, in the order in which their places stand, each once.

    Some of them are no policy any more: that shows when they are checked.
    """
    found: dict[tuple[int, int, str], Mutant] = {}
    for notes in (*_of_statements(policy), _of_tiers(policy)):
        for one in notes.found:
            if one.source.text[one.start : one.end] != one.text:  # two that change places may be the same
                found.setdefault((one.start, one.end, one.text), one)
    return tuple(sorted(found.values(), key=lambda one: (one.span.start, one.span.end)))


def _of_statements(policy: Policy) -> Iterator[Notes]:
    known = Known(policy)
    for node in policy.file.statements:
        if type(node) in _WORDS:
            notes = Notes(policy.file.source, heading(node, _WORDS))
            Statements(notes, known).statement(node)
            yield notes


def _of_tiers(policy: Policy) -> Notes:
    """Tiers are tried in order: each changes places with the next."""
    tiers: Sequence[ast.Tier] = [one for one in policy.file.statements if isinstance(one, ast.Tier)]
    notes = Notes(policy.file.source, "the tiers")
    for one, other in pairwise(tiers):
        if one.name is not None and other.name is not None:
            places = [(tier.span.start, tier.span.end) for tier in (one, other)]
            exchanged(notes, ORDER, places, f"`{one.name.name}` and `{other.name.name}` changed places", title(one))
    return notes
