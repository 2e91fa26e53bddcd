"""What a law may be about, what each of these has, and the sums over what was awarded and requested."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs

from vault_rules.semantics.types import (
    BOOLEAN,
    COUNTRY,
    FACILITY_COLUMNS,
    MASS,
    MINERAL,
    MONEY,
    NUMBER,
    OFFER_COLUMNS,
    PRICE,
    RATIO,
    REQUEST_COLUMNS,
    TEXT,
    TRADER,
    Type,
    set_of,
)

SUMS_OF_AWARDS: Mapping[str, Type] = {
    "awarded": MASS,
    "share": RATIO,
    "cost": MONEY,
    "premium": RATIO,
    "unplaced": MASS,
}
"""Sums that `where` narrows to some of the awards."""
SUMS_OF_REQUESTS: Mapping[str, Type] = {"requested": MASS, "shortfall": MASS}
"""Sums that `where` narrows to some of the requests."""
SUMS: Mapping[str, Type] = {**SUMS_OF_AWARDS, **SUMS_OF_REQUESTS, "awarded_before": MASS}
UNDEFINED = frozenset(("premium", "reference"))
"""What need not be there, however full the book is."""

SUBJECTS: Mapping[str, Mapping[str, Type]] = {
    "award": {
        **OFFER_COLUMNS,
        "reference": PRICE,
        "buyer": REQUEST_COLUMNS["buyer"],
        "waterfall": TEXT,
        "step": NUMBER,
    },
    "request": {**REQUEST_COLUMNS, "reasons": set_of("text")},
    "offer": {**OFFER_COLUMNS, "eligible": BOOLEAN, "reasons": set_of("text")},
    "mineral": {"mineral": MINERAL},
    "trader": {"trader": TRADER},
    "country": {"country": COUNTRY},
}
_HAS: Mapping[str, frozenset[str]] = {
    "award": frozenset(("offer", "request", "facility", "mineral", "market")),
    "request": frozenset(("request", "mineral")),
    "offer": frozenset(("offer", "mineral", "market")),
    "mineral": frozenset(("mineral",)),
    "trader": frozenset(),
    "country": frozenset(),
}
GROUPS = ("mineral", "trader", "country")
_BESIDE: Mapping[str, Sequence[str]] = {
    "request": ("trader", "country"),
    **{
        one: (*(other for other in GROUPS if other != one), *(("request",) if one != "mineral" else ()))
        for one in GROUPS
    },
}


def may_join(subject: str, others: Sequence[str]) -> bool:
    """Whether a law may be about each of these together."""
    return all(other in _BESIDE.get(subject, ()) for other in others)


def has(subjects: Sequence[str]) -> frozenset[str]:
    """What else a law about these may read: `offer`, `request` and `facility` columns, what is of a `mineral` (stock,
    demand), what is of a `market` (references, benchmarks).
    """
    return frozenset().union(*(_HAS[one] for one in subjects))


def columns_of(subjects: Sequence[str]) -> dict[str, tuple[str, Type]]:
    """What each of these has, sums too: by name the owner (`field` where it need not be there) and the type."""
    found: dict[str, Type] = {}
    for one in subjects:
        found |= SUBJECTS[one]
    found |= SUMS
    owned = {name: ("field" if name in UNDEFINED else "award", kind) for name, kind in found.items()}
    if "award" in subjects:
        owned = {name: ("facility", kind) for name, kind in FACILITY_COLUMNS.items()} | owned
    return owned


@attrs.define
class LawScope:
    """The law that is being read: what its subject has, and whether it compares two evaluations."""

    subjects: tuple[str, ...]
    columns: Mapping[str, tuple[str, Type]]
    compares: bool
    narrowing: bool = False
    """Whether the `where` of a sum is being read."""
    reads_before: bool = False

    @property
    def words(self) -> str:
        """The subject as an author reads it: `a country and mineral`."""
        words = " and ".join(self.subjects)
        return f"{'an' if words[0] in 'ao' else 'a'} {words}"
