"""Step 6: what a step's share still allows, in whole units."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from vault_rules.engine.fast.rooms import EVERYTHING
from vault_rules.engine.fast.walk import Walk
from vault_rules.semantics import typed
from vault_rules.semantics.meaning import value_of

if TYPE_CHECKING:
    from vault_rules.engine.fast.serving import Serving


class StepShare:
    """The share of one step of one walk."""

    def __init__(self, serving: Serving, walk: Walk, step: typed.Step, share: typed.Share) -> None:
        self.serving, self.walk, self.number, self.share = serving, walk, step.number, share
        self.code = f"share:{step.code}"
        self.each = serving.asks_each(share.ratio)
        """Whether it depends on the offer."""
        self.milligram = serving.tallies.milligram
        self._ratio = None if self.each else self._asked(None)

    def _asked(self, row: int | None) -> Fraction | None:
        offer = None if row is None else self.serving.book.offers.offer(row)
        found: Fraction | None = value_of(self.share.ratio, self.serving.world.view(offer, self.walk.request))
        return found

    def left(self, row: int, given: int) -> int:
        """What it allows an offer, when the walk has given so much besides what is noted; nothing where it is unknown.

        As `taking.share_left`.
        """
        ratio = self._asked(row) if self.each else self._ratio
        if ratio is None:
            return 0
        walk = self.walk
        up, down = ratio.numerator, ratio.denominator
        taken = walk.in_step[self.number] + given
        if self.share.of_awarded:
            if up >= down:
                return EVERYTHING
            rest, down = up * (walk.awarded + given) - down * taken, down - up
        else:
            rest = up * walk.wanted - down * taken
        return max(rest // (down * self.milligram) * self.milligram, 0)
