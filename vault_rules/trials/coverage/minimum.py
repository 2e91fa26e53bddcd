"""The least that must be covered: `100%` of all that counts for rule coverage, `boundaries=80%` of one kind."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction

import attrs

from vault_rules.trials.coverage.measuring import Coverage
from vault_rules.trials.coverage.points import KINDS
from vault_rules.trials.coverage.text import LABELS, percent


@attrs.frozen
class Minimum:
    """`kind` None: rule coverage. `ratio` from 0 to 1."""

    kind: str | None
    ratio: Fraction

    @property
    def label(self) -> str:
        return "rule coverage" if self.kind is None else f"coverage of {LABELS[self.kind]}"

    def lacking(self, coverage: Coverage) -> int:
        """How many points more it takes; none where the minimum is met."""
        figure = coverage.figure(self.kind)
        return max(-(-self.ratio * figure.points // 1) - figure.covered, 0)

    def said(self, coverage: Coverage) -> str:
        """By how much a coverage is below it, in a sentence."""
        figure, more = coverage.figure(self.kind), self.lacking(coverage)
        below = percent(Fraction(-(-(self.ratio - figure.ratio) * 1000 // 1), 1000))
        points = f"{more:,} more of {figure.points:,} {'points' if figure.points != 1 else 'point'}"
        return (
            f"{self.label} of {coverage.policy.name} is {percent(figure.ratio)}, "
            f"{below} below the minimum of {percent(self.ratio)}: {points} must be covered"
        )


def read_minimum(text: str, others: Sequence[str] = ()) -> Minimum:
    """A minimum as it is given on the command line; `others` are kinds of what else is measured.

    Raises `ValueError` with what is wrong.
    """
    kind, _, ratio = text.rpartition("=")
    if kind and kind not in (*KINDS, *others):
        raise ValueError(f"`{kind}` is no kind of coverage: there are {', '.join((*KINDS, *others))}")
    found = re.fullmatch(r"([0-9]{1,3}(?:\.[0-9]{1,9})?)%", ratio)
    if found is None or Fraction(found[1]) > 100:
        raise ValueError(f"`{ratio}` is no minimum: say a percentage from 0% to 100%")
    return Minimum(kind or None, Fraction(found[1]) / 100)
