"""Offers come whole, exactly as they were written, or not at all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.served import Counterparty
from tests.support.wire import Scripted, Wire, all_of, quote_of
from vault_rules.adapters.messages import Query, Row
from vault_rules.errors import AdapterError, BadAnswer, TimedOut, Unavailable
from vault_rules_fix import quotes as quotes_module

COBALT = Query(("cobalt",))
Make = Callable[..., Counterparty]
Raw = Callable[..., Any]


def test_every_column_arrives_as_it_was_written(counterparty: Make) -> None:
    cells = {
        "offer": "ö-1", "mineral": "cobalt", "price": "11.50", "currency": "USD", "per": "lb", "quantity": "2000",
        "unit": "lb", "lot": "100", "min_quantity": "200 lb", "form": "cathode", "purity": "99.8%", "origin": "AU",
        "processed_in": "FI", "melted_in": "FI", "producer": "Kokkola", "delivery": "2027-09-01",
        "valid_until": "2027-12-31", "incoterm": "CIF", "location": "Rotterdam", "hazard": "none",
        "audited": "yes", "smelter_id": "CID=001",
    }  # fmt: skip
    one = counterparty()
    one.rewrite([Row(cells)])
    (row,) = one.open().offers(COBALT)
    kg = {"unit": "kg", "quantity": "907.18474", "lot": "45.359237", "min_quantity": "90.718474"}
    assert row.cells == cells | kg


@pytest.mark.parametrize(("price", "found"), [("34.50 USD/kg", "34.50"), ("34.50 USD", "34.50"), ("034.5", "034.5")])
def test_a_price_comes_without_its_units(counterparty: Make, price: str, found: str) -> None:
    one = counterparty()
    one.rewrite([Row({"offer": "a", "mineral": "cobalt", "price": price, "quantity": "1", "currency": "USD"})])
    (row,) = one.open().offers(COBALT)
    assert (row.cells["price"], row.cells["currency"]) == (found, "USD")


def test_a_number_of_forty_digits_loses_none(counterparty: Make) -> None:
    one = counterparty()
    price = "1234567890123456789.0123456789012345678901"
    one.rewrite([Row({"offer": "a", "mineral": "cobalt", "price": price, "quantity": "1"})])
    (row,) = one.open().offers(COBALT)
    assert row.cells["price"] == price


def test_a_bad_book_of_theirs_is_a_clear_error(counterparty: Make) -> None:
    one = counterparty()
    one.rewrite([Row({"offer": "a", "mineral": "cobalt", "price": "cheap", "quantity": "1"})])
    with pytest.raises(BadAnswer, match="expected a price"):
        one.open().offers(COBALT)


def test_a_quote_that_comes_twice_counts_once(scripted: Raw) -> None:
    def script(raw: Scripted, asked: dict[int, str]) -> None:
        raw.say("S", quote_of(asked))
        raw.say("S", quote_of(asked), _97="Y")
        raw.say("AI", all_of(asked, 1))

    trader, _ = scripted(script)
    assert [row.cells["offer"] for row in trader.offers(COBALT)] == ["a"]


@pytest.mark.parametrize("reason", ["1", "7", "8", "9", "10"])
def test_a_reject_that_says_there_is_none_means_no_offers(scripted: Raw, reason: str) -> None:
    trader, _ = scripted(lambda raw, asked: raw.say("AG", {131: asked[131], 658: reason}))
    assert trader.offers(COBALT) == []


LIES: dict[str, tuple[Callable[[Scripted, dict[int, str]], None], str]] = {
    "fewer than there should be": (
        lambda raw, asked: raw.say_all(("S", quote_of(asked)), ("AI", all_of(asked, 2))),
        "1 offers of cobalt came, and there should be 2",
    ),
    "more than there should be": (
        lambda raw, asked: raw.say_all(("S", quote_of(asked)), ("AI", all_of(asked, 0))),
        "there should be 0",
    ),
    "two of one name": (
        lambda raw, asked: raw.say_all(("S", quote_of(asked)), ("S", quote_of(asked, _133="34.51"))),
        "two offers go by the name a",
    ),
    "another mineral": (lambda raw, asked: raw.say("S", quote_of(asked, _55="gallium")), "gallium answers"),
    "not for us": (
        lambda raw, asked: raw.say("AG", {131: asked[131], 658: 6, 58: "you are not on our list"}),
        "you are not on our list",
    ),
    "a price that is none": (lambda raw, asked: raw.say("S", quote_of(asked, _133="NaN")), "was rejected"),
    "an endless price": (lambda raw, asked: raw.say("S", quote_of(asked, _133="1e400")), "was rejected"),
    "not understood": (
        lambda raw, asked: raw.say("3", {45: asked[34], 58: "Invalid MsgType"}),
        "our message was rejected: Invalid MsgType",
    ),
    "not at this hour": (
        lambda raw, asked: raw.say("j", {45: asked[34], 372: "R", 380: 4, 58: "the desk is closed"}),
        "the desk is closed",
    ),
    "offers, and then none": (
        lambda raw, asked: raw.say_all(("S", quote_of(asked)), ("AG", {131: asked[131], 658: 9})),
        "and then the word that there are none",
    ),
}  # fmt: skip


@pytest.mark.parametrize("lie", LIES)
def test_an_answer_that_cannot_be_is_none(scripted: Raw, lie: str) -> None:
    script, message = LIES[lie]
    trader, _ = scripted(script)
    with pytest.raises(BadAnswer, match=message):
        trader.offers(COBALT)


def test_quotes_without_end_are_cut_off(scripted: Raw, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quotes_module, "MOST_QUOTES", 50)

    def script(raw: Scripted, asked: dict[int, str]) -> None:
        for at in range(200):
            raw.say("S", quote_of(asked, _117=f"offer-{at}"))

    trader, _ = scripted(script)
    with pytest.raises(BadAnswer, match="more than 50 offers"):
        trader.offers(COBALT)


def test_offers_without_the_last_word_are_no_book(scripted: Raw) -> None:
    trader, _ = scripted(lambda raw, asked: raw.say("S", quote_of(asked)), timeout=1)
    with pytest.raises(TimedOut, match="1 offers have come, and not the word that these are all"):
        trader.offers(COBALT)


def test_a_disconnect_in_mid_quote_gives_no_part_of_a_book(counterparty: Make) -> None:
    one = counterparty()
    cells = {"mineral": "cobalt", "price": "34.50", "quantity": "1", "currency": "USD"}
    one.rewrite([Row({"offer": f"offer-{at}", **cells}) for at in range(100)])
    with Wire(one.port) as wire:
        broken: list[bool] = []

        def until_the_fiftieth(data: bytes) -> bytes:
            if b"117=offer-50\x01" in bytes(wire.heard) and not broken:
                broken.append(True)
                wire.cut()
                return b""
            return data

        wire.change = until_the_fiftieth
        trader = one.open(port=wire.port)
        with pytest.raises(Unavailable, match="before all offers had come"):
            trader.offers(COBALT)
        rows = _patiently(lambda: trader.offers(COBALT))
        assert len(rows) == 100, "asked again, all come"
        trader.close()


def _patiently(call: Callable[[], list[Row]]) -> list[Row]:
    """As vault-rules does where a counterparty is not available."""
    for _ in range(3):
        try:
            return call()
        except Unavailable:
            continue
    return call()


def test_no_minerals_are_no_question(counterparty: Make) -> None:
    one = counterparty()
    one.stop()
    assert one.open().offers(Query(())) == []


def test_a_name_that_fix_cannot_say_is_not_sent(counterparty: Make) -> None:
    with pytest.raises(AdapterError, match="cannot be written in FIX"):
        counterparty().open().offers(Query(("cobalt\x0138=500",)))
