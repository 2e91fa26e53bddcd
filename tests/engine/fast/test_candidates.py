"""Candidates of large and small books: all that a chain of requests reads, and no more put in order than it needs."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest

import vault_rules as vr
from tests.support.policies import policy
from vault_rules.engine.fast import candidates
from vault_rules.engine.fast.ordering import in_order

AS_OF = date(2027, 1, 1)
EVERY = pl.int_range(0, 60_000, eager=True)


def offers(
    *, mineral: pl.Series, origin: pl.Series | str, price: pl.Series | str, ids: pl.Series = EVERY
) -> pl.DataFrame:
    """One kilogram each, of a trader `t`."""
    texts = {"mineral": mineral, "origin": origin, "price": price}
    columns = {name: one if isinstance(one, str) else one.cast(pl.String) for name, one in texts.items()}
    given = {name: pl.lit(one) for name, one in columns.items()}
    return pl.DataFrame({"offer": ids.cast(pl.String).str.zfill(7)}).with_columns(
        **given, trader=pl.lit("t"), quantity=pl.lit("1 kg")
    )


def requests(*minerals: str, quantity: str = "100 kg") -> pl.DataFrame:
    return pl.DataFrame(
        {"request": [f"r{at}" for at in range(len(minerals))], "buyer": "b", "mineral": minerals, "quantity": quantity}
    )


def test_what_stands_behind_the_first_candidates_is_put_together_whatever_there_is_of_each_mineral() -> None:
    """The cheapest thousands of either mineral come from one country, of which little may be bought: what is behind
    them is asked for, much of cobalt and nothing of nickel.
    """
    half = EVERY.len() // 2
    place = EVERY % half
    cobalt = half > EVERY
    abroad = pl.Series(["AU", "CA", "DE", "FR", "GB", "JP", "KR", "CL", "PE"])[place % 9]
    given = offers(
        mineral=pl.Series(["nickel", "cobalt"])[cobalt.cast(pl.UInt32)],
        origin=pl.Series(["US"]).new_from_index(0, EVERY.len()).zip_with(~cobalt | (place < half - 100), abroad),
        price=(place * cobalt + 10).cast(pl.String) + " USD/kg",
    )
    rules = policy("waterfall w { take all by price }\ncap c: share by origin <= 10% of requested per mineral")
    plan = vr.evaluate(rules, vr.Book.from_frames(offers=given, requests=requests("cobalt", "nickel")), AS_OF)
    assert plan.awards.height == 110
    assert plan.shortfalls.select("request", "quantity_kg").rows() == [("r1", "90")]


def test_of_few_offers_no_more_is_put_in_order_than_the_steps_of_each_waterfall_take(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Thirty waterfalls for two minerals each, and ties everywhere, which are told apart by texts."""
    some, names = EVERY[:30_000], [f"m{at:02}" for at in range(60)]
    shuffled = some.sample(fraction=1, shuffle=True, seed=1)
    given = offers(mineral=pl.Series(names)[some % 60], origin="US", price="10 USD/kg", ids=shuffled)
    steps = "take a by price * {0}, purity descending\n  take c by price * {0}1"
    texts = [
        f"waterfall w{at} for {{m{2 * at:02}, m{2 * at + 1:02}}} {{\n  {steps.format(at + 3)}\n}}" for at in range(30)
    ]
    known = [f"mineral {name}" for name in names]
    rules = policy("\n".join([*known, "tier a when origin = US", "tier c otherwise", *texts]))
    book = vr.Book.from_frames(offers=given, requests=requests(*names, quantity="5 kg"))
    rows: list[int] = []

    def counted(frame: pl.DataFrame, **how: Any) -> tuple[pl.DataFrame, bool]:
        rows.append(frame.height)
        return in_order(frame, **how)

    monkeypatch.setattr(candidates, "in_order", counted)
    assert vr.evaluate(rules, book, AS_OF).awards.height == 5 * 60
    assert sum(rows) == some.len()
