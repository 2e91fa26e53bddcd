"""Orders in a form that is the same for all that put the same things in the same order.

What decides ties in the end is written out; a key that says again what a key before it said goes, and so does one
that is the same for all that are put in order.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from vault_rules.semantics import typed
from vault_rules.semantics.types import FACILITY_COLUMNS, OFFER_COLUMNS, REQUEST_COLUMNS
from vault_rules.source.text import Span

Keys = tuple[typed.Key, ...]


def of_step(keys: Iterable[typed.Key], tiers: Sequence[str], span: Span) -> Keys:
    """The order of a step's offers, which are all of one request's mineral: ties by price, delivery and id."""
    ends = [_column("offer", name, OFFER_COLUMNS[name], span) for name in ("compared", "delivery", "offer")]

    def varies(expr: typed.Expr) -> bool:
        match expr:
            case typed.Column(owner="request") | typed.Column(owner="offer", name="mineral"):
                return False
            case typed.Column(owner="offer", name="tier"):
                return len(tiers) > 1
        return isinstance(expr, typed.Column | typed.LetRef | typed.Benchmark | typed.Market)

    return _shortest([one for one in keys if any(map(varies, typed.walk(one.value)))], ends)


def of_place(keys: Iterable[typed.Key], span: Span) -> Keys:
    """The order of facilities for one award: ties by id."""

    def varies(expr: typed.Expr) -> bool:
        return isinstance(expr, typed.LetRef) or (isinstance(expr, typed.Column) and expr.owner == "facility")

    end = _column("facility", "facility", FACILITY_COLUMNS["facility"], span)
    return _shortest([one for one in keys if any(map(varies, typed.walk(one.value)))], [end])


def of_requests(keys: Iterable[typed.Key], span: Span) -> Keys:
    """The order in which requests are served: ties by id."""
    known = [one for one in keys if not isinstance(one.value, typed.Const)]
    return _shortest(known, [_column("request", "request", REQUEST_COLUMNS["request"], span)])


def _column(owner: str, name: str, kind: Any, span: Span) -> typed.Expr:
    return typed.Column(kind, owner, name, span=span)


def _shortest(keys: Iterable[typed.Key], ends: Sequence[typed.Expr]) -> Keys:
    """Each key once, and none behind the last of `ends`, of which no two are the same."""
    found: dict[typed.Expr, typed.Key] = {}
    for key in (*keys, *(typed.Key(one, False) for one in ends)):
        if ends[-1] not in found:
            found.setdefault(key.value, key)
    return tuple(found.values())
