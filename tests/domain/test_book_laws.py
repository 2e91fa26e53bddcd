"""However a book is written, it says the same: rows and columns in any order, masses and prices in any units."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import attrs
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from tests.support.policies import policy
from vault_rules import api
from vault_rules.domain.book import Book
from vault_rules.domain.exact import plain
from vault_rules.domain.plan import Plan
from vault_rules.domain.text_frame import text_frame
from vault_rules.domain.units import MASS_UNITS

POLICY = policy(
    """
    tier ours when origin = US
    tier theirs otherwise
    waterfall w {
      take ours premium <= 20% over best(theirs, depth 5 kg) else benchmark if none allow
      take theirs share <= 60% by delivery
    }
    cap one: share by origin <= 50% of requested per mineral
    cap money: spend <= 400 USD per quarter
    store s { place in owned by cost }
    """
)
DAY = date(2027, 8, 1)
EXACT = {unit: ratio for unit, ratio in MASS_UNITS.items() if unit in ("mg", "g", "kg", "t", "mtu")}
Tables = dict[str, list[dict[str, str]]]

masses = st.integers(1, 40).map(lambda n: Fraction(n, 4))
prices = st.integers(1, 60).map(lambda n: Fraction(n, 2))
origins = st.sampled_from(["US", "AU", "CN", ""])
days = st.sampled_from(["2027-01-01", "2027-06-30", "2027-08-01"])


@attrs.frozen
class Amounts:
    """Rows whose numbers are exact values of kilograms and dollars, to be written in one unit or another."""

    offers: list[tuple[Fraction, Fraction, str, Fraction | None]]
    requests: list[tuple[Fraction, Fraction | None]]
    benchmarks: dict[str, Fraction]
    capacity: Fraction

    def written(self, draw: Any) -> Tables:
        """As tables of text; `draw` chooses a unit or a currency for each row."""
        return {
            "offers": [
                _row(draw, {"offer": f"o{at}", "trader": "t", "mineral": "cobalt", "origin": origin}, price=price,
                     quantity=quantity, lot=lot)
                for at, (price, quantity, origin, lot) in enumerate(self.offers)
            ],
            "requests": [
                _row(draw, {"request": f"r{at}", "buyer": "b", "mineral": "cobalt"}, quantity=quantity, max_price=price)
                for at, (quantity, price) in enumerate(self.requests)
            ],
            "benchmarks": [
                _row(draw, {"mineral": "cobalt", "date": day}, price=price) for day, price in self.benchmarks.items()
            ],
            "facilities": [_row(draw, {"facility": "f", "kind": "owned"}, capacity=self.capacity)],
            "fx": [{"currency": "EUR", "rate": "2", "date": ""}],
        }  # fmt: skip


amounts = st.builds(
    Amounts,
    st.lists(st.tuples(prices, masses, origins, st.none() | masses), max_size=6),
    st.lists(st.tuples(masses, st.none() | prices), max_size=4),
    st.dictionaries(days, prices),
    masses,
)


def _row(draw: Any, names: dict[str, str], **values: Fraction | None) -> dict[str, str]:
    unit, per = draw(st.sampled_from(sorted(EXACT))), draw(st.sampled_from(sorted(EXACT)))
    euros = draw(st.booleans())
    cells = {"unit": unit, "per": per, "currency": "EUR" if euros else "USD"}
    for column, value in values.items():
        if value is None:
            cells[column] = ""
        elif column in ("price", "max_price"):
            own = plain(value * EXACT[per] / (2 if euros else 1))
            cells[column] = f"{own} {cells['currency']}/{per}" if draw(st.booleans()) else own
        else:
            own = plain(value / EXACT[unit])
            cells[column] = f"{own} {unit}" if draw(st.booleans()) else own
    return names | cells


def evaluated(tables: Tables) -> Plan:
    sheets = {}
    for name, rows in tables.items():
        columns = list(rows[0]) if rows else _EMPTY[name]
        frame = pl.DataFrame(
            {column: [row[column] for row in rows] for column in columns}, schema=dict.fromkeys(columns, pl.String)
        )
        sheets[name] = text_frame(frame, name, name)
    return api.evaluate(POLICY, Book(sheets), DAY).rows


_EMPTY = {
    "offers": ["offer", "trader", "mineral", "price", "quantity"],
    "requests": ["request", "buyer", "mineral", "quantity"],
    "benchmarks": ["mineral", "price", "date"],
}


def without_hash(plan: Plan) -> Plan:
    return attrs.evolve(plan, book_sha256="")


@given(amounts, st.data())
def test_units_and_currencies_change_nothing(amounts: Amounts, data: st.DataObject) -> None:
    first, second = (evaluated(amounts.written(data.draw)) for _ in range(2))
    assert without_hash(first) == without_hash(second)


@given(amounts, st.data())
def test_the_order_of_rows_and_columns_changes_nothing_not_even_the_hash(amounts: Amounts, data: st.DataObject) -> None:
    tables = amounts.written(data.draw)
    shuffled = {}
    for name, rows in tables.items():
        order = data.draw(st.permutations(rows))
        columns = data.draw(st.permutations(list(order[0]))) if order else []
        shuffled[name] = [{column: row[column] for column in columns} for row in order]
    assert evaluated(tables) == evaluated(shuffled)
