"""Whether an award is what was offered: for traders that read an order book before they hold any of it."""

from __future__ import annotations

from vault_rules.adapters.messages import Award
from vault_rules.domain.exact import plain
from vault_rules.domain.reading import Row


def against(row: Row, award: Award) -> str:
    """Why an award is not what a row of offers says; nothing where it is."""
    money, lot, least = row.get("price"), row.get("lot"), row.get("min_quantity")
    if row.get("mineral") != award.mineral:
        return f"`{award.offer}` is not {award.mineral}"
    if money is None or money.amount != award.price_per_kg or money.currency not in (None, award.currency):
        return f"`{award.offer}` is not offered at {plain(award.price)} {award.currency}/{award.per}"
    if lot is not None and (award.quantity / lot).denominator != 1:
        return f"`{award.offer}` is sold in whole lots of {plain(lot)} kg"
    if least is not None and award.quantity < least:
        return f"`{award.offer}` is not sold below {plain(least)} kg"
    return ""
