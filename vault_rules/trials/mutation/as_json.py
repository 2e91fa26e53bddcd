"""Changes and what became of them as JSON, schema `vault-rules/mutation/1`: the same inputs give the same bytes."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from vault_rules.source.place import place_of
from vault_rules.trials.coverage.text import percent
from vault_rules.trials.mutation.mutant import KINDS, Mutant
from vault_rules.trials.mutation.results import FATES, Fate, Mutation, score_of

SCHEMA = "vault-rules/mutation/1"


def fields(mutations: Sequence[Mutation], minimums: Sequence[Fraction] = ()) -> dict[str, Any]:
    """What became of the changes of some policies, as plain values, and which minimums each score meets."""
    policies = [_policy(one) for one in mutations]
    for said, mutation in zip(policies, mutations, strict=True) if minimums else ():
        said["minimums"] = [{"percent": percent(one), "met": mutation.score >= one} for one in minimums]
    return {"schema": SCHEMA, "policies": policies}


def _policy(mutation: Mutation) -> dict[str, Any]:
    policy = mutation.policy
    by_kind = {kind: [fate for mutant, fate in mutation.tried if mutant.kind == kind] for kind in KINDS}
    return {
        "policy": {"name": policy.name, "version": policy.version, "sha256": policy.typed.sha256},
        "tests": mutation.tests,
        "laws": mutation.laws,
        "drafts": mutation.drafts,
        **_counts([fate for _, fate in mutation.tried]),
        "by_kind": {kind: _counts(fates) for kind, fates in by_kind.items()},
        "changes": [_change(mutant, fate) for mutant, fate in mutation.tried],
    }


def _counts(fates: Sequence[Fate]) -> dict[str, Any]:
    counts: dict[str, Any] = {what: sum(fate.what == what for fate in fates) for what in FATES}
    return {"score": percent(score_of(fates)), **counts}


def _change(mutant: Mutant, fate: Fate) -> dict[str, Any]:
    text = mutant.source.text[mutant.start : mutant.end]
    return {
        "kind": mutant.kind,
        "of": mutant.of,
        **place_of(mutant.span).as_dict(),
        "change": mutant.said,
        "from": text,
        "to": mutant.text,
        "outcome": fate.what,
        "by": fate.by,
    }
