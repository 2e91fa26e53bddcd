"""Orderings of the language: several keys, each up or down, nulls last either way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from vault_rules.engine.world import View
from vault_rules.semantics import typed
from vault_rules.semantics.meaning import value_of

T = TypeVar("T")


def in_order(items: Iterable[T], keys: Sequence[tuple[Callable[[T], Any], bool]]) -> list[T]:
    """Sorted by keys (each with whether it descends), the first the strongest; ties keep their order."""
    ordered = list(items)
    for key, descending in reversed(keys):
        values = [key(one) for one in ordered]
        known = [at for at, value in enumerate(values) if value is not None]
        known.sort(key=values.__getitem__, reverse=descending)
        ordered = [ordered[at] for at in known] + [
            one for one, value in zip(ordered, values, strict=True) if value is None
        ]
    return ordered


def key_value(key: typed.Key, view: View) -> Any:
    """What a key of `by` sorts by: its value; a tier's rank in the order of declaration."""
    value = value_of(key.value, view)
    if value is None or key.value.type.kind != "tier":
        return value
    return view.world.day.tier_rank.get(value, -1)
