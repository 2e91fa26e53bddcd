"""Cases in which the engines once went apart, or would with narrower numbers, made small, each with what was wrong."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import attrs

from tests.differential.cases import Case
from vault_rules.domain.rows import BoundBook, Offer, Request

AUGUST = date(2027, 8, 1)
DEFINED = ("mineral cobalt\nmineral gallium", "trader ta\ntrader tb", "buyer gm")
BUY = "waterfall buying { take all }"


@attrs.frozen
class Kept:
    """A case; `sizes` are those of the fast engine, as `test_engines.SIZES` calls them."""

    about: str
    case: Case
    sizes: str = "as they are"


def offer(name: str, price: str, quantity: str, **others: Any) -> Offer:
    given: dict[str, Any] = {"trader": "ta", "mineral": "cobalt", **others}
    return Offer(name, price=Fraction(price), quantity=Fraction(quantity), **given)


def case(rules: str, *offers: Offer, asked: str = "100", header: str = "", **request: Any) -> Case:
    """Offers, and one request for cobalt."""
    given: dict[str, Any] = {"buyer": "gm", "mineral": "cobalt", **request}
    requests = (Request("r1", quantity=Fraction(asked), **given),)
    fx = {"USD": Fraction(1), "EUR": Fraction(11, 10)}
    book = BoundBook(offers, requests, (), (), (), (), fx, "0" * 64)
    return Case((f"policy p {{ currency USD {header} }}", *DEFINED, *rules.split("\n")), book, AUGUST)


def forms(*, asked: str = "400", **request: Any) -> tuple[tuple[Offer, ...], dict[str, Any]]:
    found = (
        offer("o6", "11", "40"),
        offer("o7", "11", "50", form="powder", mineral="gallium"),
        offer("o8", "8", "20", form="rod"),
    )
    return found, {"asked": asked, **request}


def _notes() -> Case:
    fields = [{"note": "n5"}, {"note": "n4"}, {"note": None}]
    offers = [offer(f"o{9 - at}", "10", "50", fields=one) for at, one in enumerate(fields)]
    rules = "field note: text\nwaterfall buying { take all by (note else producer) }"
    return case(rules, *offers)


MARKET = "waterfall buying { take all premium <= 33% over vwap(all, depth 50 kg) else best(all) if none reject }"
FALLBACK = """waterfall buying { take all premium <= 50% over lowest(all, responsive).price if none reject
take all }"""
BY_REQUEST = (
    """waterfall buying { take all premium <= 5% over best(all, depth 5% of request.quantity) if none reject }"""
)
WIDE = "10." + "0" * 33 + "93"

HEAVY = [offer(f"o{at}", "8", "60.00000000000000000001") for at in range(1, 9)]
MANY = [offer(f"o{at}", "8", f"500000000.000000000{at}") for at in range(1, 9)]
VAST = "90" + "0" * 30
MANY_TIERS = "\n".join(f"tier t{at} when purity = {at}%" for at in range(100))
MANY_TIERS += "\n" + "\n".join(f'tier u{at} when form = "f{at}" and purity < 1%' for at in range(156))
STEPS = "waterfall buying { take all share <= 40% of awarded\ntake all share <= 100% by price descending }"
SOME_LOTS = [offer("o2", "11.5", "40"), offer("o5", "8", "18", min_quantity=Fraction(30))]

KEPT = [
    Kept("many forms: a reference was looked up by codes among texts", case(MARKET, *forms()[0]), "tiny"),
    Kept(
        "many forms: a request's form was looked up by codes among texts",
        case(MARKET, *forms()[0], form="rod"),
        "tiny",
    ),
    Kept("a declared text of many values was ordered by offer ids", _notes(), "tiny"),
    Kept(
        "a reference too wide for columns was asked of no offers",
        case(FALLBACK, offer("o1", "8", "4.5359237"), asked="4535923700000000000000000000.00000000000000000002"),
    ),
    Kept("a depth that reads the request was not shown with it", case(BY_REQUEST, offer("o1", "15", "100"))),
    Kept(
        "a factor wider than its product was put into 64 bits",
        case(f"field duty: price else 0 USD/kg\n{BUY}", offer("o1", WIDE, "10"), header="compare price * 1.1 + duty"),
    ),
    Kept(
        "a price of 128 bits was put into 64 beside a cap on money",
        case(
            f"{BUY}\ncap money: spend <= 30 USD",
            *(offer(f"o{at}", f"10.00000000000000000{at}", "3") for at in range(1, 9)),
        ),
        "tiny",
    ),
    Kept(
        "quantities of more than 2**62 units were cut to that",
        case(BUY, *HEAVY, asked="60000000000000000", header="least_award 1 kg"),
        "tiny",
    ),
    Kept("quantities that 64 bits hold, but not their sum", case(BUY, *MANY, asked="1200000000"), "tiny"),
    Kept(
        "prices of 128 bits that lie close together were sorted as 64",
        case(BUY, *(offer(f"o{at}", f"123456789012345678901.0000000{at}", "3") for at in (2, 1))),
    ),
    Kept(
        "behind a cap that could not say, the limit of another was asked late, in a unit too coarse for it",
        case(
            f"field note: text\n{BUY}\ncap known: quantity by note <= 5 kg\ncap fine: stock by offer <= 1 oz_t",
            offer("o1", "10", "50"),
        ),
    ),
    Kept(
        "of offers at the price at which a median's depth is reached, the first by row were taken, not by delivery",
        case(
            "waterfall buying { take all premium <= 0% over median(all, depth 50 kg) if none reject }",
            offer("o1", "9", "10"),
            offer("o2", "10", "10"),
            offer("o3", "10", "40", delivery=date(2027, 9, 1)),
        ),
    ),
    Kept(
        "a form that no offer has: whether offers met it was said once for several of them",
        case(STEPS, *SOME_LOTS, asked="45.359237", form="powder"),
        "tiny",
    ),
    Kept(
        "of offers of which a cap could not say, one stood for others that lacked something else",
        case(
            f"{BUY}\ncap some: quantity <= 5 kg where (quantity >= 50 kg and origin = US) or melted_in = CA",
            *(offer(f"o{at}", "10", quantity, origin=None) for at, quantity in enumerate(("3", "4", "5", "70", "80"))),
        ),
        "tiny",
    ),
    Kept(
        "an offer that had too little asked no cap: its limit was asked late, in a unit too coarse for it",
        case(
            f"{BUY}\ncap fine: stock by location <= 1 oz_t",
            offer("o1", "9", "250"),
            offer("o2", "10", "25", location="quay", min_quantity=Fraction(100)),
        ),
        "tiny",
    ),
    Kept(
        "a column of many texts that no rule reads could not be shown",
        case(BUY, *(offer(f"o{at}", "10", "5", producer=f"m{at}") for at in range(9)), header="show maker = producer"),
        "tiny",
    ),
    Kept("who buys was not shown", case(BUY, offer("o1", "10", "5"), header="show who = request.buyer")),
    Kept(
        "many forms: a reference that is shown was looked up by codes among texts",
        case(BUY, *forms()[0], header="show cheapest = best(all)"),
        "tiny",
    ),
    Kept(
        "the price at which a premium falls away was that of an offer with another duty",
        case(
            f"field duty: price else 0 USD/kg\n{BUY[:-2]} premium <= 0% over best(all) if none reject }}",
            *(offer(f"o{at}", f"{10 + at}", "5", fields={"duty": Fraction(at)}) for at in range(1, 4)),
            header="compare price + duty",
        ),
    ),
    Kept(
        "why offers have no tier was asked of columns that are not there, where no tier is in force",
        case(f"tier home when origin = US through 2026-12-31\n{BUY}", offer("o1", "10", "5", origin="US")),
    ),
    Kept(
        "a least award of 128 bits was put into 64, of offers that had less than that",
        case(
            f"tier any otherwise\n{BUY[:-2]} share <= 100%\ntake any }}",
            offer("o1", "10", "30.00000000000000000001", lot=Fraction(10)),
            asked="200",
            header="least_award 20 kg",
        ),
        "tiny",
    ),
    Kept(
        "quantities that 128 bits hold, but not their sum, were laid on a line",
        case(BUY, *(offer(f"o{at}", "10", VAST) for at in (1, 2))),
    ),
    Kept(
        "quantities that 128 bits hold, but not their sum, were summed up as what is on offer",
        case(
            f"{BUY[:-2]} when supply(all) >= 100 kg }}",
            *(offer(f"o{at}", "10", f"{VAST}.00000{at}") for at in (1, 2)),
            asked=VAST,
        ),
    ),
    Kept(
        "the opposite of a limit far beyond the dearest was put into 64 bits beside that one",
        case(f"forbid cheap: price <= {10**20} USD/kg\n{BUY}", offer("o1", str(2**63 - 2), "5"), offer("o2", "1", "5")),
    ),
    Kept(
        "more tiers than a byte counts, and what was said of the unknown grew with their square",
        case(
            f"{MANY_TIERS}\n{BUY}",
            offer("o1", "10", "5"),
            offer("o2", "9", "5", purity=Fraction(99, 100)),
            offer("o3", "9", "5", purity=Fraction(1, 200), form="f155"),
        ),
    ),
]
