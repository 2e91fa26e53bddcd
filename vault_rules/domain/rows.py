"""The rows of a book as the engine reads them: exact, in kilograms and in the policy's currency.

Every mass is a `Fraction` of kilograms, every price a `Fraction` of the policy's currency per kilogram, every
purity a `Fraction` (99.5% is 199/200), every date a `datetime.date`. `None` is a blank cell.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction

import attrs

from vault_rules.domain.exact import total

Day = date
"""A row may have a column `date`, which would hide the type's own name."""
Value = Fraction | str | bool | date | None


@attrs.frozen(slots=True)
class Offer:
    """What a trader would sell. `fields` holds the extra columns that the policy declares.

    Masses and the price are those of the mineral that is contained, whatever `content` of the gross weight it is.
    """

    offer: str
    trader: str
    mineral: str
    price: Fraction
    quantity: Fraction
    form: str | None = None
    purity: Fraction | None = None
    origin: str | None = None
    processed_in: str | None = None
    melted_in: str | None = None
    producer: str | None = None
    content: Fraction | None = None
    lot: Fraction | None = None
    min_quantity: Fraction | None = None
    delivery: date | None = None
    valid_until: date | None = None
    incoterm: str | None = None
    location: str | None = None
    hazard: str | None = None
    fields: Mapping[str, Value] = attrs.field(factory=dict, hash=False)


@attrs.frozen(slots=True)
class Request:
    """What a manufacturer needs. A blank form, purity, need_by or max_price asks nothing."""

    request: str
    buyer: str
    mineral: str
    quantity: Fraction
    form: str | None = None
    purity: Fraction | None = None
    need_by: date | None = None
    max_price: Fraction | None = None
    priority: Fraction | None = None


@attrs.frozen(slots=True)
class Benchmark:
    """A published price of a mineral on a day; `index` is None for the plain benchmark."""

    mineral: str
    price: Fraction
    date: Day
    form: str | None = None
    index: str | None = None


@attrs.frozen(slots=True)
class Facility:
    """A warehouse. `cost` is money per kilogram and month; an empty `accepts` takes every mineral."""

    facility: str
    kind: str
    capacity: Fraction
    operator: str | None = None
    country: str | None = None
    cost: Fraction | None = None
    accepts: frozenset[str] = frozenset()


@attrs.frozen(slots=True)
class Holding:
    """What the reserve has. `demand_per_year` is mass in a year of 365 days."""

    mineral: str
    quantity: Fraction
    facility: str | None = None
    form: str | None = None
    origin: str | None = None
    demand_per_year: Fraction | None = None


@attrs.frozen(slots=True)
class PriorAward:
    """What was awarded before. `cost` is money; `received` is None while it is on order."""

    mineral: str
    quantity: Fraction
    cost: Fraction
    date: Day
    received: Day | None = None
    request: str | None = None
    offer: str | None = None
    trader: str | None = None
    buyer: str | None = None
    form: str | None = None
    origin: str | None = None
    processed_in: str | None = None
    melted_in: str | None = None
    producer: str | None = None
    purity: Fraction | None = None
    delivery: Day | None = None
    tier: str | None = None
    waterfall: str | None = None
    step: int | None = None
    step_label: str | None = None
    price: Fraction | None = None
    incoterm: str | None = None
    location: str | None = None
    hazard: str | None = None
    fields: Mapping[str, Value] = attrs.field(factory=dict, hash=False)


def requested_by(requests: Iterable[Request]) -> dict[str, dict[str, Fraction]]:
    """What is requested, by mineral and buyer, in kg."""
    found: dict[str, dict[str, list[Fraction]]] = {}
    for one in requests:
        found.setdefault(one.mineral, {}).setdefault(one.buyer, []).append(one.quantity)
    return {mineral: {buyer: total(each) for buyer, each in of.items()} for mineral, of in found.items()}


@attrs.frozen
class BoundBook:
    """A book read with a policy's eyes: its currency, its minerals, its declared columns, its as-of date.

    Each tuple is sorted by id (or by its own content), so that the order of rows in a file cannot matter. `fx` maps a
    currency to the policy-currency value of one unit, as of the as-of date; the policy's own currency maps to 1.
    """

    offers: tuple[Offer, ...]
    requests: tuple[Request, ...]
    benchmarks: tuple[Benchmark, ...]
    facilities: tuple[Facility, ...]
    holdings: tuple[Holding, ...]
    awards: tuple[PriorAward, ...]
    fx: Mapping[str, Fraction]
    sha256: str

    @property
    def requested_by(self) -> Mapping[str, Mapping[str, Fraction]]:
        """What is requested, by mineral and buyer, in kg."""
        return requested_by(self.requests)
