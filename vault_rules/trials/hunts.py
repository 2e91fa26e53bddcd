"""The laws of a policy, each tried on the books that broke one before, then on others that are made for the policy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import attrs

from vault_rules import api
from vault_rules.errors import UsageError
from vault_rules.semantics import typed
from vault_rules.trials.places import heading
from vault_rules.trials.results import Broken, LawResult

if TYPE_CHECKING:
    from vault_rules.trials.books.hunting import Hunted

EXAMPLES = 200
"""So many books are tried unless more are asked for."""


@attrs.frozen
class Hunt:
    """How laws are tried: on so many books, made from this seed. No books: no laws. `keep`: a book that breaks one is
    kept beside the policy, and tried first from then on.
    """

    examples: int = EXAMPLES
    seed: int = 0
    keep: bool = False


def hunt_laws(policy: api.Policy, laws: Sequence[typed.Law], hunt: Hunt) -> tuple[LawResult, ...]:
    """Try some laws of a policy; the same seed makes the same books. Raises `UsageError` where kept books cannot be
    read or written.
    """
    from vault_rules.trials.books.hunting import hunt_all
    from vault_rules.trials.books.kept import kept_for

    kept = kept_for(policy)
    try:
        found = hunt_all(policy, laws, examples=hunt.examples, seed=hunt.seed, kept=kept)
    except UsageError as why:
        return tuple(LawResult(law.title, heading(law), 0, hunt.seed, untried=str(why)) for law in laws)
    return tuple(_result(policy, law, one, hunt) for law, one in zip(laws, found, strict=True))


def _result(policy: api.Policy, law: typed.Law, hunted: Hunted, hunt: Hunt) -> LawResult:
    from vault_rules.trials.books.kept import keep
    from vault_rules.trials.books.told import told

    broken = None
    if hunted.counterexample is not None:
        said = tuple((one.span, str(one)) for one in hunted.violations)
        place = keep(policy, hunted) if hunt.keep else None
        broken = Broken(hunted.needed or 0, said, told(policy, hunted), None if place is None else str(place))
    return LawResult(law.title, heading(law), hunted.examples, hunted.seed, broken)
