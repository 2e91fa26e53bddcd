"""The types of the language: dimensions, not formats. A type is its kind, or a set of one kind."""

from __future__ import annotations

from functools import cache
from typing import final

_KNOWN: dict[tuple[str, str | None], Type] = {}


@final
class Type:
    """`kind` is one of the words below; for a set, `element` is what it holds (None: the empty set).

    Those that are equal are one and the same: they are compared more often than anything else.
    """

    __slots__ = ("element", "is_set", "kind")
    kind: str
    element: str | None
    is_set: bool

    def __new__(cls, kind: str, element: str | None = None) -> Type:
        found = _KNOWN.get((kind, element))
        if found is None:
            made = super().__new__(cls)
            made.kind, made.element, made.is_set = kind, element, kind == "set"
            found = _KNOWN.setdefault((kind, element), made)
        return found

    def __reduce__(self) -> tuple[type[Type], tuple[str, str | None]]:
        return Type, (self.kind, self.element)

    def __repr__(self) -> str:
        return f"Type(kind={self.kind!r}, element={self.element!r})"

    def words(self, currency: str = "USD") -> str:
        """The type as an author reads it under a place: `USD/kg`, `a ratio`, `a set of countries`."""
        if self.is_set:
            return f"a set of {PLURALS[self.element]}" if self.element else "an empty set"
        if self.kind == "price":
            return f"{currency}/kg"
        return ARTICLES[self.kind]

    def noun(self) -> str:
        """The type as a noun in a sentence: `a price`, `a ratio`."""
        if self.is_set:
            return self.words()
        return "a price" if self.kind == "price" else ARTICLES[self.kind]


ARTICLES = {
    "mass": "a mass",
    "money": "an amount of money",
    "price": "a price",
    "ratio": "a ratio",
    "number": "a plain number",
    "date": "a date",
    "days": "a number of days",
    "months": "a number of months",
    "text": "a text",
    "boolean": "a condition (true or false)",
    "country": "a country",
    "mineral": "a mineral",
    "trader": "a trader",
    "buyer": "a buyer",
    "kind": "a kind of facility",
    "facility": "a facility",
    "tier": "a tier",
    "name": "a name",
    "error": "something unknown",
}
PLURALS = {
    "mass": "masses",
    "money": "amounts of money",
    "price": "prices",
    "ratio": "ratios",
    "number": "numbers",
    "date": "dates",
    "days": "numbers of days",
    "months": "numbers of months",
    "text": "texts",
    "boolean": "conditions",
    "country": "countries",
    "mineral": "minerals",
    "trader": "traders",
    "buyer": "buyers",
    "kind": "kinds of facility",
    "facility": "facilities",
    "tier": "tiers",
    "name": "names",
    "error": "unknown things",
}

MASS, MONEY, PRICE, RATIO, NUMBER = Type("mass"), Type("money"), Type("price"), Type("ratio"), Type("number")
DATE, DAYS, MONTHS, TEXT, BOOLEAN = Type("date"), Type("days"), Type("months"), Type("text"), Type("boolean")
COUNTRY, MINERAL, TRADER, BUYER = Type("country"), Type("mineral"), Type("trader"), Type("buyer")
KIND, FACILITY, TIER, ERROR = Type("kind"), Type("facility"), Type("tier"), Type("error")
EMPTY_SET = Type("set")

OPEN_KINDS = frozenset(("trader", "buyer", "kind", "facility"))
"""Kinds whose names need no declaration (traders and buyers until one is declared)."""


@cache
def set_of(element: str) -> Type:
    return Type("set", element)


OFFER_COLUMNS = {
    "offer": TEXT,
    "trader": TRADER,
    "producer": TEXT,
    "mineral": MINERAL,
    "form": TEXT,
    "purity": RATIO,
    "origin": COUNTRY,
    "processed_in": COUNTRY,
    "melted_in": COUNTRY,
    "price": PRICE,
    "compared": PRICE,
    "quantity": MASS,
    "content": RATIO,
    "lot": MASS,
    "min_quantity": MASS,
    "delivery": DATE,
    "valid_until": DATE,
    "incoterm": TEXT,
    "location": TEXT,
    "hazard": TEXT,
    "tier": TIER,
}
REQUEST_COLUMNS = {
    "request": TEXT,
    "buyer": BUYER,
    "mineral": MINERAL,
    "quantity": MASS,
    "form": TEXT,
    "purity": RATIO,
    "need_by": DATE,
    "max_price": PRICE,
    "priority": NUMBER,
}
FACILITY_COLUMNS = {
    "facility": FACILITY,
    "kind": KIND,
    "operator": TRADER,
    "country": COUNTRY,
    "capacity": MASS,
    "cost": PRICE,
    "accepts": set_of("mineral"),
}
CONTEXT = {"today": DATE, "stock": MASS, "demand": MASS, "days_of_cover": DAYS, "benchmark": PRICE}
FIELD_TYPES = {
    "ratio": RATIO,
    "number": NUMBER,
    "mass": MASS,
    "money": MONEY,
    "price": PRICE,
    "date": DATE,
    "text": TEXT,
    "boolean": BOOLEAN,
    "country": COUNTRY,
}
DATE_PARTS = ("year", "month", "quarter", "fiscal_year")
