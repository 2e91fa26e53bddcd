"""The fast engine against the reference, on generated policies and books: the same plan, byte for byte in JSON."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.differential.cases import Case, random_case
from tests.differential.comparison import reduced, told_case
from tests.differential.engines import GONE_OVER, by_fast, by_reference, disagreement, tiny_sizes
from tests.differential.kept import KEPT, Kept
from tests.differential.rich import rich_case
from vault_rules.domain.plan import Plan

SEEDS = st.integers(0, 2**48)
GENERATED = (Phase.explicit, Phase.reuse, Phase.generate)  # as in `test_differential`
Sizes = Callable[[int], AbstractContextManager[None]]
SIZES: dict[str, Sizes] = {
    "as they are": lambda seed: nullcontext(),
    "tiny": lambda seed: tiny_sizes(),
    "any": tiny_sizes,
}
"""The sizes from which the fast engine looks at many offers at once."""
fixed = settings(max_examples=30, deadline=None, phases=GENERATED, derandomize=True, database=None)
others = settings(max_examples=5000, deadline=None, phases=GENERATED, database=None)


def differs(case: Case, sizes: AbstractContextManager[None], reference: Plan | str | None = None) -> str:
    """What differs; also where an engine breaks down, so that such cases are made small too."""
    try:
        with sizes:
            return disagreement(case, reference)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def agree(case: Case, seed: int, *names: str) -> None:
    """Both engines' plans are the same, with each of these sizes."""
    reference = by_reference(case)
    for sizes in (SIZES[name] for name in names):
        if differs(case, sizes(seed), reference):
            small = reduced(case, lambda one, sizes=sizes: bool(differs(one, sizes(seed))))  # type: ignore[misc]
            what = f"{told_case(small)}\n\n{differs(small, sizes(seed))}"
            pytest.fail(f"seed {seed}, sizes {' or '.join(names)}, made small:\n\n{what}", pytrace=False)


@fixed
@given(SEEDS)
def test_the_engines_give_the_same_plan(seed: int) -> None:
    agree(random_case(seed), seed, "as they are", "tiny")


@settings(fixed, max_examples=16)
@given(SEEDS)
def test_the_engines_give_the_same_plan_of_richer_cases(seed: int) -> None:
    agree(rich_case(seed), seed, "as they are", "tiny")


@pytest.mark.slow
@pytest.mark.parametrize("make", [random_case, rich_case])
@others
@given(SEEDS)
def test_the_engines_agree_at_length(make: Callable[[int], Case], seed: int) -> None:
    agree(make(seed), seed, *SIZES)


@pytest.mark.parametrize("kept", KEPT, ids=lambda one: one.about)
def test_cases_that_once_went_apart_stay_together(kept: Kept) -> None:
    agree(kept.case, 0, kept.sizes)


@pytest.mark.parametrize("seed", range(5))
def test_plain_cases_are_not_handed_to_the_reference(seed: int) -> None:
    assert by_fast(random_case(seed)) != GONE_OVER
