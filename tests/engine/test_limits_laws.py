"""Tables, limits and what is made of several: each says of every row what the rows' own values say."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any
from unittest.mock import patch

import attrs
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vault_rules.domain.columns import Coded, Numbers, OfferColumns, column, numbers
from vault_rules.engine.fast import vectors
from vault_rules.engine.fast.limits import by_rank, joined, picked
from vault_rules.engine.fast.table import Table
from vault_rules.engine.fast.truths import one_of, truth
from vault_rules.engine.fast.vectors import Exact, Keyed, Limited, Scalar, Value, certain, compared, mapped, turned
from vault_rules.engine.fast.verdicts import all_of, surely

OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "<": lambda a, b: a < b, "<=": lambda a, b: a <= b, ">": lambda a, b: a > b, ">=": lambda a, b: a >= b,
}  # fmt: skip
NAMES = ("mineral", "trader", "origin")
LIMITS = st.one_of(st.none(), st.fractions(-2, 8, max_denominator=4))
HELD = st.sampled_from([True, False, None])


@attrs.frozen
class Rows:
    """A few offers: names, a purity as codes, a price as whole numbers."""

    names: dict[str, list[str | None]]
    purity: list[Fraction | None]
    price: list[Fraction | None]

    @property
    def table(self) -> Table:
        given: dict[str, Sequence[Any]] = {**self.names, "purity": self.purity}
        columns: dict[str, Any] = {name: column(name, values) for name, values in given.items()}
        columns["price"] = numbers("price", self.price)
        ids = pl.Series("offer", [f"o{at}" for at in range(len(self.price))], dtype=pl.String)
        return Table.of(OfferColumns(ids, {name: one for name, one in columns.items() if one is not None}))


@st.composite
def rows(draw: st.DrawFn) -> Rows:
    size = draw(st.integers(1, 12))

    def cells(known: st.SearchStrategy[Any]) -> list[Any]:
        one = draw(st.sampled_from([known, st.one_of(st.none(), known)]))
        return draw(st.lists(one, min_size=size, max_size=size))

    few = st.fractions(0, 6, max_denominator=2)
    return Rows({name: cells(st.sampled_from("abc")) for name in NAMES}, cells(few), cells(few))


def told(table: Table, value: Value) -> list[bool | None]:
    return table.frame.with_columns(held=truth(value))["held"].to_list()


def by_code(data: st.DataObject, table: Table, names: Sequence[str], values: st.SearchStrategy[Any]) -> Keyed | Scalar:
    """A random table over some columns of codes."""
    known: dict[Any, Any] = {}

    def value(*codes: Any) -> Any:
        if codes not in known:
            known[codes] = data.draw(values)
        return known[codes]

    found = mapped(value, [one for name in names if isinstance(one := table.column(name), (Scalar, Keyed))])
    assert found is not None
    return found


def of_rows(table: Table, value: Keyed | Scalar) -> list[Any]:
    """What a table of any values says of each row, looked up by hand."""
    if isinstance(value, Scalar):
        return [value.value] * len(table)
    found = []
    for row in table.frame.iter_rows(named=True):
        place = 0
        for name, size in zip(value.base, value.sizes, strict=True):
            place = place * size + row[name]
        found.append(value.values[place])
    return found


def asked(operator: str, left: Sequence[Any], right: Sequence[Any]) -> list[bool | None]:
    return [None if None in (a, b) else OPERATORS[operator](a, b) for a, b in zip(left, right, strict=True)]


def against(data: st.DataObject, table: Table, given: Rows) -> tuple[Value, list[bool | None]]:
    """A random comparison with a limit that codes decide, and what it says of each row."""
    limit = by_code(data, table, data.draw(st.lists(st.sampled_from(NAMES), unique=True, max_size=2)), LIMITS)
    operator = data.draw(st.sampled_from(sorted(OPERATORS)))
    purity = table.column("purity")
    if data.draw(st.booleans()) and isinstance(purity, Keyed):
        found = by_rank(operator, purity, limit)
        assert found is not None
        return found, asked(operator, given.purity, of_rows(table, limit))
    return compared(operator, table.column("price"), limit), asked(operator, given.price, of_rows(table, limit))


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(st.data(), rows())
def test_a_comparison_its_opposite_and_what_is_certain(data: st.DataObject, given: Rows) -> None:
    table = given.table
    found, expected = against(data, table, given)
    assert told(table, found) == expected
    assert told(table, surely(found, True)) == [one is True for one in expected]
    assert told(table, surely(found, False)) == [one is False for one in expected]
    if isinstance(found, Limited):
        opposite = [None if one is None else not one for one in expected]
        assert told(table, turned(found)) == opposite
        assert told(table, turned(turned(found))) == expected
        assert told(table, certain(turned(found))) == [one is True for one in opposite]


@settings(max_examples=40, deadline=None, derandomize=True, database=None)
@given(st.data(), rows())
def test_codes_of_either_side_are_compared(data: st.DataObject, given: Rows) -> None:
    table = given.table
    purity = table.column("purity")
    if not isinstance(purity, Keyed):
        return
    limit = by_code(data, table, ["mineral"], LIMITS)
    for operator in OPERATORS:
        found = by_rank(operator, limit, purity)
        assert found is not None
        assert told(table, found) == asked(operator, of_rows(table, limit), given.purity)


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(st.data(), rows(), st.sampled_from([4, 2048]))
def test_all_of_several_hold_where_each_does(data: st.DataObject, given: Rows, few: int) -> None:
    table, held, expected = given.table, [], [True] * len(given.price)
    for _ in range(data.draw(st.integers(1, 5))):
        if data.draw(st.booleans()):
            names = data.draw(st.lists(st.sampled_from(NAMES), unique=True, max_size=3))
            one: Value = by_code(data, table, names, HELD)
            says = of_rows(table, one)  # type: ignore[arg-type]
        else:
            one, says = against(data, table, given)
            one, says = surely(one, True), [held is True for held in says]
        held.append(one)
        expected = [before and now is True for before, now in zip(expected, says, strict=True)]
    with patch.object(vectors, "FEW", few):
        assert table.frame.filter(all_of(held))["row"].to_list() == [at for at, one in enumerate(expected) if one]


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(st.data(), rows(), st.sampled_from([4, 2048]))
def test_what_a_selector_picks_is_what_stands_there(data: st.DataObject, given: Rows, few: int) -> None:
    table = given.table
    selector = by_code(data, table, ["mineral"], st.sampled_from([1, 2, None]))
    results: dict[Any, Value] = {}
    says: dict[Any, list[bool | None]] = {}
    for case in (1, 2, None):
        if data.draw(st.booleans()):
            results[case], says[case] = against(data, table, given)
        else:
            results[case] = one = by_code(data, table, ["origin"], HELD)
            says[case] = of_rows(table, one)
    expected = [says[case][at] for at, case in enumerate(of_rows(table, selector))]
    with patch.object(vectors, "FEW", few):
        assert told(table, picked(selector, results)) == expected


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(st.data(), st.integers(2, 40), st.integers(1, 3))
def test_rows_at_some_places_are_found(data: st.DataObject, size: int, columns: int) -> None:
    places = data.draw(st.lists(st.integers(0, size**columns - 1), unique=True, max_size=60))
    if data.draw(st.booleans()):
        places = list(range(min(places, default=0), max(places, default=-1) + 1))
    codes = data.draw(st.lists(st.tuples(*[st.integers(0, size - 1)] * columns), min_size=1, max_size=30))
    names = [f"c{at}" for at in range(columns)]
    frame = pl.DataFrame(codes, schema=dict.fromkeys(names, pl.UInt8), orient="row")
    keyed = Keyed(tuple(names), (size,) * columns, [None] * size**columns)
    found = frame.with_columns(held=one_of(keyed, places))["held"].to_list()
    wanted = set(places)
    assert found == [sum(code * size ** (columns - at - 1) for at, code in enumerate(row)) in wanted for row in codes]


@pytest.mark.parametrize("blank", [True, False])
def test_a_column_says_whether_it_has_blanks(blank: bool) -> None:
    known = ["a", "b", "b", "a"]
    rows = Rows(
        {name: [*known[:3], None if blank else "a"] for name in NAMES},
        [Fraction(1), Fraction(2), Fraction(3), None if blank else Fraction(1)],
        [Fraction(5), Fraction(6), Fraction(7), None if blank else Fraction(8)],
    )
    table = rows.table
    mineral, price = table.column("mineral"), table.column("price")
    assert isinstance(mineral, Keyed)
    assert isinstance(price, Exact)
    assert (not mineral.never, price.blank) == (blank, blank)


def test_limits_and_tables_of_one_column_are_one_look_up() -> None:
    rows = Rows({name: ["a", "b", "c"] for name in NAMES}, [Fraction(1), Fraction(2), Fraction(3)], [Fraction(4)] * 3)
    table = rows.table
    limit = mapped(lambda one: Fraction(4), [table.column("mineral")])  # type: ignore[list-item]
    routed = mapped(lambda one, other: one != other, [table.column("mineral"), table.column("trader")])  # type: ignore[list-item]
    assert limit is not None
    assert routed is not None
    (found,) = joined([compared("<=", table.column("price"), limit), routed])
    assert isinstance(found, Limited)


def test_dates_and_numbers_are_in_their_order() -> None:
    found = column("purity", [Fraction(3), None, Fraction(1), Fraction(2)])
    assert isinstance(found, Coded)
    assert found.values == (None, 1, 2, 3)
    assert [found.at(row) for row in range(4)] == [3, None, 1, 2]
    assert isinstance(column("price", [Fraction(3)]), Numbers)
