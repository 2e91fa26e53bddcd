"""The plan as JSON, schema `vault-rules/plan/1`: same plan, same bytes. Field names and their order are a promise."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Any

from vault_rules.domain.exact import plain
from vault_rules.domain.plan import Award, Plan, Reason, Rejection, RuleRef, Totals
from vault_rules.report.choice import checked, counted, only
from vault_rules.report.columns import AWARDS, award_cells, money, number
from vault_rules.report.json_text import json_text

SCHEMA = "vault-rules/plan/1"
_MARGIN = "\n    "
_NO_REJECTIONS = '\n  "rejections": []'
_Fields = dict[str, Any]


def plan_to_json(plan: Plan, *, rejections: str = "all", request: str | None = None) -> str:
    """The plan, ending with a newline: `json_pieces` in one text."""
    return "".join(json_pieces(plan, rejections=rejections, request=request))


def json_pieces(plan: Plan, *, rejections: str = "all", request: str | None = None) -> Iterator[str]:
    """The plan piece by piece, so that of many rejections few are in memory at a time.

    `rejections`: `all`; `summary`, the count of each code; or `none`. `request` keeps what concerns that request;
    findings and totals stay those of the whole plan.
    """
    checked(rejections)
    shown = only(plan, request)
    fields = _head(shown)
    fields["awards"] = [_award(one) for one in shown.awards]
    fields["rejections"] = []
    fields |= _outcome(shown)
    fields["totals"] = _totals(shown.totals)
    if rejections == "summary":
        fields["rejection_summary"] = counted(shown)
    fields["warnings"] = list(shown.warnings)
    if shown.missing:
        fields["missing"] = [{"kind": one.kind, "name": one.name, "why": one.why} for one in shown.missing]
    listed = shown.rejections if rejections == "all" else ()  # made before anything is written
    head, empty, tail = dump(fields).partition(_NO_REJECTIONS)  # no text holds a line's end, so that it stands once
    yield head
    yield from _listed(listed) if listed else (empty,)
    yield tail


def _listed(rejections: Iterable[Rejection]) -> Iterator[str]:
    """As `dump` would write the list in its place."""
    yield _NO_REJECTIONS.removesuffix("]")
    for at, one in enumerate(rejections):
        yield f"{',' if at else ''}{_MARGIN}{json_text(_rejection(one), _MARGIN)}"
    yield "\n  ]"


def dump(fields: _Fields | list[_Fields]) -> str:
    """The one way in which this package writes JSON."""
    return json_text(fields) + "\n"


def rule_fields(rule: RuleRef | None) -> _Fields | None:
    """Where a clause stands."""
    return None if rule is None else {"file": rule.file, "line": rule.line, "column": rule.column}


def _head(plan: Plan) -> _Fields:
    return {
        "schema": SCHEMA,
        "policy": {"name": plan.policy, "version": plan.version, "sha256": plan.policy_sha256},
        "parameters": dict(sorted(plan.parameters.items())),
        "book": {"sha256": plan.book_sha256},
        "as_of": plan.as_of.isoformat(),
        "currency": plan.currency,
    }


def _award(award: Award) -> _Fields:
    fields: _Fields = dict(zip((column.name for column in AWARDS), award_cells(award), strict=True))
    fields["exceptions"] = list(award.exceptions)
    fields["rule"] = rule_fields(award.rule)
    if award.shown:
        fields["shown"] = dict(award.shown)
    return fields


def _rejection(one: Rejection) -> _Fields:
    return {"offer": one.offer, "request": one.request, "reasons": [_reason(reason) for reason in one.reasons]}


def _reason(reason: Reason) -> _Fields:
    return {
        "code": reason.code,
        "actual": reason.actual,
        "limit": reason.limit,
        "flip_price_per_kg": number(reason.flip_price),
        "rule": rule_fields(reason.rule),
    }


def _outcome(plan: Plan) -> _Fields:
    """Shortfalls, placements, what is unplaced, findings."""
    return {
        "shortfalls": [
            {
                "request": one.request,
                "mineral": one.mineral,
                "quantity_kg": plain(one.quantity),
                "because": list(one.because),
            }
            for one in plan.shortfalls
        ],
        "placements": [
            {
                "request": one.request,
                "offer": one.offer,
                "facility": one.facility,
                "store": one.store,
                "quantity_kg": plain(one.quantity),
                "cost_per_month": money(one.cost_per_month),
            }
            for one in plan.placements
        ],
        "unplaced": [
            {"request": one.request, "offer": one.offer, "quantity_kg": plain(one.quantity)} for one in plan.unplaced
        ],
        "findings": [
            {
                "rule": one.rule,
                "kind": one.kind,
                "subject": one.subject,
                "actual": one.actual,
                "limit": one.limit,
                "holds": one.holds,
            }
            for one in plan.findings
        ],
    }


def _totals(totals: Totals) -> _Fields:
    return {
        "requested_kg": plain(totals.requested),
        "awarded_kg": plain(totals.awarded),
        "shortfall_kg": plain(totals.shortfall),
        "cost": money(totals.cost),
        "by_tier": _split(totals.by_tier),
        "by_origin": _split(totals.by_origin),
        "by_mineral": _split(totals.by_mineral),
        "by_trader": _split(totals.by_trader),
        "caps": [
            {
                "rule": one.rule,
                "subject": one.subject,
                "used": one.used,
                "limit": one.limit,
                "of_purchased": one.of_purchased,
            }
            for one in totals.caps
        ],
        "awarded_before_kg": plain(totals.awarded_before),
    }


def _split(split: Mapping[str, Fraction]) -> dict[str, str]:
    """By name; the blank name is the empty text."""
    return {name: plain(quantity) for name, quantity in sorted(split.items())}
