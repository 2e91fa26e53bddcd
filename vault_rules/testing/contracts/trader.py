"""The contract of traders: subclass `TraderContract` with a fixture `counterparty`."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from fractions import Fraction
from typing import Any

import attrs

from vault_rules.adapters.messages import Award, Confirmation, Query, Refusal, Row
from vault_rules.adapters.protocols import Trader
from vault_rules.adapters.registration import Capability
from vault_rules.testing.contracts.holding import ONE, HoldingContract, Make, read

_COLUMNS = "offer mineral form purity origin processed_in price currency per quantity unit delivery valid_until".split()
OFFERS = tuple(
    Row(dict(zip(_COLUMNS, line.split(), strict=True)))
    for line in (
        "a cobalt cathode 99.8% AU US 34.50 USD kg 10 t 2027-09-01 2027-12-31",
        "b cobalt cathode 99.8% US US 11.50 USD lb 1000 lb 2027-10-01 2027-12-31",
        "c gallium metal 99.99% KR KR 600 USD kg 250.000001 kg 2027-09-15 2027-12-31",
        "d copper cathode 99.9% CL CL 9.70 USD kg 25 t 2027-09-01 2027-12-31",
    )
)
"""What the trader offers at first."""

_POUND = Fraction("0.45359237")
_AWARDS = (
    Award("a", "cobalt", Fraction(4000), Fraction("34.50"), "USD"),
    Award("a", "cobalt", Fraction(7000), Fraction("34.50"), "USD"),
    Award("a", "cobalt", Fraction(10000), Fraction("34.50"), "USD"),
    Award("b", "cobalt", 100 * _POUND, Fraction("11.50"), "USD", "lb"),
    Award("c", "gallium", Fraction("250.000001"), Fraction(600), "USD"),
    Award("a", "cobalt", Fraction(1000), Fraction("34.49"), "USD"),
    Award("nobodys", "cobalt", Fraction(1), Fraction("34.50"), "USD"),
)
_ALL = Query(("cobalt", "copper", "gallium"))


class TraderContract(HoldingContract):
    """Every trader does this."""

    capabilities = frozenset({Capability.TRADE})
    tables: Mapping[str, Any] = {"offers": OFFERS}
    free_at_first: Mapping[str, Fraction] = {
        "a": Fraction(10000),
        "b": 1000 * _POUND,
        "c": Fraction("250.000001"),
        "d": Fraction(25000),
    }

    def held(self, at: int) -> tuple[Any, str, Fraction, bool]:
        award = _AWARDS[at % len(_AWARDS)]
        return award, award.offer, award.quantity, at < 5

    def hold(self, adapter: Any, message: Any, key: str) -> Any:
        return adapter.reserve(message, key)

    def to_confirm(self, quantity: Fraction, part: int) -> Fraction | None:
        return None

    def confirm(self, adapter: Any, key: str, quantity: Fraction | None) -> Any:
        return adapter.confirm(key)

    def release(self, adapter: Any, key: str) -> Any:
        return adapter.release(key)

    def free(self, adapter: Any) -> Mapping[str, Fraction]:
        rows = read(adapter.offers(_ALL), "offers")
        return {row.get("offer"): row.get("quantity") for row in rows}

    # ---- what only traders do --------------------------------------------------------------------------------------

    def test_it_is_a_trader(self, counterparty: Make) -> None:
        with closing(counterparty(self.tables)()) as trader:
            assert isinstance(trader, Trader)

    def test_only_offers_of_the_minerals_asked_for_are_answered(self, counterparty: Make) -> None:
        with closing(counterparty(self.tables)()) as trader:
            assert _ids(trader, "cobalt") == ["a", "b"]
            assert _ids(trader, "gallium", "copper") == ["c", "d"]
            assert _ids(trader, "bismuth") == []
            assert _ids(trader) == []

    def test_offers_say_exactly_what_the_trader_said(self, counterparty: Make) -> None:
        with closing(counterparty(self.tables)()) as trader:
            found = {row.get("offer"): row for row in read(trader.offers(_ALL), "offers")}
        wanted = {row.get("offer"): row for row in read(OFFERS, "offers")}
        for offer, row in wanted.items():
            for column in ("mineral", "form", "purity", "origin", "processed_in", "price", "quantity", "delivery"):
                assert found[offer].get(column) == row.get(column), f"{column} of {offer}"

    def test_it_confirms_at_the_price_of_the_award(self, counterparty: Make) -> None:
        award = _AWARDS[3]
        with closing(counterparty(self.tables)()) as trader:
            trader.reserve(award, ONE)
            confirmed = trader.confirm(ONE)
            assert isinstance(confirmed, Confirmation)
            assert confirmed.price == award.price, "the price is that of the award's own unit"

    def test_the_same_quantity_at_another_price_is_another_award(self, counterparty: Make) -> None:
        award = _AWARDS[0]
        with closing(counterparty(self.tables)()) as trader:
            trader.reserve(award, ONE)
            assert isinstance(trader.reserve(attrs.evolve(award, price=Fraction("34.51")), ONE), Refusal)


def _ids(trader: Trader, *minerals: str) -> list[str]:
    return sorted(row.get("offer") for row in read(trader.offers(Query(minerals)), "offers"))
