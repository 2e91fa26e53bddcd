"""Books for generated policies: few offers and requests, with nulls, equal values and pounds among kilograms."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from random import Random
from typing import Any

from vault_rules.domain.rows import Benchmark, BoundBook, Facility, Holding, Offer, PriorAward, Request

POUND = Fraction("0.45359237")
MINERALS = ["cobalt"] * 4 + ["gallium"]
FORMS = [None, "rod", "rod", "rod", "rod", "powder"]
COUNTRIES = ["US", "US", "AU", "CN", "KR", None]
TRADERS = ["ta", "ta", "tb", "tc"]
DELIVERIES = [None, date(2027, 8, 1), date(2027, 8, 31), date(2027, 9, 1), date(2027, 12, 1)]
PURITIES = [None, Fraction(98, 100), Fraction(99, 100), Fraction(995, 1000)]
PRICES = [Fraction(one) for one in ("8", "9", "10", "10", "11", "11.5", "12", "13")]
MASSES = [Fraction(one) for one in ("10", "20", "25", "30", "40", "50", "60", "100")]


class BookWriter:
    """Draws rows; `strange` books hold pounds and many nulls."""

    def __init__(self, rng: Random, steps: dict[str, int]) -> None:
        self.rng, self.steps = rng, steps
        self.pounds = rng.random() < 0.3
        self.nulls = rng.choice([0.0, 0.0, 0.05, 0.15, 0.4])

    def one(self, choices: list[Any]) -> Any:
        """One of them; a null less or more often, as this book is."""
        kept = [one for one in choices if one is not None]
        if len(kept) < len(choices) and self.rng.random() < self.nulls:
            return None
        return self.rng.choice(kept)

    def seldom(self, part: float, choices: list[Any]) -> Any:
        return self.rng.choice(choices) if self.rng.random() < part else None

    def mass(self) -> Fraction:
        found = self.rng.choice(MASSES)
        return found * POUND if self.pounds and self.rng.random() < 0.4 else found

    def price(self) -> Fraction:
        if self.pounds and self.rng.random() < 0.3:
            return self.rng.choice([Fraction(4), Fraction(5), Fraction("4.5")]) / POUND
        return self.rng.choice(PRICES)

    def lot(self) -> Fraction | None:
        found: Fraction | None = self.seldom(0.25, [Fraction(n) for n in (3, 5, 7, 10, 25, 60)])
        return found

    def offer(self, at: int) -> Offer:
        fields = {
            "duty": self.seldom(0.5, [Fraction(1), Fraction(1, 2), Fraction(2)]),
            "local": self.one([True, False, None]),
            "grade": self.seldom(0.5, [Fraction(2), Fraction(3), Fraction(4)]),
        }
        return Offer(
            offer=f"o{at}",
            trader=self.one(TRADERS),
            mineral=self.one(MINERALS) if at > 2 else "cobalt",
            price=self.price(),
            quantity=self.mass(),
            form=self.one(FORMS),
            purity=self.one(PURITIES),
            origin=self.one(COUNTRIES),
            processed_in=self.one(COUNTRIES),
            melted_in=self.one(COUNTRIES),
            producer=self.seldom(0.5, ["acme", "bolt"]),
            lot=self.lot(),
            min_quantity=self.seldom(0.25, [Fraction(n) for n in (5, 10, 20, 30, 100)]),
            delivery=self.one(DELIVERIES),
            valid_until=self.one([date(2027, 7, 1), date(2028, 1, 1), date(2028, 1, 1), None]),
            hazard=self.seldom(0.2, ["toxic"]),
            fields=fields,
        )

    def request(self, at: int) -> Request:
        return Request(
            request=f"r{at}",
            buyer=self.rng.choice(["gm", "ge"]),
            mineral=self.one(MINERALS) if at > 1 else "cobalt",
            quantity=self.mass() * self.rng.choice([1, 2, 4]),
            form=self.seldom(0.15, ["rod", "rod", "powder"]),
            purity=self.seldom(0.15, [Fraction(98, 100), Fraction(99, 100)]),
            need_by=self.seldom(0.2, [date(2027, 8, 31), date(2027, 9, 1), date(2027, 12, 1)]),
            max_price=self.seldom(0.15, [Fraction(10), Fraction("11.5"), Fraction(12)]),
            priority=self.seldom(0.5, [Fraction(1), Fraction(2)]),
        )

    def benchmarks(self) -> tuple[Benchmark, ...]:
        days = [date(2027, 5, 31), date(2027, 6, 1), date(2027, 7, 1), date(2027, 8, 1), date(2028, 1, 1)]
        found = {}
        for _ in range(self.rng.randint(0, 6)):
            form, index = self.rng.choice([None, None, "rod", "powder"]), self.rng.choice([None, None, "lme"])
            key = (self.one(MINERALS), form or "", index or "", self.rng.choice(days))
            found[key] = Benchmark(key[0], self.price(), key[3], form, index)
        return tuple(found[key] for key in sorted(found))

    def facility(self, at: int) -> Facility:
        return Facility(
            facility=f"f{at}",
            kind=self.rng.choice(["owned", "leased", "third_party"]),
            capacity=self.rng.choice([Fraction(0), *MASSES, Fraction(1000)]),
            operator=self.seldom(0.6, TRADERS),
            country=self.one(COUNTRIES),
            cost=self.seldom(0.7, [Fraction(1), Fraction(2), Fraction("0.35")]),
            accepts=frozenset(self.seldom(0.3, [["cobalt"], ["gallium"], ["cobalt", "tin"]]) or []),
        )

    def holdings(self) -> tuple[Holding, ...]:
        demand = {"cobalt": self.seldom(0.9, [Fraction(100), Fraction(365), Fraction(73)])}
        demand["gallium"] = self.seldom(0.7, [Fraction(200), Fraction(146)])
        minerals = ["cobalt", "gallium", *self.rng.choices(MINERALS, k=2)][: self.rng.choice([0, 1, 2, 3, 4])]
        return tuple(self.holding(one, demand[one]) for one in minerals)

    def holding(self, mineral: str, demand: Fraction | None) -> Holding:
        return Holding(
            mineral=mineral,
            quantity=self.rng.choice([Fraction(0), Fraction(10), Fraction(20), Fraction(50)]),
            facility=self.seldom(0.3, ["f1", "f2", "f9"]),
            form=self.one(FORMS),
            origin=self.one(COUNTRIES),
            demand_per_year=demand if self.rng.random() < 0.8 else None,
        )

    def prior(self, requests: list[Request]) -> PriorAward:
        carried = self.rng.choice([*requests, *requests, None, None])
        fall = self.rng.choice([*self.steps, None])
        step = self.rng.randint(1, self.steps[fall]) if fall and self.rng.random() < 0.8 else None
        quantity, price = self.rng.choice([Fraction(5), Fraction(10), Fraction(20), Fraction(10) * POUND]), self.price()
        day = self.rng.choice([date(2026, 9, 30), date(2027, 1, 1), date(2027, 5, 1), date(2027, 6, 30)])
        return PriorAward(
            mineral=carried.mineral if carried else self.one(MINERALS),
            quantity=quantity,
            cost=Fraction(round(quantity * price * 100), 100),
            date=day,
            received=self.seldom(0.4, [date(2027, 6, 30), date(2027, 6, 30), date(2027, 8, 15)]),
            request=carried.request if carried else self.seldom(0.3, ["r77"]),
            offer=self.seldom(0.5, ["o1", "o88"]),
            trader=self.one([*TRADERS, None]),
            buyer=carried.buyer if carried else self.one(["gm", "ge", None]),
            form=self.one(FORMS),
            origin=self.one(COUNTRIES),
            processed_in=self.one(COUNTRIES),
            purity=self.one(PURITIES),
            tier=self.rng.choice(["dom", "ally", "rest", None]),
            waterfall=fall,
            step=step,
            step_label=None if step else self.rng.choice(["lab0", "lab1", None]),
            price=price,
            fields={"local": self.one([True, False, None])},
        )


def random_book(rng: Random, steps: dict[str, int]) -> BoundBook:
    """`steps` are the policy's waterfalls, each with its number of steps, for prior awards to name."""
    writer = BookWriter(rng, steps)
    requests = [writer.request(at) for at in range(1, rng.choice([1, 2, 2, 3, 4]) + 1)]
    return BoundBook(
        offers=tuple(writer.offer(at) for at in range(1, rng.choice([3, 5, 6, 8, 10]) + 1)),
        requests=tuple(requests),
        benchmarks=writer.benchmarks(),
        facilities=tuple(writer.facility(at) for at in range(1, rng.choice([0, 1, 2, 3, 4]) + 1)),
        holdings=writer.holdings(),
        awards=tuple(writer.prior(requests) for _ in range(rng.choice([0, 0, 1, 2, 3]))),
        fx={"USD": Fraction(1), "EUR": Fraction(11, 10)},
        sha256="0" * 64,
    )
