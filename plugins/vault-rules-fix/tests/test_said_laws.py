"""Laws of messages: what is said is what is heard, to the last digit."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
import quickfix as fix
from hypothesis import given, settings
from hypothesis import strategies as st

from vault_rules.adapters.messages import Row
from vault_rules.adapters.rows import sheet_of
from vault_rules.domain.reading import read_table
from vault_rules.errors import BadAnswer
from vault_rules_fix.book_quotes import quote
from vault_rules_fix.engine import DICTIONARY
from vault_rules_fix.quotes import _cells
from vault_rules_fix.said import Said, from_fix, number_text, say, to_fix
from vault_rules_fix.tags import COLUMNS, Kind

LETTERS = st.sampled_from("aZ09 =|/\"'-_äßĀ中🜛")
TEXTS = st.text(LETTERS, min_size=1, max_size=20).filter(lambda text: text == text.strip())
DECIMALS = st.builds(lambda digits, places: Fraction(digits, 10**places), st.integers(1, 10**30), st.integers(0, 20))
DICTIONARY_OF_ENGINE = fix.DataDictionary(str(DICTIONARY))


def _over_the_wire(said: Said) -> Said:
    """What the engine makes of a message, as bytes and back."""
    message = to_fix(said)
    header = message.getHeader()
    for tag, value in ((8, "FIX.4.4"), (34, "1"), (49, "A"), (56, "B"), (52, "20270101-00:00:00")):
        header.setField(tag, value)
    back: Any = fix.Message(message.toString(), DICTIONARY_OF_ENGINE, True)
    return from_fix(back)


@given(value=DECIMALS)
def test_a_number_is_heard_as_it_was_said(value: Fraction) -> None:
    heard = _over_the_wire(say(Kind.QUOTE, {131: "q", 117: "a", 55: "cobalt", 133: number_text(value)}))
    assert heard.number(133) == value


@settings(max_examples=40)
@given(cells=st.dictionaries(st.sampled_from([*set(COLUMNS) - {"delivery", "valid_until"}]), TEXTS, min_size=1))
def test_texts_are_heard_as_they_were_said(cells: dict[str, str]) -> None:
    heard = _over_the_wire(say(Kind.QUOTE, {COLUMNS[name]: text for name, text in cells.items()}))
    assert _cells(heard) == cells


@given(
    price=DECIMALS,
    quantity=DECIMALS,
    unit=st.sampled_from(["kg", "t", "lb", "g", "oz_t", "mtu"]),
    per=st.sampled_from(["kg", "t", "lb"]),
    own=st.dictionaries(st.text("abcdefgh_", min_size=1, max_size=8).map(lambda name: f"x{name}"), TEXTS, max_size=4),
)
@settings(max_examples=40)
def test_a_row_is_read_as_the_row_that_was_quoted(
    price: Fraction, quantity: Fraction, unit: str, per: str, own: dict[str, str]
) -> None:
    row = Row({
        "offer": "a", "trader": "t", "mineral": "cobalt", "price": number_text(price), "currency": "USD", "per": per,
        "quantity": number_text(quantity), "unit": unit, "delivery": "2027-09-01", "valid_until": "2027-12-31", **own,
    })  # fmt: skip
    heard = Row({"trader": "t"} | _cells(_over_the_wire(quote(row, "q"))))
    (said,), (back,) = (read_table(sheet_of([one], "offers", "offers")).rows for one in (row, heard))
    assert dict(back.values) == {**said.values, **({"unit": "kg"} if "unit" in back.values else {})}
    assert dict(back.extra) == dict(said.extra)


@pytest.mark.parametrize("text", ["-1", "1e3", "NaN", "Infinity", "1,5", "", "1" * 101, "0x1", "½"])
def test_what_is_no_number_is_no_answer(text: str) -> None:
    with pytest.raises(BadAnswer):
        Said("8", ((14, text),)).number(14)


@given(text=st.text(st.characters(categories=["Cc", "Zl", "Zp"]), min_size=1))
def test_what_fix_cannot_say_is_not_said(text: str) -> None:
    with pytest.raises(ValueError, match="cannot be written in FIX"):
        say(Kind.ORDER, {117: f"a{text}"})


def test_a_number_without_an_end_is_not_said() -> None:
    with pytest.raises(ValueError, match="no decimal with an end"):
        number_text(Fraction(1, 3))
