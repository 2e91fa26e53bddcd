"""What goes over the wire, read from the wire: what the protocol says, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from tests.support.served import PASSWORD, Counterparty
from tests.support.wire import Wire, messages
from vault_rules.adapters.messages import Award, Query

HEADER = {8, 9, 35, 49, 56, 34, 52, 10}
ORDER = {1, 11, 117, 55, 54, 38, 5001, 40, 44, 5002, 15, 59, 60}
SAID = {
    "A": {98, 108, 553, 554},
    "R": {131, 146, 55},
    "D": ORDER | {18},
    "H": {1, 11, 790, 55, 54},
    "G": ORDER | {41},
    "F": {1, 11, 41, 55, 54, 60},
    "1": {112},
    "5": set(),
}
KEYS = ("run-1:award-1", "run-1:award-2")
AWARDS = (
    Award("a", "cobalt", Fraction(4000), Fraction("34.50"), "USD"),
    Award("b", "gallium", Fraction("250.000001"), Fraction(600), "USD"),
)


def _everything(one: Counterparty) -> bytes:
    """All that a whole execution says."""
    with Wire(one.port) as wire:
        trader = one.open(port=wire.port, account="reserve")
        trader.offers(Query(("cobalt", "gallium")))
        for award, key in zip(AWARDS, KEYS, strict=True):
            trader.reserve(award, key)
            trader.status(key)
        trader.confirm(KEYS[0])
        trader.release(KEYS[1])
        trader.close()
        return bytes(wire.sent)


def test_nothing_is_said_but_what_the_protocol_says(counterparty: Callable[..., Counterparty]) -> None:
    said = messages(_everything(counterparty()))
    assert {message[35] for message in said} == set(SAID)
    for message in said:
        assert set(message) - HEADER <= SAID[message[35]], message


def test_a_question_says_which_mineral_and_no_more(counterparty: Callable[..., Counterparty]) -> None:
    asked = [message for message in messages(_everything(counterparty())) if message[35] == "R"]
    assert [message[55] for message in asked] == ["cobalt", "gallium"], "one question for each"
    assert all(set(message) - HEADER == {131, 146, 55} for message in asked)
    data = b"".join(message[131].encode() for message in asked)
    assert b"cobalt" not in data and b"run-1" not in data, "an id says nothing either"


def test_numbers_are_plain_decimals(counterparty: Callable[..., Counterparty]) -> None:
    orders = [message for message in messages(_everything(counterparty())) if message[35] in ("D", "G")]
    assert [(message[38], message[44]) for message in orders] == [
        ("4000", "34.5"), ("250.000001", "600"), ("4000", "34.5")
    ]  # fmt: skip


def test_the_password_is_in_the_logon_and_nowhere_else(counterparty: Callable[..., Counterparty]) -> None:
    one = counterparty()
    said = messages(_everything(one))
    assert [message[35] for message in said if PASSWORD in message.values()] == ["A"]
    for file in (one.folder / "fix-state").rglob("*"):
        assert file.is_dir() or PASSWORD.encode() not in file.read_bytes(), f"{file.name} holds it"


def test_orders_are_in_no_file_of_ours(counterparty: Callable[..., Counterparty]) -> None:
    one = counterparty()
    _everything(one)
    for file in (one.folder / "fix-state").rglob("*"):
        assert file.is_dir() or b"cobalt" not in file.read_bytes(), f"{file.name} could be sent again"
