"""Offers that give all they have are summed up: the plan is that of the reference, which asks each."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from unittest.mock import patch

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import vault_rules as vr
from tests.support.policies import policy as load_text
from vault_rules.engine.fast import chains, in_full, taking

AS_OF = date(2027, 8, 1)
POLICY = """
policy p {{ currency USD {least} }}
mineral tin
mineral zinc
tier near when origin = US
tier far otherwise
waterfall buying {{
  take near {near}
  take far {far}
}}
{caps}
"""
SHARES = ["", "", "share <= 50%", "share <= 33.3333333333%", "share <= 40% of awarded", "share <= 0%"]
CAPS = [
    "cap total: quantity <= 70 kg",
    "cap each: quantity <= 33.3333335 kg per mineral",
    "cap part: share <= 70% of requested",
    "cap money: spend <= 100.55 USD",
]
MASSES = [["0.0000005", "0.4999995", "0.6999995", "1"], ["1", "2.5", "7.3333333", "12", "40"]]
"""Units finer than a milligram, so that what is left of a share or a cap is rounded on the way; and larger ones."""


@st.composite
def policies(draw: st.DrawFn) -> vr.Policy:
    near, far = draw(st.sampled_from(SHARES)), draw(st.sampled_from(SHARES))
    least, caps = draw(st.sampled_from(["", "", "least_award 3 kg"])), sorted(draw(st.sets(st.sampled_from(CAPS))))
    return load_text(POLICY.format(least=least, near=near, far=far, caps="\n".join(caps)))


@st.composite
def books(draw: st.DrawFn) -> vr.Book:
    masses = st.sampled_from(draw(st.sampled_from(MASSES)))
    offers = draw(
        st.lists(st.tuples(st.sampled_from(["tin", "zinc"]), st.sampled_from(["US", "AU"]), masses), max_size=14)
    )
    asked = draw(st.lists(st.tuples(st.sampled_from(["tin", "tin", "zinc"]), masses), min_size=1, max_size=5))
    return book_of(offers, asked)


def book_of(offers: list[tuple[str, str, str]], asked: list[tuple[str, str]]) -> vr.Book:
    """Offers of a mineral from an origin, and requests for a mineral."""
    minerals, origins, quantities = zip(*offers, strict=True) if offers else ((), (), ())
    frame = pl.DataFrame(
        {
            "offer": [f"o{number:02}" for number in range(len(offers))],
            "mineral": pl.Series(minerals, dtype=pl.String),
            "origin": pl.Series(origins, dtype=pl.String),
            "quantity": pl.Series(quantities, dtype=pl.String),
            "price": pl.Series(range(len(offers)), dtype=pl.Int64) + 1,
        }
    )
    requests = pl.DataFrame(
        {
            "request": [f"r{number}" for number in range(len(asked))],
            "mineral": [mineral for mineral, _ in asked],
            "quantity": [quantity for _, quantity in asked],
        }
    )
    return vr.Book.from_frames(
        offers=frame.with_columns(trader=pl.lit("t"), currency=pl.lit("USD"), per=pl.lit("kg"), unit=pl.lit("kg")),
        requests=requests.with_columns(unit=pl.lit("kg"), buyer=pl.lit("reserve")),
    )


@settings(deadline=None)
@given(policy=policies(), book=books(), run=st.sampled_from([1, 2, 256]))
def test_summed_up_offers_give_what_the_reference_takes_of_each(policy: vr.Policy, book: vr.Book, run: int) -> None:
    with patch.object(in_full, "RUN", run), patch.object(chains, "CHAINED", 0):
        found = vr.evaluate(policy, book, AS_OF).to_json()
    assert found == vr.evaluate(policy, book, AS_OF, engine="reference").to_json()


@pytest.mark.parametrize(
    ("share", "cap", "second"),
    [("share <= 50%", "", "0.4999995"), ("", "cap part: share <= 70% of requested", "0.6999995")],
)
def test_what_is_left_of_a_limit_is_rounded_to_milligrams_before_the_last_gives(
    share: str, cap: str, second: str
) -> None:
    policy = load_text(POLICY.format(least="", near=share, far="", caps=cap))
    book = book_of([("tin", "US", "0.0000005"), ("tin", "US", second)], [("tin", "1")])
    with patch.object(chains, "CHAINED", 0):
        awards = vr.evaluate(policy, book, AS_OF).rows.awards
    assert [one.quantity for one in awards] == [Decimal("0.0000005"), Decimal(second) - Decimal("0.0000005")]


def test_a_lane_without_limits_of_its_offers_is_hardly_asked() -> None:
    frame = pl.DataFrame({"offer": [f"o{number:03}" for number in range(600)], "price": range(1, 601)}).with_columns(
        mineral=pl.lit("tin"), origin=pl.lit("US"), quantity=2, trader=pl.lit("t"), currency=pl.lit("USD"),
        per=pl.lit("kg"), unit=pl.lit("kg"),
    )  # fmt: skip
    asking = pl.DataFrame({"request": ["r"], "mineral": ["tin"], "quantity": [1001], "unit": ["kg"], "buyer": ["b"]})
    book = vr.Book.from_frames(offers=frame, requests=asking)
    asked, right = [], taking.Taking._ask

    def ask(self: taking.Taking, *args: int) -> int:
        asked.append(args)
        return right(self, *args)

    policy = load_text(POLICY.format(least="", near="share <= 100%", far="", caps=CAPS[2]))
    with patch.object(taking.Taking, "_ask", ask):
        assert len(vr.evaluate(policy, book, AS_OF).awards) == 351
    assert len(asked) < 20
