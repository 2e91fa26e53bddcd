"""The signature table, and the page that is printed from it."""

from __future__ import annotations

import os
from pathlib import Path

from vault_rules.semantics.operators import FUNCTIONS, SIGNATURES, signature
from vault_rules.semantics.operators_page import operators_page
from vault_rules.semantics.types import BOOLEAN, DAYS, MASS, MONEY, MONTHS, NUMBER, PRICE, RATIO

PAGE = Path(__file__).parents[2] / "docs" / "operators.md"
COMPARISONS = ("=", "!=", "<", "<=", ">", ">=", "min", "max")


def test_the_page_is_what_the_table_prints() -> None:
    printed = operators_page()
    if os.environ.get("REWRITE_GOLDENS") == "1":
        PAGE.parent.mkdir(exist_ok=True)
        PAGE.write_text(printed, encoding="utf-8")
    assert printed == PAGE.read_text(encoding="utf-8")


def test_every_operator_and_function_stands_on_the_page() -> None:
    page = PAGE.read_text(encoding="utf-8")
    written = {"neg": "`-a`", "not": "`not a`", "abs": "`abs(a)`"}
    for operator in {row.operator for row in SIGNATURES} | set(FUNCTIONS):
        forms = (f"`a {operator} b`", f"`{operator}(a, b)`", f"`date.{operator}`", written.get(operator, "`a + b`"))
        assert any(form in page for form in forms), operator


def test_no_row_stands_twice() -> None:
    keys = [(row.operator, row.parameters) for row in SIGNATURES]
    assert len(set(keys)) == len(keys)


def test_only_values_of_one_kind_are_compared() -> None:
    for row in SIGNATURES:
        if row.operator in COMPARISONS:
            assert len(set(row.parameters)) == 1, row


def test_a_ratio_is_no_number_and_days_are_no_months() -> None:
    for operator in (*COMPARISONS, "+", "-"):
        for pair in ((RATIO, NUMBER), (DAYS, MONTHS), (PRICE, MONEY), (PRICE, MASS), (MASS, NUMBER)):
            assert signature(operator, pair) is None
            assert signature(operator, pair[::-1]) is None


def test_dimensions_multiply_and_divide() -> None:
    results = {
        ("*", MASS, PRICE): MONEY, ("*", PRICE, MASS): MONEY, ("/", MONEY, MASS): PRICE, ("/", MONEY, PRICE): MASS,
        ("/", MASS, MASS): RATIO, ("*", RATIO, PRICE): PRICE, ("of", RATIO, MASS): MASS,
    }  # fmt: skip
    for (operator, left, right), result in results.items():
        row = signature(operator, (left, right))
        assert row is not None
        assert row.result == result
    assert signature("*", (MASS, MASS)) is None
    assert signature("*", (PRICE, PRICE)) is None


def test_whatever_is_divided_may_be_undefined() -> None:
    for row in SIGNATURES:
        assert row.may_be_undefined == (row.operator in ("/", "round")), row
        assert row.doc


def test_every_comparison_gives_a_condition() -> None:
    for row in SIGNATURES:
        if row.operator in ("=", "!=", "<", "<=", ">", ">=", "in", "not in", "and", "or", "not"):
            assert row.result == BOOLEAN
