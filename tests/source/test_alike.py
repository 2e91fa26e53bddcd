"""Nodes are made, compared, hashed and shown as `attrs` would have it."""

from __future__ import annotations

import pickle
from typing import Any

import attrs
import pytest

from vault_rules.source.alike import Alike, field, node


@node
class Ours(Alike):
    name: str
    place: int = field(eq=False, repr=False, kw_only=True)
    among: Any = field(default=None, hash=False)


@node
class Narrower(Ours):
    more: int = 0


@node
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


@node
class Made(Alike):
    """`Ours` as `attrs` would make it is `ByAttrs`."""

    first: int
    names: list[str] = field(factory=list)
    last: str = "z"
    place: int = field(default=0, eq=False, kw_only=True)


@attrs.frozen
class ByAttrs:
    first: int
    names: list[str] = attrs.field(factory=list)
    last: str = "z"
    place: int = attrs.field(default=0, eq=False, kw_only=True)


@node(kw_only=True)
class ByName(Made):
    more: int


def test_fields_are_given_in_order_or_by_name_and_have_what_stands_for_them() -> None:
    for given, named in (((1,), {}), ((1, ["a"]), {"place": 2}), ((), {"first": 1, "last": "b"})):
        ours, theirs = Made(*given, **named), ByAttrs(*given, **named)
        assert [getattr(ours, one) for one in ("first", "names", "last", "place")] == list(attrs.astuple(theirs))
    assert Made(1).names is not Made(1).names
    assert ByName(1, more=2).more == 2


@pytest.mark.parametrize("given", [(), (1, [], "a", 2), (1, 2, 3, 4, 5)])
def test_fields_that_are_missing_or_too_many_are_an_error_as_with_attrs(given: tuple[Any, ...]) -> None:
    kinds: list[Any] = [Made, ByAttrs, ByName]
    for kind in kinds:
        with pytest.raises(TypeError):
            kind(*given)


def test_attrs_knows_the_fields_and_makes_copies_with_other_values() -> None:
    ours, theirs = (
        [(one.name, one.default, one.eq, one.kw_only) for one in attrs.fields(kind)] for kind in (Made, ByAttrs)
    )
    assert ours == theirs
    assert attrs.evolve(ByName(1, ["a"], more=2), last="b", more=3) == ByName(1, ["a"], "b", more=3)


def test_positions_match_those_that_are_given_in_order() -> None:
    match ByName(1, ["a"], more=2):
        case Made(first, [name], last):
            assert (first, name, last) == (1, "a", "z")
        case _:
            pytest.fail("nothing matched")


def test_nodes_have_their_fields_alone_and_come_back_from_another_process_equal() -> None:
    one = ByName(1, ["a"], place=3, more=2)
    with pytest.raises(AttributeError):
        one.other = 1  # type: ignore[attr-defined]
    back = pickle.loads(pickle.dumps(one))
    assert (back, back.place, back.names is one.names) == (one, 3, False)
