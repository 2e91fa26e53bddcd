"""Everybody is asked at once, for what is routed to them and nothing else; the answers become one book."""

from __future__ import annotations

import threading
from datetime import date
from fractions import Fraction
from typing import Any

import attrs
import pytest

from tests.gathering.conftest import Place
from tests.support.plugins import installed, plugin
from vault_rules import api
from vault_rules.adapters.config import read_config
from vault_rules.adapters.manager import Plugins
from vault_rules.adapters.messages import Query, Row
from vault_rules.adapters.registration import Registration
from vault_rules.errors import AdapterError, BadAnswer, BookError, TimedOut, Unavailable
from vault_rules.gathering import Gathered, gather, read_requests

AS_OF = date(2027, 8, 1)


def gathered(place: Place, plugins: Plugins, config: str, **more: Any) -> Gathered:
    file = place.write("vault.toml", config)
    read = read_config(file, plugins)
    policy = api.load_policy(place.folder / "small.vault")
    requests = read_requests(place.folder / "requests.csv", read.requests.defaults)
    return gather(policy, read, requests, AS_OF, **more)


def plan(place: Place, found: Gathered) -> api.Plan:
    policy = api.load_policy(place.folder / "small.vault")
    with found.naming():
        return api.evaluate(policy, found.book, AS_OF)


# ---- what goes over the wire ---------------------------------------------------------------------------------------


def test_a_trader_is_asked_for_the_minerals_routed_to_it_and_told_nothing_else(place: Place, plugins: Plugins) -> None:
    text = place.trader("glencore", "a,cobalt,30,10") + place.trader("hartree") + place.trader("traxys")
    gathered(place, plugins, text)
    assert place.said() == [{"to": "glencore", "minerals": ["cobalt"]}, {"to": "hartree", "minerals": ["gallium"]}]


def test_a_mineral_that_nobody_requests_is_not_asked_for(place: Place, plugins: Plugins) -> None:
    place.write("requests.csv", "request,buyer,mineral,quantity\nr1,gm,gallium,10\n")
    gathered(place, plugins, place.trader("glencore") + place.trader("hartree"))
    assert place.said() == [{"to": "hartree", "minerals": ["gallium"]}]


def test_a_mineral_without_a_route_is_asked_of_everybody(place: Place, plugins: Plugins) -> None:
    text = (place.folder / "small.vault").read_text(encoding="utf-8")
    place.write("small.vault", text.replace("route gallium_desk: {gallium} to hartree\n", ""))
    gathered(place, plugins, place.trader("glencore") + place.trader("hartree"))
    assert [one["minerals"] for one in place.said()] == [["cobalt", "gallium"], ["gallium"]]


def test_the_route_of_the_day_counts(place: Place, plugins: Plugins) -> None:
    exception = 'exception gone to gallium_desk from 2027-07-01 because "a new desk" { to traxys }\n'
    place.write("small.vault", (place.folder / "small.vault").read_text() + exception)
    gathered(place, plugins, place.trader("hartree") + place.trader("traxys"))
    assert place.said() == [{"to": "traxys", "minerals": ["gallium"]}]


@pytest.mark.parametrize(("stock", "asked"), [("5", "traxys"), ("5000", "hartree")])
def test_a_route_that_depends_on_stock_is_known_before_traders_are_asked(
    place: Place, plugins: Plugins, stock: str, asked: str
) -> None:
    exception = 'exception low to gallium_desk through 2028-01-01 when stock < 100 kg because "hurry" { to traxys }\n'
    place.write("small.vault", (place.folder / "small.vault").read_text() + exception)
    place.write("shed/facilities.csv", "facility,kind,capacity\nnola,owned,100 t\n")
    place.write("shed/holdings.csv", f"mineral,quantity,facility\ngallium,{stock},nola\n")
    shed = '[storages.main]\nadapter = "files"\npath = "shed"\n'
    found = gathered(place, plugins, place.trader("hartree") + place.trader("traxys") + shed)
    assert place.said() == [{"to": asked, "minerals": ["gallium"]}]
    assert found.storages == {"nola": "main"}


def test_nobody_is_asked_where_the_requests_are_bad(place: Place, plugins: Plugins) -> None:
    place.write("requests.csv", "request,buyer,mineral,quantity\nr1,gm,cobolt,10\n")
    with pytest.raises(BookError, match=r"is not a mineral that the policy knows \(did you mean `cobalt`\?\)"):
        gathered(place, plugins, place.trader("glencore"))
    assert place.said() == []


def test_all_are_asked_at_once(place: Place) -> None:
    barrier = threading.Barrier(2, timeout=20)

    @attrs.frozen
    class Nothing:
        pass

    class Meets:
        def __init__(self, config: Any, setup: Any) -> None:
            pass

        def offers(self, query: Query) -> list[Row]:
            barrier.wait()
            return []

        def close(self) -> None:
            pass

    with installed(plugin(traders=[Registration("meets", Meets, Nothing, 1)])) as plugins:
        sections = "".join(f'[traders.{name}]\nadapter = "meets"\n' for name in ("glencore", "hartree"))
        gathered(place, plugins, sections)
    assert barrier.n_waiting == 0 and not barrier.broken


# ---- the book ------------------------------------------------------------------------------------------------------


def test_the_answers_become_one_book(place: Place, plugins: Plugins) -> None:
    text = place.trader("glencore", "a,cobalt,30,10") + place.trader("hartree", "b,gallium,600,5")
    found = gathered(place, plugins, text)
    assert [(one.offer, one.trader, one.quantity) for one in plan(place, found).rows.awards] == [
        ("a", "glencore", Fraction(10)),
        ("b", "hartree", Fraction(5)),
    ]
    assert found.asked == {"glencore": ("cobalt",), "hartree": ("gallium",)}


def test_ids_that_meet_are_told_of_and_a_prefix_keeps_them_apart(place: Place, plugins: Plugins) -> None:
    first, second = "1,cobalt,30,10", "1,gallium,600,5"
    text = place.trader("glencore", first) + place.trader("hartree", second)
    with pytest.raises(BookError, match="hartree, offers, row 1, column offer"):
        plan(place, gathered(place, plugins, text))
    text = place.trader("glencore", first) + place.trader("hartree", second, more='prefix = "h-"')
    found = gathered(place, plugins, text)
    assert [one.offer for one in plan(place, found).rows.awards] == ["1", "h-1"]
    assert found.prefixes == {"trader hartree": "h-"}


def test_a_bad_cell_names_who_sent_it_and_its_row(place: Place, plugins: Plugins) -> None:
    text = place.trader("glencore", "a,cobalt,30,10") + place.trader("hartree", "b,gallium,6,5", "c,gallium,-1,5")
    with pytest.raises(BookError) as bad:
        plan(place, gathered(place, plugins, text))
    assert str(bad.value).startswith("trader hartree, offers, row 2, column price: `-1`")


def test_a_bad_file_of_a_trader_names_the_trader(place: Place, plugins: Plugins) -> None:
    place.write("desk/offers.csv", 'offer,mineral,price,quantity\na,cobalt,"30,10\n')
    with pytest.raises(BookError, match=r"trader glencore, offers.csv, row 2: opens a quotation mark"):
        gathered(place, plugins, '[traders.glencore]\nadapter = "files"\npath = "desk"\n')


def test_defaults_fill_the_blank_cells_of_requests(place: Place, plugins: Plugins) -> None:
    place.write("requests.csv", "request,mineral,quantity,form\nr1,cobalt,10,\nr2,cobalt,1,cathode\n")
    text = place.trader("glencore") + '[requests.defaults]\nbuyer = "gm"\nform = "powder"\n'
    sheet = gathered(place, plugins, text).sheets["requests"].given
    assert (sheet["buyer"].to_list(), sheet["form"].to_list()) == (["gm", "gm"], ["powder", "cathode"])


def test_an_offer_in_another_traders_name_is_refused(place: Place, plugins: Plugins) -> None:
    header = "offer,mineral,price,quantity"
    text = place.trader("glencore", "a,cobalt,1,1,hartree").replace(header, f"{header},trader")
    with pytest.raises(AdapterError, match="trader glencore: row 1 is an offer in another trader's name, `hartree`"):
        gathered(place, plugins, text)


def test_an_offer_of_a_mineral_that_was_not_asked_for_is_refused(place: Place, plugins: Plugins) -> None:
    with pytest.raises(AdapterError, match="row 1 is an offer of `gallium`, for which nobody asked it"):
        gathered(place, plugins, place.trader("glencore", "a,gallium,1,1"))


# ---- who does not answer -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("raises", "trader hartree: RuntimeError: the line is dead"),
        ("late", "trader hartree: has not answered within 0.3 seconds"),
        ("endless", "trader hartree: has not answered within 0.3 seconds"),
        ("no rows", "trader hartree: TypeError: 'int' object is not iterable"),
        ("no texts", "trader hartree: row 1: a cell is a text or blank, and this is neither: `offer` is a float"),
        ("words twice", "trader hartree: row 1: the column `offer` stands twice"),
        ("a long cell", "trader hartree: row 1: `offer` holds more than 131,072 letters"),
    ],
)
def test_who_does_not_answer_is_named_and_there_is_no_book(
    place: Place, plugins: Plugins, fault: str, said: str
) -> None:
    broken = place.trader("hartree", more=f'fault = "{fault}"\ntimeout = 0.3')
    with pytest.raises(AdapterError) as stopped:
        gathered(place, plugins, place.trader("glencore", "a,cobalt,30,10") + broken)
    assert str(stopped.value).startswith(said)


def test_with_allow_missing_the_plan_says_who_is_missing(place: Place, plugins: Plugins) -> None:
    text = place.trader("glencore", "a,cobalt,30,10") + place.trader("hartree", more='fault = "raises"')
    found = gathered(place, plugins, text, allow_missing=True)
    made = plan(place, found)
    assert [one.offer for one in made.rows.awards] == ["a"]
    assert [(one.kind, one.name) for one in made.rows.missing] == [("trader", "hartree")]
    assert made.rows.warnings[0].startswith("the book is not whole, trader hartree is missing in it: RuntimeError")
    assert '"missing": [\n    {\n      "kind": "trader",\n      "name": "hartree"' in made.to_json()


def test_who_is_not_available_is_asked_again_within_its_budget(place: Place) -> None:
    tries: list[int] = []

    @attrs.frozen
    class Nothing:
        pass

    class Busy:
        def __init__(self, config: Any, setup: Any) -> None:
            pass

        def offers(self, query: Query) -> list[Row]:
            tries.append(1)
            if len(tries) < 3:
                raise Unavailable("come back later")
            return [Row({"offer": "a", "mineral": "cobalt", "price": "30", "quantity": "10"})]

        def close(self) -> None:
            pass

    with installed(plugin(traders=[Registration("busy", Busy, Nothing, 1)])) as plugins:
        section = '[traders.glencore]\nadapter = "busy"\n'
        assert len(gathered(place, plugins, section).sheets["offers"].given) == 1
        tries.clear()
        with pytest.raises(AdapterError, match="trader glencore: come back later"):
            gathered(place, plugins, section + "retries = 1\n")
    assert len(tries) == 2


def test_the_errors_of_a_counterparty_keep_their_kind(place: Place, plugins: Plugins) -> None:
    from vault_rules.adapters.calling import ask

    place.write("vault.toml", place.trader("glencore", more="timeout = 0.2\nretries = 0"))
    trader = read_config(place.folder / "vault.toml", plugins).traders["glencore"]
    for error in (Unavailable, BadAnswer, TimedOut):
        with pytest.raises(error, match="trader glencore"):
            ask(trader, _raise(error("why")))
    with pytest.raises(TimedOut, match=r"has not answered within 0\.2 seconds"):
        ask(trader, threading.Event().wait)


def _raise(error: Exception) -> Any:
    def call() -> None:
        raise error

    return call
