"""Canonical JSON, receipts, and awards as fields: the same data, the same bytes, and nothing lost."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.ledgers import COBALT, COPPER, RECEIPT
from vault_rules.domain.award_fields import award_of, fields_of
from vault_rules.domain.canonical import canonical, exact_text, sha256_of
from vault_rules.domain.plan import Award, RuleRef
from vault_rules.domain.receipt import Receipt
from vault_rules.errors import UsageError

data = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(data)
def test_data_comes_back_as_it_was_from_one_line_of_ascii(value: Any) -> None:
    text = canonical(value)
    assert json.loads(text) == value
    assert text.isascii() and text.isprintable()


@given(st.dictionaries(st.text(), st.integers()), st.randoms())
def test_the_order_in_which_fields_were_given_means_nothing(fields: dict[str, int], random: Any) -> None:
    names = list(fields)
    random.shuffle(names)
    assert canonical({name: fields[name] for name in names}) == canonical(fields)


@given(st.fractions())
def test_a_fraction_is_kept_exactly(value: Fraction) -> None:
    assert Fraction(exact_text(value)) == value


def test_exact_numbers_and_days_are_texts() -> None:
    value = {
        "b": Decimal("345000.00"),
        "a": (Fraction(69, 2), Fraction(1, 3)),
        "c": date(2027, 8, 1),
        "d": Decimal("1E3"),
    }
    assert canonical(value) == '{"a":["34.5","1/3"],"b":"345000.00","c":"2027-08-01","d":"1000"}'


def deep(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: {"price": 34.5}, "floating-point number is not exact"),
        (lambda: Decimal("NaN"), "is no number"),
        (lambda: Decimal("Infinity"), "is no number"),
        (lambda: {1: 2}, "names of fields are texts"),
        (lambda: {"x": object()}, "a value of object"),
        (lambda: b"bytes", "a value of bytes"),
        (lambda: deep(65), "nested more than 64 deep"),
        (lambda: deep(100_000), "nested more than 64 deep"),
        (lambda: 10**10_000, "cannot be recorded"),
    ],
)
def test_what_has_no_exact_text_is_refused(make: Callable[[], Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        canonical(make())


# ---- receipts ------------------------------------------------------------------------------------------------------


def test_a_receipts_hash_is_over_its_canonical_text_and_all_that_it_says() -> None:
    assert RECEIPT.sha256 == sha256_of(RECEIPT.to_json())
    changes: dict[str, Any] = {
        "policy": "other",
        "version": None,
        "policy_sha256": "c" * 64,
        "book_sha256": "c" * 64,
        "as_of": date(2027, 8, 2),
        "program": "0.2.0",
        "parameters": {"domestic_cap": "20%"},
        "adapters": {"files": "1.1"},
        "functions": {},
    }
    assert set(changes) == {field.name for field in attrs.fields(Receipt)}
    hashes = {attrs.evolve(RECEIPT, **{name: value}).sha256 for name, value in changes.items()}
    assert len(hashes | {RECEIPT.sha256}) == len(changes) + 1


def test_a_receipt_comes_back_from_its_text() -> None:
    assert Receipt.from_fields(json.loads(RECEIPT.to_json())) == RECEIPT


# ---- awards --------------------------------------------------------------------------------------------------------

texts = st.text(max_size=5)
names = st.none() | texts
positive = st.fractions(min_value=0)
awards = st.builds(
    Award,
    *(texts, texts, texts, texts, texts),
    *(names, names, names, names),
    st.none() | st.dates(),
    *(texts, texts, st.integers(1, 9), names),
    *(positive, positive, st.decimals(0, 10**9, places=2)),
    *(st.none() | positive, st.none() | st.fractions()),
    st.lists(texts, max_size=2).map(tuple),
    st.builds(RuleRef, texts, st.integers(1, 99), st.integers(1, 99)),
    st.dictionaries(texts, names, max_size=2),
    st.dictionaries(texts, texts, max_size=2),
)


@given(awards, st.dates())
def test_an_award_comes_back_from_a_ledgers_payload_as_it_was(award: Award, day: date) -> None:
    fields = json.loads(canonical(fields_of(award, "USD", day)))
    assert award_of(fields) == award
    assert (fields["currency"], fields["date"]) == ("USD", day.isoformat())


def test_an_awards_fields_are_named_as_a_plans() -> None:
    from vault_rules.report.columns import AWARDS

    more = {"shown", "carried", "currency", "date"}
    assert set(fields_of(COBALT, "USD", date(2027, 8, 1))) == {column.name for column in AWARDS} | more
    assert fields_of(COPPER, "USD", date(2027, 8, 1))["price_per_kg"] == "1000000000/45359237"
