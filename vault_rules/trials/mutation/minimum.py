"""The least score that a policy's tests must reach."""

from __future__ import annotations

from fractions import Fraction

from vault_rules.trials.coverage.text import percent
from vault_rules.trials.mutation.results import KILLED, SURVIVED, Mutation


def lacking(mutation: Mutation, ratio: Fraction) -> str | None:
    """By how much a score is below a minimum, in a sentence; None where it is not."""
    killed = len(mutation.of(KILLED))
    counted = killed + len(mutation.of(SURVIVED))
    more = -(-ratio * counted // 1) - killed
    if more <= 0:
        return None
    below = percent(Fraction(-(-(ratio - mutation.score) * 1000 // 1), 1000))
    changes = f"{more:,} more of {counted:,} change{'' if counted == 1 else 's'}"
    return (
        f"mutation score of {mutation.policy.name} is {percent(mutation.score)}, {below} below the minimum of "
        f"{percent(ratio)}: {changes} must be noticed"
    )
