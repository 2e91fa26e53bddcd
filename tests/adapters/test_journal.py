"""The journal survives whoever writes it: killed in the middle, beside others, at any moment."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.adapters.files_on_disk import write_tables
from vault_rules.adapters.files_config import FilesConfig
from vault_rules.adapters.files_trader import FilesTrader
from vault_rules.adapters.holds import Entry, entry_from_text, entry_to_text
from vault_rules.adapters.journal import Journal
from vault_rules.adapters.kept import KeptHolds
from vault_rules.adapters.messages import Query, Release, State, Why
from vault_rules.adapters.registration import Setup
from vault_rules.errors import Unavailable
from vault_rules.testing.contracts import OFFERS

AMOUNTS = st.fractions(min_value=0, max_value=10**9).map(lambda value: value + Fraction(1, 10**6))
TEXTS = st.text(max_size=20)
ENTRIES = st.builds(
    Entry,
    key=TEXTS,
    state=st.sampled_from(State),
    subject=TEXTS,
    content=TEXTS,
    quantity=st.none() | AMOUNTS,
    price=st.none() | AMOUNTS,
    received=AMOUNTS,
    deliveries=st.dictionaries(TEXTS, st.tuples(TEXTS, AMOUNTS), max_size=2),
    why=st.none() | st.sampled_from(Why),
    text=TEXTS,
    left=st.none() | AMOUNTS,
)
BUYER = """
import sys
from fractions import Fraction
from pathlib import Path
from vault_rules.adapters.files_config import FilesConfig
from vault_rules.adapters.files_trader import FilesTrader
from vault_rules.adapters.messages import Award, Refusal
from vault_rules.adapters.registration import Setup

folder, name, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
trader = FilesTrader(FilesConfig(folder), Setup("glencore", folder))
award = Award("a", "cobalt", Fraction(100), Fraction("34.50"), "USD")
print("begun", flush=True)
for number in range(count):
    key = f"{name}:{number}"
    if not isinstance(trader.reserve(award, key), Refusal):
        trader.confirm(key)
        print(key, flush=True)
"""


@given(ENTRIES)
def test_an_entry_is_read_as_it_was_written(entry: Entry) -> None:
    text = entry_to_text(entry)
    assert "\n" not in text
    assert entry_from_text(text) == entry


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"key": "k", "state": "sold"}', '{"key": "k", "state": "held", "x": 1}']
)
def test_what_is_no_entry_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"this is no entry|Expecting value|is not a valid State"):
        entry_from_text(text)


def test_a_line_that_was_not_finished_is_taken_away(tmp_path: Path) -> None:
    path = tmp_path / "holds.jsonl"
    with KeptHolds(path).open() as holds:
        assert holds.release("one") == Release("one")
    whole = path.read_bytes()
    path.write_bytes(whole + whole[:20])
    kept = KeptHolds(path)
    with kept.open() as holds:
        assert set(holds.entries) == {"one"}
        holds.release("two")
    assert path.read_bytes().startswith(whole) and path.read_bytes().count(b"\n") == 2


@pytest.mark.parametrize("line", [b"nonsense\n", b"\xff\n", b'{"key": 3}\n'])
def test_a_damaged_journal_is_said_with_its_line(tmp_path: Path, line: bytes) -> None:
    path = tmp_path / "holds.jsonl"
    path.write_bytes(line)
    kept = KeptHolds(path)
    for _ in range(2):  # it is not forgotten
        with pytest.raises(Unavailable, match=r"holds.jsonl"), kept.open():
            pass


def test_a_journal_that_is_another_file_now_is_read_anew(tmp_path: Path) -> None:
    path = tmp_path / "holds.jsonl"
    kept = KeptHolds(path)
    with kept.open() as holds:
        holds.release("one")
    path.unlink()
    with kept.open() as holds:
        assert holds.entries == {}


def test_where_nothing_can_be_written_nothing_was_done(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="cannot be opened"), Journal(tmp_path / "no folder" / "j").locked():
        pass


def _buyer(folder: Path, name: str, count: int) -> subprocess.Popen[str]:
    arguments = [sys.executable, "-c", BUYER, str(folder), name, str(count)]
    return subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_two_processes_do_not_sell_more_than_there_is(tmp_path: Path) -> None:
    write_tables(tmp_path, {"offers": OFFERS})
    buyers = [_buyer(tmp_path, name, 80) for name in ("one", "two")]
    said = [buyer.communicate(timeout=120) for buyer in buyers]
    assert [err for _, err in said] == ["", ""]
    bought = [line for out, _ in said for line in out.splitlines() if line != "begun"]
    assert len(bought) == len(set(bought)) == 100, "10 t in pieces of 100 kg"
    trader = FilesTrader(FilesConfig(tmp_path), Setup("glencore", tmp_path))
    assert {trader.status(key).state for key in bought} == {State.CONFIRMED}


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
@pytest.mark.parametrize("seconds", [0.0, 0.02, 0.05, 0.11])
def test_a_process_killed_at_any_moment_has_lost_nothing_that_it_was_told(tmp_path: Path, seconds: float) -> None:
    write_tables(tmp_path, {"offers": OFFERS})
    buyer = _buyer(tmp_path, "one", 10**6)
    assert buyer.stdout is not None and buyer.stdout.readline() == "begun\n"
    time.sleep(seconds)
    os.kill(buyer.pid, signal.SIGKILL)
    out, _ = buyer.communicate(timeout=60)
    bought = out.splitlines()
    trader = FilesTrader(FilesConfig(tmp_path), Setup("glencore", tmp_path))
    assert {trader.status(key).state for key in bought} <= {State.CONFIRMED}
    keys = [f"one:{number}" for number in range(101)]
    taken = sum((trader.status(key).quantity or 0 for key in keys), Fraction(0))
    left = {row.cells["offer"]: row.cells["quantity"] for row in trader.offers(Query(("cobalt",)))}
    shown = {"10": Fraction(10000)}.get(str(left.get("a", "0 kg")), Fraction(str(left.get("a", "0 kg")).split()[0]))
    assert shown + taken == 10000, "what is not free is known by its key"
