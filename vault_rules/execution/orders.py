"""Orders: what a round means to buy, in the words of those who are asked. Made once, and kept in the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import attrs

from vault_rules.adapters import messages
from vault_rules.domain.canonical import exact_text
from vault_rules.domain.exact import invoice
from vault_rules.domain.plan import Award, Placement


@attrs.frozen
class Part:
    """A part of an award in one facility: as the plan has it, and as the storage is told."""

    key: str
    storage: str
    place: Placement
    message: messages.Placement

    def cut(self, quantity: Fraction) -> Placement:
        """The placement with what was made binding of it."""
        cost = self.place.cost_per_month
        if cost is None or quantity == self.place.quantity:
            return attrs.evolve(self.place, quantity=quantity)
        return attrs.evolve(
            self.place, quantity=quantity, cost_per_month=invoice(Fraction(cost) * quantity / self.place.quantity)
        )


@attrs.frozen
class Order:
    """An award to be carried out: as the plan has it, and as its trader is told. Quantities in kg."""

    key: str
    round: int
    award: Award
    currency: str
    day: date
    message: messages.Award
    parts: tuple[Part, ...] = ()

    def cut(self, quantity: Fraction) -> Award:
        """The award with what was confirmed of it, invoiced anew."""
        if quantity == self.award.quantity:
            return self.award
        return attrs.evolve(self.award, quantity=quantity, cost=invoice(quantity * self.award.price))


# ---- as data ---------------------------------------------------------------------------------------------------------


def order_fields(order: Order) -> dict[str, Any]:
    """What of an order its claim does not say."""
    return {
        "round": order.round,
        "order": message_fields(order.message),
        "parts": [part_fields(part) for part in order.parts],
    }


def message_fields(message: messages.Award | messages.Placement) -> dict[str, Any]:
    return {
        name: exact_text(value) if isinstance(value, Fraction) else value
        for name, value in attrs.asdict(message).items()
        if value is not None
    }


def part_fields(part: Part) -> dict[str, Any]:
    place = part.place
    cost = None if place.cost_per_month is None else f"{place.cost_per_month:f}"
    return {
        "key": part.key,
        "storage": part.storage,
        "facility": place.facility,
        "store": place.store,
        "quantity_kg": exact_text(place.quantity),
        "cost_per_month": cost,
        "told": message_fields(part.message),
    }


def message_of(fields: Mapping[str, Any]) -> messages.Award:
    return messages.Award(**{**fields, "quantity": Fraction(fields["quantity"]), "price": Fraction(fields["price"])})


def part_of(fields: Mapping[str, Any], award: Award) -> Part:
    told = {**fields["told"], "quantity": Fraction(fields["told"]["quantity"])}
    cost = None if fields["cost_per_month"] is None else Decimal(fields["cost_per_month"])
    quantity = Fraction(fields["quantity_kg"])
    place = Placement(award.request, award.offer, fields["facility"], fields["store"], quantity, cost)
    return Part(fields["key"], fields["storage"], place, messages.Placement(**told))
