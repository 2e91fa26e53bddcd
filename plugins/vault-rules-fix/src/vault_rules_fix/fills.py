"""Fills of one order as they are reported, each counted once however often it is told."""

from __future__ import annotations

from fractions import Fraction

from vault_rules.adapters.messages import Confirmation
from vault_rules.domain.exact import plain
from vault_rules.errors import BadAnswer
from vault_rules_fix.orders import ordered, price_of
from vault_rules_fix.said import Said
from vault_rules_fix.tags import (
    CUM_QTY,
    EXEC_ID,
    EXEC_TYPE,
    LAST_PX,
    LAST_QTY,
    ORD_STATUS,
    ORDER_ID,
    Exec,
    Ord,
)  # fmt: skip

_FINAL = (Ord.FILLED, Ord.CANCELED, Ord.EXPIRED, Ord.REJECTED)


class Fills:
    """What was bought of an order that was let go."""

    def __init__(self, quantity: Fraction, price: Fraction | None) -> None:
        self._quantity, self._price = quantity, price
        self._seen: dict[str, tuple[Fraction | None, Fraction | None]] = {}
        self._told = Fraction(0)

    def take(self, report: Said) -> bool:
        """Count a report, once. Whether it is the last. Raises `BadAnswer` where it contradicts what was ordered, or
        what was told before.
        """
        if report.need(EXEC_TYPE) == Exec.TRADE:
            self._fill(report)
        told = report.number(CUM_QTY)
        if told is None or told > self._quantity or ordered(report) not in (None, self._quantity):
            raise BadAnswer(f"{_kg(told)} are said to be bought, and {_kg(self._quantity)} were ordered")
        self._told = max(self._told, told)
        return report.need(ORD_STATUS) in _FINAL

    def _fill(self, report: Said) -> None:
        fill = report.number(LAST_QTY), price_of(report, LAST_PX)
        if self._seen.setdefault(report.need(EXEC_ID), fill) != fill:
            raise BadAnswer("two fills go by one ExecID")
        if not fill[0] or fill[1] is None:
            raise BadAnswer("a fill does not say how much, or at which price")
        if self._price is not None and fill[1] != self._price:
            raise BadAnswer(f"a fill is at {plain(fill[1])}, and {plain(self._price)} was agreed")
        if self.total > self._quantity:
            raise BadAnswer(f"fills of {_kg(self.total)} are told, and {_kg(self._quantity)} were ordered")

    @property
    def total(self) -> Fraction:
        return sum((quantity or Fraction(0) for quantity, _ in self._seen.values()), Fraction(0))

    def confirmation(self, report: Said, key: str) -> Confirmation | None:
        """What was bought, after the last report; None where nothing was."""
        if self.total != self._told or (report.need(ORD_STATUS) == Ord.FILLED and self.total != self._quantity):
            raise BadAnswer(f"fills of {_kg(self.total)} were told, and {_kg(self._told)} in all")
        if not self.total:
            return None
        price = next(price for _, price in self._seen.values())
        return Confirmation(key, self.total, price, report.get(ORDER_ID))


def _kg(quantity: Fraction | None) -> str:
    return "how much is not said" if quantity is None else f"{plain(quantity)} kg"
