"""Seeded choices by whole numbers only, and decimals written plainly."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from random import Random

from policies.books.making.trade import Row, T, Weights


class Draw:
    """Seeded choices, by whole numbers only."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)

    def between(self, low: int, high: int) -> int:
        return self._random.randrange(low, high + 1)

    def chance(self, percent: int) -> bool:
        return self._random.randrange(100) < percent

    def one(self, items: Sequence[T]) -> T:
        return items[self._random.randrange(len(items))]

    def weighted(self, weights: Weights) -> str:
        left = self._random.randrange(sum(weight for _, weight in weights))
        for name, weight in weights:
            left -= weight
            if left < 0:
                return name
        raise AssertionError

    def shuffle(self, items: list[Row]) -> None:
        self._random.shuffle(items)

    def day(self, first: date, last: date) -> str:
        return (first + timedelta(days=self.between(0, (last - first).days))).isoformat()


def significant(value: Decimal, digits: int) -> Decimal:
    """Rounded to so many digits, and written plainly."""
    unit = Decimal(1).scaleb(value.adjusted() - digits + 1)
    return value.quantize(unit, ROUND_HALF_EVEN)


def plain(value: Decimal) -> str:
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def lots(quantity: Decimal, lot: Decimal | None) -> Decimal:
    """A quantity as the trade would write it: two digits, at least one, in whole lots."""
    rounded = max(significant(quantity, 2), Decimal(1)).quantize(Decimal(1))
    return rounded if lot is None else max(lot, rounded // lot * lot)
