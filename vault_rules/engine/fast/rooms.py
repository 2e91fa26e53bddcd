"""What the groups of caps have used, and what is left of their limits: whole numbers that awards change."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import NamedTuple

import attrs

EVERYTHING = 1 << 200
"""What is allowed where nothing keeps anything back."""


@attrs.define(eq=False)
class Room:
    """What one group of a cap has used, in whole units of mass or of money."""

    used: int
    made: list[int] = attrs.field(factory=lambda: [0])
    """After how many awards the use changed: filled from the history when it is asked for."""
    uses: list[int] = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self.uses = [self.used]

    def changed(self, amount: int, made: int) -> None:
        self.made.append(made)
        self.uses.append(self.uses[-1] + amount)

    def then(self, made: int) -> int:
        """What it had used when so many awards had been made."""
        return self.uses[bisect_right(self.made, made) - 1]


class History:
    """Which awards changed which rooms. Only explanations ask, so that it is spelt out late."""

    def __init__(self) -> None:
        self._runs: list[tuple[int, Sequence[int], Sequence[Room | None]]] = []
        self._later: list[Callable[[History], None]] = []

    def add(self, made: int, amounts: Sequence[int], rooms: Sequence[Room | None]) -> None:
        """Awards from number `made` on, and the room of one cap that each changed by its amount."""
        self._runs.append((made, amounts, rooms))

    def later(self, add: Callable[[History], None]) -> None:
        """Somebody who adds what belongs here when it is asked for. Rooms are not shared with other awards."""
        self._later.append(add)

    def spell_out(self) -> None:
        """Let every room know its past."""
        adds, self._later = self._later, []
        for add in adds:
            add(self)
        runs, self._runs = self._runs, []
        for made, amounts, rooms in runs:
            for at, (amount, room) in enumerate(zip(amounts, rooms, strict=True), made + 1):
                if room is not None:
                    room.changed(amount, at)


class Figures(NamedTuple):
    """A limit in its room's units."""

    limit: Fraction
    whole: int
    """The limit down to whole units."""
    exact: bool
    """A limit that is given as a mass is not rounded to milligrams."""
    money: bool
    top: int
    """The limit up to whole units: with so much used, nothing is left."""


@attrs.define(eq=False)
class Bound:
    """What a cap says to an offer: its room, and the limit, as `Figures` has it."""

    room: Room
    limit: Fraction
    whole: int
    exact: bool
    money: bool
    top: int
