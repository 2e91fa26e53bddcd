"""One adapter, called from several threads at once: a call that was given up may still be running."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from fractions import Fraction

from tests.support.databases import prepared, trader
from vault_rules.adapters.messages import Award, Query, Refusal, State
from vault_rules.testing.contracts import OFFERS

AWARD = Award("a", "cobalt", Fraction(3000), Fraction("34.50"), "USD")


def test_calls_of_several_threads_do_not_disturb_each_other(place: str) -> None:
    url = prepared(place, {"offers": OFFERS})
    with closing(trader(url)) as desk, ThreadPoolExecutor(6) as pool:
        keys = [f"k{at}" for at in range(6)]
        held = [pool.submit(desk.reserve, AWARD, key) for key in keys]
        seen = [pool.submit(lambda: len(list(desk.offers(Query(("cobalt", "gallium")))))) for _ in keys]
        yes = [key for key, call in zip(keys, held, strict=True) if not isinstance(call.result(60), Refusal)]
        assert len(yes) == 3 and {call.result(60) for call in seen} == {3}
        assert [key for key in keys if desk.status(key).state is State.HELD] == yes


def test_one_key_of_several_threads_is_held_once(place: str) -> None:
    url = prepared(place, {"offers": OFFERS})
    with closing(trader(url)) as desk, ThreadPoolExecutor(6) as pool:
        answers = {call.result(60) for call in [pool.submit(desk.reserve, AWARD, "k") for _ in range(6)]}
        assert len(answers) == 1
        (left,) = [row.cells["quantity"] for row in desk.offers(Query(("cobalt",))) if row.cells["offer"] == "a"]
        assert left == "7000 kg"
