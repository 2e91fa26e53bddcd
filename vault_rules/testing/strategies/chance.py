"""Where a generator's choices come from: Hypothesis, which can make an example smaller, or a seed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

T = TypeVar("T")


class Chance:
    """Choices made by a function from a number of ways to one of them, counted from 0: the first is the simplest."""

    def __init__(self, below: Callable[[int], int]) -> None:
        self._below = below

    def one(self, options: Sequence[T]) -> T:
        """One of them."""
        return options[self._below(len(options))]

    def often(self, part: int) -> bool:
        """True in so many cases of a hundred; False is simpler."""
        return self._below(100) >= 100 - part

    def few(self, options: Sequence[T], least: int = 1) -> list[T]:
        """Some of them, at least so many, in any order, each once."""
        left = list(options)
        count = least + self._below(len(left) - least + 1)
        return [left.pop(self._below(len(left))) for _ in range(count)]

    def some(self, counts: Sequence[int], make: Callable[[], T]) -> list[T]:
        """As many as one of these counts."""
        return [make() for _ in range(self.one(counts))]


def drawn(draw: Callable[[SearchStrategy[Any]], Any]) -> Chance:
    """Choices that Hypothesis makes."""
    from hypothesis import strategies as st

    return Chance(lambda count: draw(st.integers(0, count - 1)) if count > 1 else 0)


def rolled(rng: Random) -> Chance:
    """Choices by a seed: quick, and always the same ones."""
    return Chance(rng.randrange)
