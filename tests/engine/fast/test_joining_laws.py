"""Many conditions become one in few layers: how deep an expression is decides how long Polars plans."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from vault_rules.engine.fast.limits import balanced

Layers = tuple[list[int], int]


def pair(one: Layers, other: Layers) -> Layers:
    return ([*one[0], *other[0]], max(one[1], other[1]) + 1)


@given(st.integers(1, 200))
def test_all_are_joined_in_their_order_and_in_as_few_layers_as_can_be(many: int) -> None:
    found = balanced([([number], 0) for number in range(many)], pair)
    assert found == (list(range(many)), (many - 1).bit_length())
