"""Orderings of the language: several keys, each up or down, nulls last either way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

T = TypeVar("T")


def in_order(items: Iterable[T], keys: Sequence[tuple[Callable[[T], Any], bool]]) -> list[T]:
    """Sorted by keys (each with whether it descends), the first the strongest; ties keep their order."""
    ordered = list(items)
    for key, descending in reversed(keys):
        valued = [(key(one), one) for one in ordered]
        known = [pair for pair in valued if pair[0] is not None]
        known.sort(key=lambda pair: pair[0], reverse=descending)
        ordered = [one for _, one in known] + [one for value, one in valued if value is None]
    return ordered
