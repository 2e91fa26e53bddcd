"""The rule in the notations of expression languages."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache

import attrs

from benchmarks import data


@attrs.frozen
class Notation:
    """Where the languages differ."""

    both: str
    outside: str


CEL = Notation("&&", "!({value} in {these})")
ZEN = Notation("and", "{value} not in {these}")
RULE_ENGINE = ZEN


@attrs.frozen
class Mineral:
    """What the rule knows of one mineral: see `data.Rule`."""

    name: str
    required: int
    reference: int
    traders: tuple[str, ...]


@cache
def each_mineral() -> tuple[Mineral, ...]:
    rule = data.rule()
    return tuple(
        Mineral(
            name,
            int(rule.required[code]),
            int(rule.reference[code]),
            tuple(one for one, may in zip(data.TRADERS, rule.permitted[code], strict=True) if may),
        )
        for code, name in enumerate(data.MINERALS)
    )


def texts(names: Iterable[str]) -> str:
    return json.dumps(list(names))


def rule_text(mineral: Mineral, notation: Notation, row: str = "") -> str:
    """`[eligible, tier, within the premium]` of an offer of the mineral."""
    both, covered, allies = f" {notation.both} ", texts(data.COVERED), texts(("US", *data.ALLIES))
    eligible = both.join(
        [
            notation.outside.format(value=f"{row}origin", these=covered),
            f"{row}trader in {texts(mineral.traders)}",
            f"{row}purity >= {mineral.required}",
            f"{row}valid_until >= {data.TODAY}",
        ]
    )
    home = f'({row}origin == "US"{both}{row}processed_in == "US")'
    allied = f"({row}origin in {allies}{both}{row}processed_in in {allies})"
    first, second, third = (100 + data.PREMIUMS[tier] for tier in data.TIERS)
    tier = f'({home} ? "domestic" : ({allied} ? "allied" : "other"))'
    cap = f"{mineral.reference} * ({home} ? {first} : ({allied} ? {second} : {third}))"
    return f"[{eligible}, {tier}, {row}price * 100 <= {cap}]"
