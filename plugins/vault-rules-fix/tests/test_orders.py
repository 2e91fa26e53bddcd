"""Orders are held, let go and given up; what cannot be true is no answer, and what is told twice counts once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

import attrs
import pytest

from tests.support.served import Counterparty
from tests.support.wire import Scripted
from vault_rules.adapters.messages import Award, Confirmation, Refusal, Release, Reservation, State, Why
from vault_rules.errors import BadAnswer, TimedOut
from vault_rules_fix import reports
from vault_rules_fix.desk import Desk
from vault_rules_fix.said import Said
from vault_rules_fix.trader import FixTrader

KEY = "run-1:award-1"
AWARD = Award("a", "cobalt", Fraction(4000), Fraction("34.50"), "USD")
Make = Callable[..., Counterparty]
Raw = Callable[..., Any]


def report(asked: dict[int, str], status: str, type: str | None = None, **fields: object) -> dict[int, object]:
    """An execution report about the order of a request."""
    plain: dict[int, object] = {
        37: "order-1", 11: asked[11], 17: f"{asked[11]}-{status}", 150: type or status, 39: status, 55: "cobalt",
        54: "1", 38: "4000", 5001: "kg", 44: "34.50", 5002: "kg", 15: "USD", 151: "0", 14: "0", 6: "0",
    }  # fmt: skip
    if 790 in asked:
        plain |= {790: asked[790], 150: "I"}
    return plain | {int(tag[1:]): value for tag, value in fields.items()}


def held_then(*answers: Callable[[dict[int, str]], dict[int, object]]) -> Callable[[Scripted, dict[int, str]], None]:
    """A counterparty that holds whatever is ordered, and tells this once it is let go."""

    def script(raw: Scripted, asked: dict[int, str]) -> None:
        if asked[35] in ("D", "H"):
            raw.say("8", report(asked, "9", _151="4000"))
        elif asked[35] == "G":
            for answer in answers:
                raw.say("8", answer(asked))

    return script


def fill(quantity: object, total: object, status: str, id: str, **more: object) -> Callable[..., dict[int, object]]:
    return lambda asked: report(
        asked, status, "F", **{"_32": quantity, "_31": "34.5", "_14": total, "_17": id, "_6": "34.5"} | more
    )


# ---- what is held ----------------------------------------------------------------------------------------------------


def test_a_hold_says_until_when(scripted: Raw) -> None:
    trader, _ = scripted(lambda raw, asked: raw.say("8", report(asked, "9", _126="20270901-12:00:00.000")))
    until = datetime(2027, 9, 1, 12, tzinfo=UTC)
    assert trader.reserve(AWARD, KEY) == Reservation(KEY, Fraction(4000), until, "order-1")
    assert trader.status(KEY).until == until


@pytest.mark.parametrize(
    ("status", "fields", "message"),
    [
        ("9", {"_38": "3999"}, "something else is held"),
        ("9", {"_38": "4000.0000000000000000000000001"}, "something else is held"),
        ("9", {"_44": "34.51"}, "something else is held"),
        ("9", {"_55": "copper"}, "something else is held"),
        ("9", {"_5001": "t"}, "another unit"),
        ("9", {"_126": "20271301-12:00:00"}, "was rejected"),
        ("0", {}, "was to be held, and is not"),
        ("2", {"_150": "F", "_14": "4000", "_6": "34.5"}, "was to be held, and is not"),
        ("9", {"_14": "1", "_6": "34.5"}, "was to be held, and is not"),
        ("9", {"_14": "-1"}, "no number of zero or more"),
    ],
)
def test_a_hold_of_something_else_is_no_answer(
    scripted: Raw, status: str, fields: dict[str, Any], message: str
) -> None:
    trader, _ = scripted(lambda raw, asked: raw.say("8", report(asked, status, **fields)))
    with pytest.raises(BadAnswer, match=message):
        trader.reserve(AWARD, KEY)


@pytest.mark.parametrize(
    ("reason", "why"), [("3", Why.LESS), ("1", Why.LESS), ("11", Why.TERMS), ("13", Why.TERMS), ("99", Why.OTHER)]
)
def test_a_rejected_order_says_why(scripted: Raw, reason: str, why: Why) -> None:
    rejected = {"_103": reason, "_58": "so it is", "_5013": "10.5"}
    trader, _ = scripted(lambda raw, asked: raw.say("8", report(asked, "8", **rejected)))
    assert trader.reserve(AWARD, KEY) == Refusal(KEY, why, "so it is", Fraction("10.5"))
    status = trader.status(KEY)
    assert (status.state, status.why, status.text) == (State.REFUSED, why, "so it is")


def test_an_order_that_is_pending_is_waited_for(scripted: Raw) -> None:
    def script(raw: Scripted, asked: dict[int, str]) -> None:
        raw.say("8", report(asked, "A"))
        raw.say("8", report(asked, "9"))

    trader, _ = scripted(script)
    assert isinstance(trader.reserve(AWARD, KEY), Reservation)


def test_a_quantity_without_an_end_is_not_ordered(scripted: Raw) -> None:
    trader, raw = scripted(lambda raw, asked: None)
    refused = trader.reserve(attrs.evolve(AWARD, quantity=Fraction(1, 3)), KEY)
    assert isinstance(refused, Refusal) and refused.why is Why.OTHER
    assert raw.heard == []


# ---- what is bought --------------------------------------------------------------------------------------------------


def test_parts_are_added_up(scripted: Raw) -> None:
    script = held_then(fill("1500.000001", "1500.000001", "1", "e1"), fill("2499.999999", "4000", "2", "e2"))
    trader, _ = scripted(script)
    assert trader.confirm(KEY) == Confirmation(KEY, Fraction(4000), Fraction("34.50"), "order-1")


def test_less_is_bought_where_the_rest_is_cancelled(scripted: Raw) -> None:
    script = held_then(fill("1500", "1500", "1", "e1"), lambda asked: report(asked, "4", _14="1500", _6="34.5"))
    trader, _ = scripted(script)
    assert trader.confirm(KEY) == Confirmation(KEY, Fraction(1500), Fraction("34.50"), "order-1")


def test_a_report_that_comes_twice_counts_once(scripted: Raw) -> None:
    def script(raw: Scripted, asked: dict[int, str]) -> None:
        if asked[35] == "H":
            raw.say("8", report(asked, "9"))
            return
        first, last = fill("1500", "1500", "1", "e1")(asked), fill("2500", "4000", "2", "e2")(asked)
        raw.say("8", first)
        raw.say("8", first, _97="Y")  # sent again under a new number
        raw.say("8", first, number=raw.number - 1, _43="Y", _122="20200101-00:00:00")  # and under the old one
        raw.say("8", last)

    trader, _ = scripted(script)
    assert trader.confirm(KEY) == Confirmation(KEY, Fraction(4000), Fraction("34.50"), "order-1")


LIES = {
    "more in one": ([fill("4000.000001", "4000.000001", "2", "e1")], "4000.000001 kg"),
    "more in all": ([fill("3000", "3000", "1", "e1"), fill("3000", "4000", "2", "e2")], "fills of 6000 kg are told"),
    "more ordered": ([fill("5000", "5000", "2", "e1", _38="5000")], "fills of 5000 kg are told"),
    "another price": ([fill("4000", "4000", "2", "e1", _31="34.51")], "a fill is at 34.51, and 34.5 was agreed"),
    "no price": ([fill("4000", "4000", "2", "e1", _31="0")], "how much, or at which price"),
    "less than told": ([fill("3000", "4000", "2", "e1")], "fills of 3000 kg were told, and 4000 kg in all"),
    "filled, and not all": ([fill("3000", "3000", "2", "e1")], "fills of 3000 kg were told"),
    "two of one name": ([fill("2000", "2000", "1", "e1"), fill("1000", "3000", "1", "e1")], "by one ExecID"),
    "no number": ([fill("4000", "4e3", "2", "e1")], "was rejected"),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_fill_that_cannot_be_is_no_answer(scripted: Raw, lie: str) -> None:
    answers, message = LIES[lie]
    trader, _ = scripted(held_then(*answers))
    with pytest.raises(BadAnswer, match=message):
        trader.confirm(KEY)


def test_more_than_was_ordered_is_no_status(scripted: Raw) -> None:
    trader, _ = scripted(lambda raw, asked: raw.say("8", report(asked, "2", _14="4001", _6="34.5")))
    with pytest.raises(BadAnswer, match="4001 kg are said to be bought, and 4000 kg were ordered"):
        trader.status(KEY)
    with pytest.raises(BadAnswer):
        trader.confirm(KEY)


def test_a_part_that_is_not_the_last_is_pending(scripted: Raw) -> None:
    trader, _ = scripted(lambda raw, asked: raw.say("8", report(asked, "1", _14="1000", _6="34.5")), timeout=1)
    assert trader.status(KEY).state is State.PENDING
    with pytest.raises(TimedOut, match="not decided"):
        trader.confirm(KEY)


def test_fills_that_end_nowhere_time_out(scripted: Raw) -> None:
    trader, _ = scripted(held_then(fill("1500", "1500", "1", "e1")), timeout=1)
    with pytest.raises(TimedOut):
        trader.confirm(KEY)


def test_an_order_that_expired_is_not_bought(scripted: Raw) -> None:
    trader, _ = scripted(lambda raw, asked: raw.say("8", report(asked, "C")))
    assert trader.confirm(KEY) == Refusal(KEY, Why.LAPSED)
    assert trader.status(KEY).state is State.LAPSED


def test_nothing_filled_is_nothing_bought(scripted: Raw) -> None:
    trader, _ = scripted(held_then(lambda asked: report(asked, "4", _58="sorry")))
    assert trader.confirm(KEY) == Refusal(KEY, Why.RELEASED, "sorry")


def test_who_was_quicker_is_asked_about(scripted: Raw) -> None:
    asked_before: list[str] = []

    def script(raw: Scripted, asked: dict[int, str]) -> None:
        if asked[35] == "H":
            late = bool(asked_before)
            asked_before.append("once")
            raw.say("8", report(asked, "2", _14="4000", _6="34.5") if late else report(asked, "9"))
        else:
            raw.say("9", {37: "order-1", 11: asked[11], 41: KEY, 39: "2", 434: "2", 102: "0"})

    trader, _ = scripted(script)
    assert trader.confirm(KEY) == Confirmation(KEY, Fraction(4000), Fraction("34.5"), "order-1")


# ---- what is given up ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "reason", "answer"),
    [
        ("2", "0", Why.CONFIRMED),
        ("1", "0", Why.CONFIRMED),
        ("8", "1", Why.UNKNOWN),
        ("9", "2", Why.OTHER),
        ("8", "0", None),
        ("C", "0", None),
        ("4", "3", None),
    ],
)
def test_a_cancel_that_is_rejected_says_what_the_order_is(
    scripted: Raw, status: str, reason: str, answer: Why | None
) -> None:
    rejected = {37: "order-1", 41: KEY, 39: status, 434: "1", 102: reason}
    trader, _ = scripted(lambda raw, asked: raw.say("9", {11: asked[11]} | rejected))
    released = trader.release(KEY)
    assert released == Release(KEY) if answer is None else released.why is answer


def test_a_cancel_of_what_was_bought_in_part_is_refused(scripted: Raw) -> None:
    trader, _ = scripted(lambda raw, asked: raw.say("8", report(asked, "4", _14="1000", _6="34.5")))
    released = trader.release(KEY)
    assert isinstance(released, Refusal) and released.why is Why.CONFIRMED


def test_an_order_that_is_held_after_its_cancel_is_no_answer(scripted: Raw) -> None:
    trader, _ = scripted(lambda raw, asked: raw.say("8", report(asked, "9")))
    with pytest.raises(BadAnswer, match="was to be cancelled, and is held"):
        trader.release(KEY)


# ---- the reference counterparty --------------------------------------------------------------------------------------


class HalfDesk(Desk):
    """Fills half of what is held, and tells each fill twice."""

    def to_fill(self, quantity: Fraction) -> Fraction:
        return quantity / 2

    def fills(self, said: Said, key: str) -> Iterator[Said]:
        yield from super().fills(said, key)
        yield from super().fills(said, key)


def test_half_is_bought_and_the_rest_is_free_again(counterparty: Make) -> None:
    trader: FixTrader = counterparty(desk=HalfDesk).open()
    trader.reserve(AWARD, KEY)
    first = trader.confirm(KEY)
    assert first == Confirmation(KEY, Fraction(2000), Fraction("34.5"), KEY)
    assert trader.confirm(KEY) == first
    assert trader.status(KEY).quantity == 2000
    again = trader.reserve(AWARD, KEY)
    assert isinstance(again, Reservation) and again.quantity == 4000, "what was held, as before"


def test_an_order_that_is_not_to_be_held_is_rejected(counterparty: Make) -> None:
    one = counterparty()
    said = Said("D", ((11, KEY), (117, "a"), (55, "cobalt"), (40, "2"), (38, "1"), (5001, "kg"), (5002, "kg")))
    (answer,) = Desk(one.folder / "book").answer(said)
    assert (answer.get(39), answer.get(103)) == ("8", "11")


def test_a_message_that_cannot_be_answered_is_rejected_in_words() -> None:
    answer = reports.cannot(Said("R", ((131, "q"), (34, "7"))), "two\nlines")
    assert (answer.kind, answer.get(45), answer.get(379), answer.get(58)) == ("j", "7", "q", "two lines")


# ---- lines that are lost in mid-order --------------------------------------------------------------------------------


def lost_at(kind: str, *, then: Callable[[dict[int, str]], dict[int, object]]) -> Any:
    """A counterparty that holds, hangs up when it hears such a message, and then says what became of it."""

    def script(raw: Scripted, asked: dict[int, str]) -> None:
        hung_up = any(message[35] == kind for message in raw.heard[:-1])
        if asked[35] == kind:
            raw.hang_up()
        elif asked[35] == "H":
            raw.say("8", then(asked) if hung_up else report(asked, "9"))

    return script


def test_a_hold_whose_answer_was_lost_is_found(scripted: Raw) -> None:
    trader, raw = scripted(lost_at("D", then=lambda asked: report(asked, "9")))
    assert trader.reserve(AWARD, KEY) == Reservation(KEY, Fraction(4000), None, "order-1")
    assert [message[35] for message in raw.heard].count("D") == 1


def test_what_was_bought_while_the_line_was_lost_is_found(scripted: Raw) -> None:
    trader, raw = scripted(lost_at("G", then=lambda asked: report(asked, "2", _14="4000", _6="34.5")))
    assert trader.confirm(KEY) == Confirmation(KEY, Fraction(4000), Fraction("34.5"), "order-1")
    assert [message[35] for message in raw.heard].count("G") == 1


def test_what_was_given_up_while_the_line_was_lost_is_found(scripted: Raw) -> None:
    trader, _ = scripted(lost_at("F", then=lambda asked: report(asked, "4")))
    assert trader.release(KEY) == Release(KEY)


@pytest.mark.parametrize(
    ("kind", "call"),
    [
        ("D", lambda trader: trader.reserve(AWARD, KEY)),
        ("G", lambda trader: trader.confirm(KEY)),
        ("F", lambda trader: trader.release(KEY)),
    ],
)
@pytest.mark.parametrize("status", ["9", "A", "unknown"])
def test_what_may_have_been_lost_is_not_known(
    scripted: Raw, kind: str, call: Callable[[FixTrader], object], status: str
) -> None:
    if (kind, status) == ("D", "9"):
        return  # it is held: see above

    def then(asked: dict[int, str]) -> dict[int, object]:
        return report(asked, "8", _103="5") if status == "unknown" else report(asked, status)

    trader, _ = scripted(lost_at(kind, then=then))
    if (kind, status) == ("G", "unknown"):
        assert call(trader) == Refusal(KEY, Why.UNKNOWN)
        return
    with pytest.raises(TimedOut, match="there"):
        call(trader)
