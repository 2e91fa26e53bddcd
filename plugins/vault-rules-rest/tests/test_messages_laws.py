"""What is written is read again, whatever it is; and no bytes at all bring the reading down."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from fractions import Fraction
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vault_rules.adapters.messages import (
    Award,
    Booking,
    Confirmation,
    Delivery,
    Placement,
    Receipt,
    Refusal,
    Release,
    Reservation,
    Row,
    State,
    Status,
    Why,
)
from vault_rules.domain.exact import has_end, plain
from vault_rules.domain.units import MASS_UNITS
from vault_rules_rest import reading, writing
from vault_rules_rest.fields import LONGEST_NUMBER, BadField, Fields
from vault_rules_rest.strict_json import BadJson, Odd, dump, parse

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
KEYS = st.text("ABCabc019-_.:", min_size=1, max_size=100)
AMOUNTS = st.decimals(0, 10**15, places=9, allow_nan=False, allow_infinity=False).map(Fraction)
MASSES = AMOUNTS.filter(bool)
ZONES = st.integers(-840, 840).map(lambda minutes: timezone(timedelta(minutes=minutes)))
TIMES = st.datetimes(min_value=datetime(1900, 1, 1), timezones=st.one_of(st.just(UTC), ZONES))  # noqa: DTZ001
MAYBE_TIMES, MAYBE_TEXTS = st.none() | TIMES, st.none() | TEXTS
MAYBE_MASSES = st.none() | MASSES
HOLDING = (State.HELD, State.CONFIRMED, State.RECEIVED)

MESSAGES: dict[str, tuple[st.SearchStrategy[Any], Callable[[Fields], Any]]] = {
    "award": (
        st.builds(Award, TEXTS, TEXTS, MASSES, MASSES, TEXTS, st.sampled_from(list(MASS_UNITS))),
        reading.award,
    ),
    "reservation": (st.builds(Reservation, KEYS, MASSES, MAYBE_TIMES, MAYBE_TEXTS), reading.reservation),
    "booking": (st.builds(Booking, KEYS, MASSES, MAYBE_TIMES, MAYBE_TEXTS), reading.booking),
    "confirmation": (st.builds(Confirmation, KEYS, MASSES, MASSES, MAYBE_TEXTS), reading.confirmation),
    "room": (st.builds(Confirmation, KEYS, MASSES, st.none(), MAYBE_TEXTS), reading.room),
    "placement": (st.builds(Placement, TEXTS, TEXTS, MASSES, MAYBE_TEXTS, MAYBE_TEXTS), reading.placement),
    "delivery": (st.builds(Delivery, TEXTS, MASSES, st.dates()), reading.delivery),
    "receipt": (st.builds(Receipt, KEYS, TEXTS, MASSES, MASSES), reading.receipt),
    "release": (st.builds(Release, KEYS), reading.release),
    "refusal": (st.builds(Refusal, KEYS, st.sampled_from(Why), st.just("") | TEXTS, MAYBE_MASSES), reading.refusal),
    "status": (
        st.builds(
            Status, KEYS, st.sampled_from(State), MAYBE_MASSES, AMOUNTS, MAYBE_MASSES,
            st.none() | st.sampled_from(Why), st.just("") | TEXTS, MAYBE_TIMES, MAYBE_TEXTS,
        ).filter(lambda one: one.quantity is not None or one.state not in HOLDING),
        reading.status,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", MESSAGES)
@given(data=st.data())
def test_what_is_written_is_read_again(name: str, data: st.DataObject) -> None:
    messages, read = MESSAGES[name]
    message = data.draw(messages)
    assert reading.whole(Fields(parse(dump(writing.said(message)))), read) == message


@given(st.lists(st.dictionaries(TEXTS, st.none() | TEXTS, max_size=4), max_size=4), st.none() | TEXTS)
def test_rows_are_read_as_they_were_written(tables: list[dict[str, str | None]], cursor: str | None) -> None:
    rows = tuple(Row(cells, at) for at, cells in enumerate(tables, 1))
    page = reading.whole(Fields(parse(dump(writing.rows(rows, cursor)))), reading.page_of("fx"))
    assert (page.rows, page.next) == (rows, cursor)


@given(st.fractions(min_value=0).filter(bool))
def test_a_number_is_said_exactly_or_not_at_all(value: Fraction) -> None:
    if has_end(value) and len(plain(value)) <= LONGEST_NUMBER:
        assert Fraction(writing.decimal(value)) == value
    else:
        with pytest.raises(writing.Endless):
            writing.decimal(value)


@given(st.binary(max_size=200))
def test_no_bytes_bring_the_reading_down(body: bytes) -> None:
    with suppress(BadJson):
        assert parse(body) == json.loads(body, parse_float=Odd, parse_constant=Odd)


WHOLE = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**13), 10**13) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@given(WHOLE, st.booleans())
def test_json_means_what_it_means_to_every_reader(said: Any, plain_letters: bool) -> None:
    assert parse(json.dumps(said, ensure_ascii=plain_letters).encode()) == said


JSONS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@pytest.mark.parametrize("name", MESSAGES)
@given(said=JSONS, fields=st.dictionaries(st.sampled_from(["key", "quantity", "price", "state", "why"]), JSONS))
def test_whatever_is_said_it_is_a_message_or_a_bad_field(name: str, said: Any, fields: dict[str, Any]) -> None:
    _, read = MESSAGES[name]
    for one in (said, fields):
        with suppress(BadField):
            found = reading.whole(Fields(parse(json.dumps(one).encode())), read)
            assert attrs.has(type(found))


@pytest.mark.parametrize("text", ["1.5", "1e3", "NaN", "Infinity", "-Infinity", "1" * 16])
def test_a_number_that_is_not_whole_is_kept_as_it_stands(text: str) -> None:
    found = parse(text.encode())
    assert found == Odd(text)


@pytest.mark.parametrize("body", [b'{"a":1,"a":1}', b'[{"b":{"a":1,"a":2}}]', b'{"a":1,"\\u0061":2}'])
def test_a_name_stands_once(body: bytes) -> None:
    with pytest.raises(BadJson, match="says twice: a"):
        parse(body)


def test_a_body_of_many_names_is_read_quickly() -> None:
    body = ("{" + ",".join(f'"{at}":1' for at in range(200_000)) + ',"7":1}').encode()
    with pytest.raises(BadJson, match="says twice: 7"):
        parse(body)
