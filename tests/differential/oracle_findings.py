"""What targets and advisory rules report in the end. The page names only rule, subject and whether it holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.differential.oracle_caps import PERIODS
from tests.differential.oracle_rules import name_of
from tests.differential.oracle_values import Row, Scene, value
from vault_rules.language import ast

if TYPE_CHECKING:
    from tests.differential.oracle import Walk

Finding = tuple[str, str, bool]


def find_all(walk: Walk) -> list[Finding]:
    """One for each target or advisory cap and what it counts apart; one for each award an advisory rule is against."""
    found = []
    for cap in walk.rules.caps:
        if (cap.kind == "target" or cap.advisory) and walk.rules.is_dated_now(cap):
            found += _of_cap(walk, cap)
    return found + _of_rules(walk)


def _of_cap(walk: Walk, cap: ast.Cap) -> list[Finding]:
    found = []
    for per, by in _groups(walk, cap):
        limit, used = walk.caps.limit(cap, cap.body, per), walk.caps.used(cap, cap.body, per, by)
        subject = "/".join(str(one) for one in (*per.values(), *([by] if cap.body.by else []))) or "all"
        holds = limit is not None and (used <= limit if cap.kind == "cap" else used >= limit)
        found.append((name_of(cap), subject, holds))
    return found


def _groups(walk: Walk, cap: ast.Cap) -> list[tuple[Row, Any]]:
    """What was counted apart, and what could have been: each eligible offer for each request of its mineral.

    A floor without `by` is also reported for what was requested and never bought.
    """
    caps, world, body = walk.caps, walk.world, cap.body
    names = [one.name for one in body.per if one.name not in PERIODS] + ([body.by] if body.by else [])
    found: set[tuple[Any, ...]] = set() if names else {()}
    for item in caps.items(cap, body, {}):
        if caps.counts(body, item):
            found.add(tuple(caps.of_item(name, item) for name in names))
    for request in world.requests.values():
        mineral = request["mineral"]
        if not walk.rules.covers(cap, mineral, request["buyer"]):
            continue
        if cap.kind == "target" and not body.by:
            found.add(tuple({"mineral": mineral, "request.buyer": request["buyer"]}.get(name) for name in names))
        for offer, tier in world.tier_of.items():
            scene = Scene(world, mineral, world.offers[offer], tier, request)
            is_meant = world.offers[offer]["mineral"] == mineral
            if is_meant and (body.where is None or value(body.where, scene) is True):
                found.add(tuple(caps.of_scene(name, scene) for name in names))
    split = len(names) - bool(body.by)
    whole = [one for one in found if None not in one]
    return [(dict(zip(names[:split], one, strict=False)), one[split] if body.by else None) for one in whole]


def _of_rules(walk: Walk) -> list[Finding]:
    found: dict[tuple[str, str], Finding] = {}
    for rule in walk.rules.offer_rules:
        if not isinstance(rule, ast.Condition) or not rule.advisory:
            continue
        for award in walk.awards:
            offer, request = walk.world.offers[award.offer], walk.world.requests[award.request]
            scene = Scene(walk.world, offer["mineral"], offer, award.tier, request)
            is_apart = walk.rules.is_per_request(rule, scene.mineral, for_all=True)
            subject = f"{award.offer}/{award.request}" if is_apart else award.offer
            if walk.verdict(rule, scene):
                found[name_of(rule), subject] = (name_of(rule), subject, False)
    return list(found.values())
