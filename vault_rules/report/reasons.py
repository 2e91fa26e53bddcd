"""The reason codes in plain words. The codes themselves are a promise; these words are for people and may improve."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

REASONS: Mapping[str, str] = MappingProxyType(
    {
        "require": "does not meet the requirement {name}",
        "forbid": "is forbidden by {name}",
        "missing": "has no {name}, which a rule needs",
        "not_routed": "its trader may not sell this mineral",
        "no_tier": "falls into no tier",
        "spec": "not the form or the purity that is asked for",
        "late": "delivered after the day it is needed",
        "max_price": "dearer than the request allows",
        "when": "the condition of step {name} does not hold",
        "no_reference": "step {name} has no reference to compare the price with",
        "premium": "over the premium that step {name} allows",
        "share": "step {name} has given its whole share",
        "cap": "the cap {name} allows no more",
        "lot": "only whole lots may be taken",
        "min_quantity": "less could be taken than the least that may be awarded",
        "not_in_waterfall": "no step takes its tier",
        "not_needed": "the requests were full, or nobody asked for it",
        "no_offers": "there was no offer of it with quantity left",
    }
)
"""By the part of the code before the colon; `{name}` is what stands after it."""


def in_words(code: str) -> str:
    """`cap:one_country` as `the cap one_country allows no more`; a code that is not known stays as it is."""
    family, _, name = code.partition(":")
    words = REASONS.get(family)
    return code if words is None else words.replace("{name}", name)
