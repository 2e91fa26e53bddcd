"""How a book's rows and a policy's statements are chosen: by dice that always fall the same way, or by Hypothesis.

Hypothesis can then shrink them. The first of several choices is the plainest, and what may be left out is left out by
the lowest throw: so that what is shrunk becomes plainer.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")


class Chooser(ABC):
    """Chooses whole numbers, and by these everything else."""

    @abstractmethod
    def below(self, end: int) -> int:
        """A whole number from 0 to `end` - 1."""

    def one(self, choices: Sequence[T]) -> T:
        """One of several."""
        return choices[self.below(len(choices))] if len(choices) > 1 else choices[0]

    def chance(self, percent: int) -> bool:
        """True in so many of a hundred cases."""
        return self.below(100) >= 100 - percent

    def few(self, choices: Sequence[T]) -> list[T]:
        """At least one of them, each at most once, in any order."""
        left = list(choices)
        count = 1 + self.below(len(left))
        return [left.pop(self.below(len(left))) for _ in range(count)]

    def some(self, counts: Sequence[int], make: Callable[[], T]) -> list[T]:
        """As many as one of these counts says."""
        return [make() for _ in range(self.one(counts))]

    def grouped(self, groups: Sequence[Sequence[T]]) -> T:
        """One member of one of several groups; each group is as likely as another, whatever its size."""
        return self.one(self.one(groups))


class Dice(Chooser):
    """Pseudo-random choices: the same for the same seed and number, with every version of Python."""

    def __init__(self, seed: int, number: int = 0) -> None:
        self._random = Random(f"{seed} {number}")  # noqa: S311  # no secret, and it must fall the same way again

    def below(self, end: int) -> int:
        return self._random.getrandbits(64) * end >> 64
