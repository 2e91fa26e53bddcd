"""What is said to traders and storages, and what they answer: frozen data, exact, the same for every adapter.

Masses are `Fraction`s of kilograms. Money is a `Fraction` too: nothing is rounded on its way. An answer that is a "no"
is a `Refusal`, which is returned; what is raised (`vault_rules.errors`) means that no answer came.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from enum import Enum
from fractions import Fraction
from typing import Any

import attrs

from vault_rules.domain.units import MASS_UNITS


def _exact(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    """A `Fraction` above zero. Raises `TypeError` for a float, which has lost something already."""
    if type(value) is not Fraction:
        raise TypeError(f"`{attribute.name}` is a Fraction, not {value!r}")
    if value <= 0:
        raise ValueError(f"`{attribute.name}` is above zero, not {value}")


_exact_or_none = attrs.validators.optional(_exact)
_text = attrs.validators.and_(attrs.validators.instance_of(str), attrs.validators.min_len(1))
_text_or_none = attrs.validators.optional(_text)


def _sorted(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(names)))


# ---- asking ----------------------------------------------------------------------------------------------------------


@attrs.frozen
class Query:
    """Which minerals are asked for, sorted: all that a counterparty learns of what is wanted."""

    minerals: tuple[str, ...] = attrs.field(converter=_sorted)


@attrs.frozen
class Row:
    """A row of a book's table: its columns by name (docs/books.md), each cell as text, as the counterparty wrote it.

    Cells are bound and judged as a file's are, so that a bad one gives the same error. `number` is that under which the
    counterparty knows the row; None: they are counted from 1.
    """

    cells: Mapping[str, str | None]
    number: int | None = None


# ---- traders ---------------------------------------------------------------------------------------------------------


@attrs.frozen
class Award:
    """What a trader must know of an award, and nothing else: the trader's own offer, how much of it, at which price.

    `price` is money in `currency` for one `per`, exactly as the trader offered it: a decimal with an end, also where a
    price per kilogram would be none (11.50 USD/lb).
    """

    offer: str = attrs.field(validator=_text)
    mineral: str = attrs.field(validator=_text)
    quantity: Fraction = attrs.field(validator=_exact)
    price: Fraction = attrs.field(validator=_exact)
    currency: str = attrs.field(validator=_text)
    per: str = attrs.field(default="kg", validator=attrs.validators.in_(tuple(MASS_UNITS)))

    @property
    def price_per_kg(self) -> Fraction:
        return self.price / MASS_UNITS[self.per]


@attrs.frozen
class Reservation:
    """A trader holds the whole of an award's quantity for us, until it is confirmed or released.

    `until` is when the hold lapses by itself (with a time zone), None: never. `number` is the trader's own.
    """

    key: str
    quantity: Fraction = attrs.field(validator=_exact)
    until: datetime | None = None
    number: str | None = attrs.field(default=None, validator=_text_or_none)


@attrs.frozen
class Confirmation:
    """It is bought, or stored: `quantity` is binding on both sides.

    It may be less than was held, and then the rest is free again; it is never more. `price` is the trader's, for the
    award's own unit and in its currency, and never another than the award's; None from a storage.
    """

    key: str
    quantity: Fraction = attrs.field(validator=_exact)
    price: Fraction | None = attrs.field(default=None, validator=_exact_or_none)
    number: str | None = attrs.field(default=None, validator=_text_or_none)


# ---- storages --------------------------------------------------------------------------------------------------------


@attrs.frozen
class Placement:
    """What a storage must know of what will be put into one of its facilities."""

    facility: str = attrs.field(validator=_text)
    mineral: str = attrs.field(validator=_text)
    quantity: Fraction = attrs.field(validator=_exact)
    form: str | None = attrs.field(default=None, validator=_text_or_none)
    origin: str | None = attrs.field(default=None, validator=_text_or_none)


@attrs.frozen
class Booking:
    """A storage keeps room for the whole of a placement's quantity, until it is confirmed or cancelled."""

    key: str
    quantity: Fraction = attrs.field(validator=_exact)
    until: datetime | None = None
    number: str | None = attrs.field(default=None, validator=_text_or_none)


@attrs.frozen
class Delivery:
    """Material that has arrived: `delivery` names it, so that telling of it twice counts once."""

    delivery: str = attrs.field(validator=_text)
    quantity: Fraction = attrs.field(validator=_exact)
    day: date


@attrs.frozen
class Receipt:
    """A storage has taken a delivery in. `received` is all that has come under the key so far."""

    key: str
    delivery: str
    quantity: Fraction = attrs.field(validator=_exact)
    received: Fraction = attrs.field(validator=_exact)


# ---- both ------------------------------------------------------------------------------------------------------------


@attrs.frozen
class Release:
    """What was held under a key is free again, and nothing will ever be held under it."""

    key: str


class Why(Enum):
    """Why something is refused. The set is closed: `OTHER` carries the counterparty's own words in `text`."""

    LESS = "less"
    """There is less left than is asked for (none, where `left` is None), or no such offer or facility any more."""
    TERMS = "terms"
    """The counterparty does not trade at this price, or does not take this mineral."""
    LAPSED = "lapsed"
    """The hold has run out."""
    RELEASED = "released"
    """It was released or cancelled before."""
    CONFIRMED = "confirmed"
    """It is binding already: it cannot be released or cancelled."""
    UNKNOWN = "unknown"
    """Nothing is held under this key."""
    REUSED = "reused"
    """The key was used for something else: a fault of ours. What it was used for stays as it is."""
    OTHER = "other"


@attrs.frozen
class Refusal:
    """A "no". Nothing has changed by it, and the same call with the same key is refused again.

    `left` is how much there is still, where the counterparty says so. `text` is for people, never parsed.
    """

    key: str
    why: Why = attrs.field(validator=attrs.validators.instance_of(Why))
    text: str = ""
    left: Fraction | None = attrs.field(default=None, validator=_exact_or_none)


class State(Enum):
    """All that a key can be."""

    UNKNOWN = "unknown"
    """Never heard of: what was called has not arrived (yet)."""
    PENDING = "pending"
    """It has arrived and is not decided."""
    HELD = "held"
    CONFIRMED = "confirmed"
    RECEIVED = "received"
    """A storage has all that was confirmed."""
    REFUSED = "refused"
    """`reserve` or `book` was refused."""
    RELEASED = "released"
    LAPSED = "lapsed"


@attrs.frozen
class Status:
    """What a counterparty knows of a key. `quantity` is what is held or confirmed; None where nothing is.

    `received` is what a storage has taken in. `why` and `text` say why where the state is `REFUSED`; `price` is what
    a trader confirmed.
    """

    key: str
    state: State = attrs.field(validator=attrs.validators.instance_of(State))
    quantity: Fraction | None = attrs.field(default=None, validator=_exact_or_none)
    received: Fraction = Fraction(0)
    price: Fraction | None = attrs.field(default=None, validator=_exact_or_none)
    why: Why | None = None
    text: str = ""
    until: datetime | None = None
    number: str | None = None


def content(message: Award | Placement | Delivery) -> str:
    """All that a message says, as one text: two calls of one key are the same where these are equal."""
    import json

    said = {name: None if value is None else str(value) for name, value in attrs.asdict(message).items()}
    return json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
