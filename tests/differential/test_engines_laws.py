"""The engines through the API, on real books: whatever the order of rows and the types of columns, one plan."""

from __future__ import annotations

from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import vault_rules as vr
from tests.differential.cases import Case, random_case
from tests.differential.engines import tiny_sizes
from tests.differential.rich import rich_case
from tests.support.frames import frames_of, typed
from vault_rules.errors import BookError, EvaluationError

SEEDS = st.integers(0, 2**48)
few = settings(max_examples=8 if settings.default is None else max(settings.default.max_examples // 12, 8))
"""Each example is a policy of its own, evaluated several times."""
Frames = dict[str, pl.DataFrame]


def policy_of(case: Case) -> vr.Policy:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "p.vault"
        path.write_text(case.text, encoding="utf-8")
        return vr.load_policy(path)


def plan_of(case: Case, frames: Frames, engine: str = "fast") -> vr.Plan | str:
    """A plan, or why there is none. A bad book is not asked about."""
    try:
        return vr.evaluate(policy_of(case), vr.Book.from_frames(**frames), case.as_of, engine=engine)
    except EvaluationError as stopped:
        return f"{stopped.diagnostic.code} {stopped.diagnostic.message}"
    except BookError as bad:
        assume(False)  # what is said of it names rows
        raise AssertionError from bad


def said(plan: vr.Plan | str) -> str:
    return plan if isinstance(plan, str) else plan.to_json()


def shuffled(frame: pl.DataFrame, rng: Random) -> pl.DataFrame:
    order = list(range(frame.height))
    rng.shuffle(order)
    return frame[order]


@few
@given(SEEDS)
def test_the_order_of_rows_changes_no_byte(seed: int) -> None:
    case, rng = rich_case(seed), Random(seed)
    frames = frames_of(case.book)
    with tiny_sizes(seed):
        other = plan_of(case, {name: shuffled(one, rng) for name, one in frames.items()})
        assert said(other) == said(plan_of(case, frames))


@few
@given(SEEDS)
def test_the_types_of_columns_change_no_byte(seed: int) -> None:
    case = rich_case(seed)
    frames = frames_of(case.book)
    with tiny_sizes(seed):
        other = plan_of(case, {name: typed(one) for name, one in frames.items()})
        assert said(other) == said(plan_of(case, frames))


@few
@given(SEEDS)
def test_a_callers_plan_is_the_same_by_either_engine(seed: int) -> None:
    case = rich_case(seed)
    frames = frames_of(case.book)
    reference = said(plan_of(case, frames, "reference"))
    assert said(plan_of(case, frames)) == reference
    with tiny_sizes(seed):
        assert said(plan_of(case, frames)) == reference


@few
@given(SEEDS, st.booleans())
def test_every_offer_is_explained_the_same_by_either_engine(seed: int, rich: bool) -> None:
    case = (rich_case if rich else random_case)(seed)
    assume(len(case.book.offers) <= 20)
    frames = frames_of(case.book)
    with tiny_sizes(seed):
        fast = plan_of(case, frames)
        reference = plan_of(case, frames, "reference")
        if isinstance(fast, str) or isinstance(reference, str):
            assert fast == reference
            return
        requests: list[Any] = [None, *(one.request for one in case.book.requests[:2])]
        for offer in case.book.offers:
            for request in requests:
                assert vr.explain(fast, offer.offer, request) == vr.explain(reference, offer.offer, request)
