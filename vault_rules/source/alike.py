"""What all nodes of syntax and meaning share: how they are compared, hashed and shown.

`attrs` would compile three functions for each of a hundred classes whenever the program starts, which takes longer than
to check a small policy. These read the fields when they are asked.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from operator import attrgetter
from typing import Any

import attrs


class Alike:
    """Equal where the class is the same and every field that counts is; for classes made `(eq=False, repr=False)`."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        if other.__class__ is not self.__class__:
            return NotImplemented
        compared = _compared(_class_of(self))
        return bool(compared(self) == compared(other))

    def __hash__(self) -> int:
        kind = _class_of(self)
        return hash((kind, _hashed(kind)(self)))

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={getattr(self, name)!r}" for name in _shown(_class_of(self)))
        return f"{self.__class__.__qualname__}({shown})"


def _class_of(one: Alike) -> Any:
    return one.__class__  # which mypy takes for what its instances are hashed by


@cache
def _compared(kind: type) -> Callable[[Any], Any]:
    return _values([one.name for one in attrs.fields(kind) if one.eq])


@cache
def _hashed(kind: type) -> Callable[[Any], Any]:
    return _values([one.name for one in attrs.fields(kind) if (one.eq if one.hash is None else one.hash)])


def _values(names: list[str]) -> Callable[[Any], Any]:
    return attrgetter(*names) if names else lambda one: ()


@cache
def _shown(kind: type) -> tuple[str, ...]:
    return tuple(one.name for one in attrs.fields(kind) if one.repr)
