"""The plan's sums as rows of text: totals, facilities, tiers and origins with their shares, the caps in use."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction

from vault_rules.domain.exact import invoice
from vault_rules.domain.plan import CapUse, Plan
from vault_rules.report.layout import Field, amount, measured

MOST_USED = 10
"""How many caps the summary shows."""

_OVER = Fraction(10**12)
_VALUE = re.compile(r"(-?\d+(?:\.\d+)?)(%| \S+|)\Z", re.ASCII)

SUMS = (Field("what", least=14), Field("amount", right=True), Field("unit"), Field("share", right=True))


def sums(plan: Plan) -> list[list[str]]:
    """Requested, awarded and lacking, with their parts of what was requested; and the cost."""
    totals = plan.totals
    rows = [["requested", amount(totals.requested), "kg", ""]]
    if totals.awarded_before:
        rows.append(_sum("awarded before", totals.awarded_before, totals.requested))
    rows.append(_sum("awarded now", totals.awarded, totals.requested))
    rows.append(_sum("shortfall", totals.shortfall, totals.requested))
    rows.append(["cost", amount(f"{totals.cost:.2f}"), plan.currency, ""])
    return rows


def _sum(what: str, quantity: Fraction, whole: Fraction) -> list[str]:
    return [what, amount(quantity), "kg", _share(quantity, whole)]


def _share(part: Fraction, whole: Fraction) -> str:
    """To one decimal, half-even; only the exact whole is 100%, only nothing is 0%."""
    if not whole:
        return "-"
    ratio = part / whole
    rounded = round(ratio * 1000)
    if rounded == 0 and part > 0:
        return "<0.1%"
    if rounded == 1000 and ratio < 1:
        return ">99.9%"
    return f"{rounded // 10}.{rounded % 10}%"


def split_fields(name: str) -> tuple[Field, ...]:
    """The fields of a total that is split by tier or origin."""
    return (Field(name, least=12), Field("kg", right=True), Field("share", right=True))


def split(quantities: Mapping[str, Fraction]) -> list[list[str]]:
    """The largest first, with its part of the whole."""
    whole = sum(quantities.values(), Fraction(0))
    ordered = sorted(quantities.items(), key=lambda one: (-one[1], one[0]))
    return [[name or "(blank)", amount(quantity), _share(quantity, whole)] for name, quantity in ordered]


FACILITIES = (
    Field("facility", least=12),
    Field("awards", right=True),
    Field("kg", right=True),
    Field("cost/month", right=True),
)


def facilities(plan: Plan) -> list[list[str]]:
    """What each facility takes, by its id; a cost that is not known of one placement is not known of the facility."""
    found: dict[str, tuple[set[tuple[str, str]], Fraction, Fraction | None]] = {}
    for one in plan.placements:
        awards, quantity, cost = found.get(one.facility, (set(), Fraction(0), Fraction(0)))
        more = None if one.cost_per_month is None or cost is None else cost + Fraction(one.cost_per_month)
        found[one.facility] = awards | {(one.request, one.offer)}, quantity + one.quantity, more
    return [
        [name, f"{len(awards):,}", amount(quantity), "-" if cost is None else amount(_cents(cost))]
        for name, (awards, quantity, cost) in sorted(found.items())
    ]


def _cents(value: Fraction) -> str:
    """A sum of amounts with two decimals."""
    return f"{invoice(value):.2f}"


CAPS = (
    Field("cap", least=12),
    Field("subject", least=12),
    Field("used", right=True),
    Field("limit", right=True),
    Field("full", right=True),
)


def caps(plan: Plan) -> list[list[str]]:
    """The caps of which something is used, the fullest first."""
    used = [(_fullness(one), one) for one in plan.totals.caps]
    some = [(full, one) for full, one in used if full is None or full > 0]
    some.sort(key=lambda pair: (pair[0] is None, -(pair[0] or Fraction(0)), pair[1].rule, pair[1].subject))
    return [[one.rule, one.subject, measured(one.used), measured(one.limit), _full(full)] for full, one in some]


def _full(full: Fraction | None) -> str:
    if full is None:
        return "-"
    return "over" if full == _OVER else _share(full, Fraction(1))


def _fullness(cap: CapUse) -> Fraction | None:
    """Used by limit, where both are amounts of one unit; `_OVER` where the limit is nothing and something is used."""
    used, limit = _VALUE.match(cap.used), _VALUE.match(cap.limit or "")
    if used is None or limit is None or used[2] != limit[2]:
        return None
    over = Fraction(used[1])
    if not over:
        return Fraction(0)
    return over / Fraction(limit[1]) if Fraction(limit[1]) else _OVER
