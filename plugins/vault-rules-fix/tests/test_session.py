"""What happens to the connection: sequence numbers, lost lines, silence, garbage, refusals."""

from __future__ import annotations

import socket
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from tests.support.served import Counterparty
from tests.support.wire import Scripted, Wire, all_of, messages, quote_of
from vault_rules.adapters.messages import Award, Query, Reservation, State
from vault_rules.adapters.registration import Secret, Setup
from vault_rules.errors import AdapterError, TimedOut, Unavailable
from vault_rules_fix.config import FixConfig
from vault_rules_fix.trader import FixTrader

COBALT = Query(("cobalt",))
KEY = "run-1:award-1"
AWARD = Award("a", "cobalt", Fraction(4000), Fraction("34.50"), "USD")
Make = Callable[..., Counterparty]
Raw = Callable[..., Any]


def quotes(raw: Scripted, asked: dict[int, str]) -> None:
    """Answers a request for quote."""
    if asked[35] == "R":
        raw.say("S", quote_of(asked))
        raw.say("AI", all_of(asked, 1))


def patiently(call: Callable[[], Any], seconds: float = 10) -> Any:
    """As vault-rules does where a counterparty is not available."""
    ends = monotonic() + seconds
    while True:
        try:
            return call()
        except Unavailable:
            if monotonic() > ends:
                raise


def numbers(counterparty: Counterparty, ours: int, theirs: int | None = None) -> None:
    """Write the numbers from which the next logon goes on: the next that we send, and that we expect."""
    folder = counterparty.folder / "fix-state" / counterparty.name / "VAULT1"
    (file,) = folder.glob("*.seqnums")
    known = int(file.read_text().split(":")[1])
    file.write_text(f"{ours:020} : {theirs or known:020}")


# ---- sequence numbers ------------------------------------------------------------------------------------------------


def test_numbers_go_on_after_a_restart_of_ours(counterparty: Make) -> None:
    one = counterparty()
    for _ in range(3):
        trader = one.open()
        assert len(trader.offers(COBALT)) == 1
        trader.close()
    folder = one.folder / "fix-state" / one.name / "VAULT1"
    (file,) = folder.glob("*.seqnums")
    assert int(file.read_text().split(":")[0]) > 9, "three logons, questions and logouts"


def test_our_number_too_high_is_filled_up(counterparty: Make) -> None:
    one = counterparty()
    first = one.open()
    first.health()
    first.close()
    numbers(one, 500)
    with Wire(one.port) as wire:
        trader = one.open(port=wire.port)
        assert isinstance(trader.reserve(AWARD, KEY), Reservation)
        trader.close()
    assert "2" in [message[35] for message in messages(wire.heard)], "they ask for what they missed"
    assert "4" in [message[35] for message in messages(wire.sent)], "and are told that it was nothing"


def test_our_number_too_low_is_a_clear_error(counterparty: Make) -> None:
    one = counterparty()
    first = one.open()
    first.offers(COBALT)
    first.close()
    numbers(one, 1, 1)
    with pytest.raises(Unavailable, match=r"MsgSeqNum too low, expecting \d+ but received 1.*reset_on_logon"):
        one.open().health()


def test_numbers_begin_anew_where_that_is_agreed(counterparty: Make) -> None:
    one = counterparty()
    first = one.open()
    first.offers(COBALT)
    first.close()
    numbers(one, 1, 77)
    with Wire(one.port) as wire:
        trader = one.open(port=wire.port, reset_on_logon=True)
        assert len(trader.offers(COBALT)) == 1
        trader.close()
    logon = messages(wire.sent)[0]
    assert (logon[35], logon[34], logon[141]) == ("A", "1", "Y")


def test_their_number_too_low_is_a_clear_error(scripted: Raw) -> None:
    trader, raw = scripted(quotes)
    assert len(trader.offers(COBALT)) == 1
    trader.close()
    raw.number = 1
    again = FixTrader(trader._config, Setup("raw", _folder(trader), 5))
    with pytest.raises(Unavailable, match=r"we logged out: MsgSeqNum too low, expecting \d+ but received 1"):
        again.offers(COBALT)
    again.close()


def test_their_number_too_high_is_asked_for_again(scripted: Raw) -> None:
    def script(raw: Scripted, asked: dict[int, str]) -> None:
        if asked[35] == "2":  # they sent nothing of use before
            raw.say("4", {123: "Y", 36: raw.number}, number=int(asked[7]), _43="Y", _122="20200101-00:00:00")
        quotes(raw, asked)

    trader, raw = scripted(script, number=40)
    assert len(trader.offers(COBALT)) == 1
    assert [message[35] for message in raw.heard].count("2") == 1


def test_a_gap_in_mid_quote_is_asked_for_again(scripted: Raw) -> None:
    lost: list[tuple[int, dict[int, object]]] = []

    def script(raw: Scripted, asked: dict[int, str]) -> None:
        if asked[35] == "R":
            lost.append((raw.number, quote_of(asked)))
            raw.number += 1  # as if it were lost on the way
            raw.say("AI", all_of(asked, 1))
        elif asked[35] == "2":
            number, quote = lost[0]
            assert int(asked[7]) == number
            raw.say("S", quote, number=number, _43="Y", _122="20200101-00:00:00")

    trader, _ = scripted(script)
    assert [row.cells["offer"] for row in trader.offers(COBALT)] == ["a"]


def test_a_reset_of_their_numbers_is_followed(scripted: Raw) -> None:
    def script(raw: Scripted, asked: dict[int, str]) -> None:
        if asked[35] == "R":
            raw.say("4", {123: "N", 36: raw.number + 1000})
            raw.number += 999
        quotes(raw, asked)

    trader, _ = scripted(script)
    assert len(trader.offers(COBALT)) == 1
    assert len(trader.offers(COBALT)) == 1


def test_a_reset_by_their_logon_is_followed(scripted: Raw) -> None:
    trader, raw = scripted(quotes, logon={141: "Y"}, reset_on_logon=True)
    assert len(trader.offers(COBALT)) == 1
    assert raw.heard[0][141] == "Y"


# ---- lost lines ------------------------------------------------------------------------------------------------------


def test_a_line_that_was_lost_is_there_again(counterparty: Make) -> None:
    one = counterparty()
    with Wire(one.port) as wire:
        trader = one.open(port=wire.port)
        trader.reserve(AWARD, KEY)
        wire.cut()
        assert patiently(lambda: trader.status(KEY)).state is State.HELD
        trader.close()


def test_an_answer_that_was_lost_comes_when_the_line_is_there_again(counterparty: Make) -> None:
    one = counterparty()
    with Wire(one.port) as wire:
        lost: list[bytes] = []

        def lose_the_first_report(data: bytes) -> bytes:
            if b"\x0135=8\x01" in data and not lost:
                lost.append(data)
                wire.cut()
                return b""
            return data

        wire.change = lose_the_first_report
        trader = one.open(port=wire.port)
        assert trader.reserve(AWARD, KEY) == Reservation(KEY, Fraction(4000), None, KEY)
        assert lost
        trader.close()
    orders = [message for message in messages(wire.sent) if message[35] == "D"]
    assert len(orders) == 1, "the order itself went out once"


def test_an_order_that_was_lost_is_never_sent_by_itself(scripted: Raw) -> None:
    def script(raw: Scripted, asked: dict[int, str]) -> None:
        if asked[35] == "D":
            raw.hang_up()

    trader, raw = scripted(script, timeout=3)
    with pytest.raises(TimedOut):
        trader.reserve(AWARD, KEY)
    order = next(message for message in raw.heard if message[35] == "D")
    raw.say("2", {7: order[34], 16: 0})  # they say that they missed it
    with pytest.raises(TimedOut):
        trader.status(KEY)
    assert [message[35] for message in raw.heard].count("D") == 1
    assert any(message[35] == "4" and message.get(123) == "Y" for message in raw.heard), "it was nothing"


def test_nothing_waits_for_a_line_to_be_sent(counterparty: Make) -> None:
    one = counterparty()
    trader = one.open()
    trader.health()
    one.stop()
    with pytest.raises(Unavailable):
        trader.reserve(AWARD, KEY)
    one.serve(None)
    assert patiently(lambda: trader.status(KEY)).state is State.UNKNOWN


def test_silence_is_noticed_by_heartbeats(counterparty: Make) -> None:
    one = counterparty()
    with Wire(one.port) as wire:
        trader = one.open(port=wire.port, heartbeat=1)
        trader.health()
        wire.dead = True
        begun = monotonic()
        with pytest.raises(Unavailable, match="before all offers had come"):
            trader.offers(COBALT)
        assert monotonic() - begun < 10
        trader.close()


def test_who_says_nothing_times_out(scripted: Raw) -> None:
    trader, _ = scripted(lambda raw, asked: None, timeout=1)
    with pytest.raises(TimedOut):
        trader.status(KEY)


# ---- garbage ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "garbage", [b"\x00\xff<html>", b"8=FIX\x018=FIX.4.4\x01nonsense\x01", b"8=FIX.4.4\x019=-5\x01"]
)
def test_garbage_costs_nothing_but_time(scripted: Raw, garbage: bytes) -> None:
    def script(raw: Scripted, asked: dict[int, str]) -> None:
        if asked[35] == "R":
            raw.write(garbage)
        quotes(raw, asked)

    trader, _ = scripted(script, resends=True)
    assert len(trader.offers(COBALT)) == 1


def test_a_message_whose_checksum_is_wrong_is_asked_for_again(scripted: Raw) -> None:
    trader, raw = scripted(quotes, resends=True)
    spoilt: list[bytes] = []

    def spoil(data: bytes) -> None:
        if b"\x0135=S\x01" in data and not spoilt:
            spoilt.append(data)
            data = data[:-4] + (b"000" if data[-4:-1] != b"000" else b"001") + b"\x01"
        raw.write(data)

    raw.say_raw = spoil
    assert len(trader.offers(COBALT)) == 1
    assert spoilt and [message[35] for message in raw.heard].count("2") == 1


def test_a_message_for_somebody_else_ends_the_session(scripted: Raw) -> None:
    def script(raw: Scripted, asked: dict[int, str]) -> None:
        if asked[35] == "R":
            raw.customer = "SOMEBODY"
            quotes(raw, asked)

    trader, _ = scripted(script, timeout=3)
    with pytest.raises(AdapterError, match="CompID problem"):
        trader.offers(COBALT)


def test_text_that_is_no_utf_8_is_read_with_marks(scripted: Raw) -> None:
    def script(raw: Scripted, asked: dict[int, str]) -> None:
        if asked[35] == "R":
            raw.say("S", quote_of(asked, _5008="Kokkola"))
            raw.say("AI", all_of(asked, 1))

    trader, raw = scripted(script)
    whole = raw.write

    def spoil(data: bytes) -> None:
        whole(_summed(data.replace(b"Kokkola", b"K\xf6kkola")))

    raw.say_raw = spoil
    (row,) = trader.offers(COBALT)
    assert row.cells["producer"] == "K\N{REPLACEMENT CHARACTER}kkola"


def _summed(data: bytes) -> bytes:
    return data[:-7] + f"10={sum(data[:-7]) % 256:03}\x01".encode()


# ---- refusals --------------------------------------------------------------------------------------------------------


def test_a_wrong_password_is_refused_once(counterparty: Make) -> None:
    one = counterparty()
    with Wire(one.port) as wire:
        trader = one.open(port=wire.port, password=Secret("guess"))
        with pytest.raises(Unavailable, match=r"refused our logon: .*unknown user, or wrong password$") as why:
            trader.health()
        assert "guess" not in str(why.value)
        trader.close()
    assert [message[35] for message in messages(wire.sent)].count("A") == 1, "or we might be locked out"


@pytest.mark.parametrize("change", [{"sender": "NOBODY"}, {"target": "ELSE"}])
def test_names_that_nobody_knows_are_refused(counterparty: Make, change: dict[str, str]) -> None:
    with pytest.raises(Unavailable, match=r"refused our logon.*are sender and target right"):
        counterparty().open(timeout=5, **change).health()


def test_nobody_there_is_said_at_once(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as one:
        port = one.getsockname()[1]
    trader = FixTrader(FixConfig("127.0.0.1", port, "VAULT", "TRADER"), Setup("t", tmp_path, 30))
    begun = monotonic()
    with pytest.raises(Unavailable, match="cannot be reached: Connection refused"):
        trader.offers(COBALT)
    assert monotonic() - begun < 5
    trader.close()
    with pytest.raises(Unavailable, match="closed"):
        trader.offers(COBALT)


def test_a_host_that_does_not_exist_is_said(tmp_path: Path) -> None:
    trader = FixTrader(FixConfig("no-such-host.invalid", 1, "VAULT", "TRADER"), Setup("t", tmp_path, 30))
    with pytest.raises(Unavailable, match=r"no-such-host\.invalid:1 cannot be reached"):
        trader.health()
    trader.close()


def test_a_logon_that_nobody_answers_is_given_up(scripted: Raw) -> None:
    trader, _ = scripted(quotes, logon=None, timeout=1)
    with pytest.raises(Unavailable, match="has not answered our logon in time"):
        trader.health()


def test_a_session_is_open_once(counterparty: Make) -> None:
    one = counterparty()
    first = one.open(sender="VAULT1")
    first.health()
    with pytest.raises(Unavailable, match="the session VAULT1 is in use by another program"):
        one.open(timeout=0.5, sender="VAULT1").health()
    second = one.open(sender=("VAULT1", "VAULT2"))
    assert second.health().endswith("as VAULT2")
    first.close()
    assert one.open(sender="VAULT1").health().endswith("as VAULT1")


def test_a_folder_that_cannot_be_used_is_a_clear_error(counterparty: Make) -> None:
    one = counterparty()
    (one.folder / "fix-state").write_text("a file")
    with pytest.raises(Unavailable, match="the folder `state` cannot be used"):
        one.open().health()


def _folder(trader: FixTrader) -> Path:
    """The folder of a trader's configuration."""
    return trader._line._folder.parents[1]
