"""The engine against a second reading of section 5, on generated policies and books: everything exact."""

from __future__ import annotations

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.differential.cases import random_case
from tests.differential.comparison import differences, reduced, told

SEEDS = st.integers(0, 2**48)
# a seed says nothing of its neighbours: cases are made small by `reduced`, not by shrinking the seed
GENERATED = (Phase.explicit, Phase.reuse, Phase.generate)


def agree(seed: int) -> None:
    case = random_case(seed)
    if differences(case):
        small = reduced(case, lambda one: bool(differences(one)))
        pytest.fail(f"seed {seed}, made small:\n\n{told(small)}", pytrace=False)


@settings(max_examples=100, deadline=None, phases=GENERATED, derandomize=True, database=None)
@given(SEEDS)
def test_the_engine_agrees_with_a_second_reading_of_the_page(seed: int) -> None:
    agree(seed)


@pytest.mark.slow
@settings(max_examples=5000, deadline=None, phases=GENERATED, database=None)
@given(SEEDS)
def test_the_engine_agrees_at_length(seed: int) -> None:
    agree(seed)
