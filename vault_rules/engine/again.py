"""What an evaluation takes up again: a book of which some was bought, some refused, and much may have been sold since.

All that is fixed before the first award stays as the book has it: what is eligible, references, denominators, stock.
What is counted is counted anew, so that nothing that happened since can move a premium's ceiling or a cap's limit.

Such a plan is made to be carried out, not to be read: its awards, placements and shortfalls are meant, not its reasons.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from fractions import Fraction

import attrs

from vault_rules.domain.plan import Award
from vault_rules.domain.rows import Offer, PriorAward


@attrs.frozen
class Again:
    """`left`: what may still be had of an offer, where that is not all; `room` the same of facilities, in kg.

    `awards` are counted instead of the book's, and `given` besides: awards of offers of this very book, bought or meant
    to be.
    """

    left: Mapping[str, Fraction] = attrs.field(factory=dict)
    room: Mapping[str, Fraction] = attrs.field(factory=dict)
    awards: tuple[PriorAward, ...] = ()
    given: tuple[tuple[Offer, Award], ...] = ()

    def counted(self, day: date) -> Iterator[PriorAward]:
        """All that requests were given, as far as waterfalls ask."""
        yield from self.awards
        for _, one in self.given:
            yield PriorAward(
                one.mineral, one.quantity, Fraction(one.cost), day, request=one.request,
                waterfall=one.waterfall, step=one.step, step_label=one.step_label,
            )  # fmt: skip
