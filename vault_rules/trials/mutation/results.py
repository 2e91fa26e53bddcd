"""What became of each change: noticed by a test or law, noticed by none, or no change at all."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

import attrs

from vault_rules.api import Policy
from vault_rules.trials.mutation.mutant import Mutant

KILLED, SURVIVED, EQUIVALENT, STILLBORN = "killed", "survived", "equivalent", "stillborn"
FATES = (KILLED, SURVIVED, EQUIVALENT, STILLBORN)


@attrs.frozen
class Fate:
    """What became of a change.

    `by` names the test or law that noticed it; of a change that makes no policy, the code of the mistake.
    """

    what: str
    by: str | None = None


@attrs.frozen
class Mutation:
    """All changes of a policy, each with what became of it."""

    policy: Policy
    tried: tuple[tuple[Mutant, Fate], ...]
    tests: int
    """How many of its tests were asked: those that were chosen and hold."""
    laws: int
    """How many of its laws were chosen."""
    drafts: int
    """How many small books the laws were asked about."""

    def of(self, what: str) -> tuple[Mutant, ...]:
        """The changes that became this."""
        return tuple(mutant for mutant, fate in self.tried if fate.what == what)

    @property
    def survivors(self) -> tuple[Mutant, ...]:
        return self.of(SURVIVED)

    @property
    def score(self) -> Fraction:
        """The part of the changes that something notices; those that change nothing, or make no policy, do not count.

        Where nothing is left to notice, all of it is.
        """
        return score_of(fate for _, fate in self.tried)


def score_of(fates: Iterable[Fate]) -> Fraction:
    """The part of those killed or surviving that were killed, from 0 to 1."""
    counted = [one.what for one in fates if one.what in (KILLED, SURVIVED)]
    return Fraction(counted.count(KILLED), len(counted)) if counted else Fraction(1)
