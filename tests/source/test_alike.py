"""Nodes are compared, hashed and shown as `attrs` would have it."""

from __future__ import annotations

from typing import Any

import attrs

from vault_rules.source.alike import Alike


@attrs.frozen(eq=False, repr=False)
class Ours(Alike):
    name: str
    place: int = attrs.field(eq=False, repr=False, kw_only=True)
    among: Any = attrs.field(default=None, hash=False)


@attrs.frozen(eq=False, repr=False)
class Narrower(Ours):
    more: int = 0


@attrs.frozen(eq=False, repr=False)
class Empty(Alike):
    """Nothing to tell two apart by."""


def test_what_counts_decides_and_a_place_does_not() -> None:
    assert Ours("a", place=1) == Ours("a", place=2)
    assert Ours("a", place=1) != Ours("b", place=1)
    assert Ours("a", [1], place=1) != Ours("a", [2], place=1)
    assert Empty() == Empty()


def test_another_class_is_never_equal() -> None:
    assert Ours("a", place=1) != Narrower("a", place=1)
    assert Ours("a", place=1) != "a"


def test_equal_ones_hash_alike_and_what_cannot_be_hashed_is_left_out() -> None:
    assert hash(Ours("a", {}, place=1)) == hash(Ours("a", {}, place=2))
    assert len({Narrower("a", place=1), Narrower("a", place=2), Narrower("a", more=1, place=1), Empty()}) == 3


def test_what_is_shown_is_what_attrs_would_show() -> None:
    assert repr(Narrower("a", None, 2, place=9)) == "Narrower(name='a', among=None, more=2)"
    assert repr(Empty()) == "Empty()"
