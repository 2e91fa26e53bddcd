"""Books for the test of the engines against each other: larger, of one style each, and at the smallest units."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from fractions import Fraction
from random import Random
from typing import Any

import attrs

from tests.differential.generator_book import COUNTRIES, DELIVERIES, POUND, BookWriter
from vault_rules.domain.rows import BoundBook, Offer, Request

TINIEST = Fraction(1, 10**9)
MILLIGRAM = Fraction(1, 10**6)
AROUND = (Fraction(-1), Fraction(0), Fraction(0), Fraction(1))
PREMIUMS = [Fraction(one) for one in ("0", "0.05", "0.1", "0.125", "0.15", "0.2", "0.25", "0.33", "0.5")]
PLACES = [f"quay {number}" for number in range(1, 13)]
FX = {
    "USD": Fraction(1),
    "EUR": Fraction(11, 10),
    "GBP": Fraction("1.2345678"),
    "JPY": 1 / Fraction("149.37"),
}
STYLES = ["plain", "boundary", "boundary", "ties", "fine", "fractions", "heavy", "wide"]


class RichBookWriter(BookWriter):
    """Draws rows in one style: at boundaries, tied, with many decimals, of endless fractions, too large for 64 bits."""

    def __init__(self, rng: Random, steps: dict[str, int], style: str, *, large: bool) -> None:
        super().__init__(rng, steps)
        self.style, self.large = style, large
        self.makers = rng.choice([3, 8, 40])
        self.days = DELIVERIES + [date(2027, 8, 1) + timedelta(days=3 * n) for n in range(rng.choice([0, 0, 60]))]

    def price(self) -> Fraction:
        rng, plain = self.rng, super().price()
        match self.style:
            case "boundary":
                return 10 * (1 + rng.choice(PREMIUMS)) + rng.choice(AROUND) * TINIEST
            case "ties":
                return Fraction(rng.choice([10, 10, 11]))
            case "fine":
                return plain + Fraction(rng.randrange(10**6), 10**6)
            case "fractions":
                factor: Fraction = rng.choice([*FX.values()]) / rng.choice(
                    [Fraction(1), Fraction(1), POUND, Fraction(3), Fraction(7)]
                )
                return plain * factor
            case "wide" if rng.random() < 0.3:
                return plain + Fraction(rng.randrange(1, 10**6), 10 ** rng.choice([12, 16, 20, 36]))
        return plain

    def mass(self) -> Fraction:
        rng = self.rng
        plain = super().mass() * (rng.choice([1, 1, 1, 5]) if self.large else 1)
        match self.style:
            case "boundary":
                return plain + rng.choice(AROUND) * rng.choice([MILLIGRAM, MILLIGRAM, MILLIGRAM / 100])
            case "fractions":
                factor: Fraction = rng.choice([Fraction(1), Fraction(1), POUND, Fraction("0.0311034768")])
                return plain * factor
            case "heavy":  # each fits 64 bits at 1e-10 kg, a few together do not
                return plain * 10**6 + Fraction(rng.randrange(10), 10**10)
            case "wide" if rng.random() < 0.3:
                return rng.choice([plain * 10**15, plain + Fraction(1, 10**20), plain * 10**26 + Fraction(1, 10**10)])
        return plain

    def offer(self, at: int) -> Offer:
        rng = self.rng
        more = {
            "weight": self.seldom(0.4, [Fraction(1), Fraction(5), Fraction("12.5")]),
            "bond": self.seldom(0.4, [Fraction(0), Fraction("10.01"), Fraction(500)]),
            "note": self.seldom(0.4, [f"n{number}" for number in range(1, self.makers)]),
            "seen": self.seldom(0.4, self.days[1:]),
        }
        offer = super().offer(at)
        return attrs.evolve(
            offer,
            offer=self.named(at),
            producer=self.seldom(0.8, [*(f"p{number}" for number in range(1, self.makers)), "quay 1", "é", "P1"]),
            location=self.seldom(0.7, PLACES),
            incoterm=self.seldom(0.3, ["EXW", "FOB"]),
            delivery=self.one(self.days),
            lot=self.small(offer.lot),
            min_quantity=self.small(offer.min_quantity),
            fields={**offer.fields, **more, "duty": self.seldom(0.4, [Fraction(1), Fraction(1, 2), Fraction("0.25")])},
            origin=rng.choice(COUNTRIES) if self.large else offer.origin,
        )

    def small(self, mass: Fraction | None) -> Fraction | None:
        """Lots and least quantities, at boundaries too."""
        if mass is None or self.style not in ("boundary", "fractions") or self.rng.random() < 0.5:
            return mass
        return mass * POUND if self.style == "fractions" else mass + self.rng.choice(AROUND) * MILLIGRAM

    def named(self, at: int) -> str:
        """Ids of which the order as text is not that of the rows."""
        return self.rng.choice(
            [f"o{at}", f"o{at}", f"o{at:03}", f"O{at}", f"o {at}", f"ö{at}", f"x{997 * at % 1000}-{at}"]
        )

    def request(self, at: int) -> Request:
        rng, plain = self.rng, super().request(at)
        own: dict[str, list[Any]] = {
            "form": ["rod", "rod", "powder"],
            "purity": [Fraction(98, 100), Fraction(99, 100)],
            "need_by": [date(2027, 8, 31), date(2027, 9, 1), date(2027, 12, 1)],
            "max_price": [Fraction(10), 10 + TINIEST, Fraction("11.5"), Fraction("12.345678")],
            "priority": [Fraction(1), Fraction(2), Fraction(1, 2)],
        }
        often = rng.choice([0.0, 0.1, 0.4])
        changed = {name: rng.choice(ones) for name, ones in own.items() if rng.random() < often}
        return attrs.evolve(plain, quantity=plain.quantity * (rng.choice([1, 2, 5]) if self.large else 1), **changed)


def rich_book(rng: Random, steps: dict[str, int]) -> BoundBook:
    """A small book three times of four, else one of up to 200 offers and 15 requests."""
    large = rng.random() < 0.25
    writer = RichBookWriter(rng, steps, rng.choice(STYLES), large=large)
    offers = rng.randint(30, 200) if large else rng.choice([3, 5, 8, 12, 20])
    facilities = _some(writer.facility, rng.choice([0, 1, 3, 6]))
    named = {one.facility for one in facilities}
    requests = _some(writer.request, rng.randint(5, 15) if large else rng.randint(1, 6))
    return BoundBook(
        offers=tuple(sorted(_some(writer.offer, offers), key=lambda one: one.offer)),
        requests=tuple(sorted(requests, key=lambda one: one.request)),
        benchmarks=writer.benchmarks(),
        facilities=tuple(facilities),
        holdings=tuple(one for one in writer.holdings() if one.facility in {*named, None}),
        awards=tuple(writer.prior(requests) for _ in range(rng.choice([0, 0, 1, 3, 6]))),
        fx=FX,
        sha256="0" * 64,
    )


def _some(make: Callable[[int], Any], count: int) -> list[Any]:
    return [make(at) for at in range(1, count + 1)]
