"""The plan as an analyst reads it: plain text that fits a terminal and a pipe."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from vault_rules.domain.plan import Plan
from vault_rules.report import overview
from vault_rules.report.choice import checked, counted, only, rejected
from vault_rules.report.layout import Field, amount, brief, clean, fit, has_room, measured, percent, wrapped
from vault_rules.report.reasons import in_words
from vault_rules.report.sections import BOLD, Section, cut, paint, render

LIMIT = 30
"""How many rows of a list the default summary shows."""


def plan_to_text(
    plan: Plan,
    *,
    rejections: str = "summary",
    request: str | None = None,
    width: int = 80,
    colour: bool = False,
    limit: int | None = LIMIT,
) -> str:
    """The plan in lines of at most `width` characters, ending with a newline.

    Lists are cut at `limit` rows (None: never), but only in the summary: with `rejections="all"` or a `request` all
    rows stand.
    """
    shown = only(plan, request)
    most = limit if checked(rejections) == "summary" and request is None else None
    lines = [
        paint(line, BOLD if number == 0 else "", colour) for number, line in enumerate(_heading(plan, request, width))
    ]
    for section in _sections(shown, rejections, request, most, width):
        lines += ["", *render(section, width, colour)]
    for text in plan.warnings if request is None else ():
        lines += ["", *wrapped(f"warning: {clean(text)}", width)]
    return "\n".join(lines) + "\n"


def _heading(plan: Plan, request: str | None, width: int) -> Iterator[str]:
    version = f" {plan.version}" if plan.version else ""
    yield fit(clean(f"{plan.policy}{version} as of {plan.as_of.isoformat()}, in {plan.currency}"), width)
    if plan.title:
        yield fit(clean(plan.title), width)
    if request is not None:
        yield fit(clean(f"only request {request}"), width)


def _sections(plan: Plan, rejections: str, request: str | None, limit: int | None, width: int) -> Iterator[Section]:
    """In the order of reading: what is bought, what is lacking, where it goes; then the rules, the totals, the rest."""
    if request is None:
        yield Section("Totals", overview.SUMS, overview.sums(plan), has_titles=False)
    yield cut("Awards", _AWARDS, _awards(plan, limit, width), limit)
    yield cut("Shortfalls", _SHORTFALLS, _shortfalls(plan), limit, alarm=True)
    yield from _storage(plan, request, limit)
    if request is None:
        yield from _rules(plan, limit)
        for name, split in (("tier", plan.totals.by_tier), ("origin", plan.totals.by_origin)):
            if split:
                yield cut(f"Awarded by {name}", overview.split_fields(name), overview.split(split), limit, count=False)
    yield from _rejections(plan, rejections, limit)


_AWARDS = (
    Field("request", least=7),
    Field("offer", least=8),
    Field("trader", least=6),
    Field("mineral", least=8),
    Field("tier", least=5),
    Field("kg", right=True),
    Field("per kg", right=True),
    Field("premium", right=True),
    Field("cost", right=True),
)


_DIGITS = ((15, 10, 2, 2), (9, 7, 2, 2), (8, 6, 1, 2), (6, 6, 1, 0), (5, 5, 0, 0), (0, 0, 0, 0))
"""Digits of kg and price, decimals of premium and cost: fewer where there is no room, which `…` then marks."""


def _awards(plan: Plan, limit: int | None, width: int) -> list[list[str]]:
    rows: list[list[str]] = []
    for digits in _DIGITS:
        rows = _award_rows(plan, *digits)
        if has_room(_AWARDS, rows[:limit], width):
            break
    return rows


def _award_rows(plan: Plan, kg: int, price: int, premium: int, cost: int) -> list[list[str]]:
    return [
        [
            one.request,
            one.offer,
            one.trader,
            one.mineral,
            one.tier,
            brief(one.quantity, kg),
            brief(one.price, price, 4),
            percent(one.premium, premium),
            amount(f"{one.cost:.2f}", cost),
        ]
        for one in plan.awards
    ]


_SHORTFALLS = (
    Field("request", least=8),
    Field("mineral", least=8),
    Field("kg", right=True),
    Field("because", least=24, wraps=True),
)


def _shortfalls(plan: Plan) -> list[list[str]]:
    return [[one.request, one.mineral, amount(one.quantity), ", ".join(one.because)] for one in plan.shortfalls]


_UNPLACED = (Field("request", least=8), Field("offer", least=8), Field("kg", right=True))
_PLACES = (
    Field("request", least=8),
    Field("offer", least=8),
    Field("facility", least=8),
    Field("kg", right=True),
    Field("cost/month", right=True),
)


def _storage(plan: Plan, request: str | None, limit: int | None) -> Iterator[Section]:
    """By facility; for one request every place."""
    if request is None:
        yield cut("Placed in facilities", overview.FACILITIES, overview.facilities(plan), limit)
    else:
        rows = [
            [
                one.request,
                one.offer,
                one.facility,
                amount(one.quantity),
                "-" if one.cost_per_month is None else amount(f"{one.cost_per_month:.2f}"),
            ]
            for one in plan.placements
        ]
        yield cut("Placed", _PLACES, rows, limit)
    if plan.unplaced:
        rows = [[one.request, one.offer, amount(one.quantity)] for one in plan.unplaced]
        yield cut("Unplaced", _UNPLACED, rows, limit, alarm=True)


_FINDINGS = (
    Field("rule", least=12),
    Field("kind", least=6),
    Field("subject", least=10),
    Field("actual", least=10),
    Field("limit", least=10),
    Field("verdict", least=7),
)


def _rules(plan: Plan, limit: int | None) -> Iterator[Section]:
    """What targets and advisory rules say, those that do not hold first; and the caps that are used most."""
    if plan.findings:
        ordered = sorted(plan.findings, key=lambda one: one.holds)
        rows = [
            [
                one.rule,
                one.kind,
                one.subject,
                measured(one.actual),
                measured(one.limit),
                "holds" if one.holds else "FAILS",
            ]
            for one in ordered
        ]
        failing = sum(not one.holds for one in ordered)
        section = cut("Findings", _FINDINGS, rows, limit, alarm=failing > 0)
        yield attrs.evolve(
            section, heading=f"{section.heading}, {failing:,} {'does' if failing == 1 else 'do'} not hold"
        )
    caps = overview.caps(plan)
    if caps:
        most = None if limit is None else min(limit, overview.MOST_USED)
        yield cut("Caps in use" if limit is None else "Caps in use, the most used first", overview.CAPS, caps, most)


_COUNTS = (Field("offers", right=True), Field("code", least=20), Field("in words", least=20, wraps=True))
_EACH = (
    Field("offer", least=8),
    Field("request", least=7),
    Field("code", least=18),
    Field("actual", least=10),
    Field("limit", least=10),
    Field("flips at", right=True),
)


def _rejections(plan: Plan, rejections: str, limit: int | None) -> Iterator[Section]:
    """Every reason of every offer, or how many offers each code turned away, most first."""
    if rejections == "none":
        return
    if rejections == "all":
        section = cut("Rejections", _EACH, _each(plan), limit)
    else:
        section = cut("Rejections", _COUNTS, _counts(plan), limit)
    count = rejected(plan)
    heading = f"{count:,} {'offer' if count == 1 else 'offers'} won nothing" if count else "none"
    yield attrs.evolve(section, heading=f"Rejections: {heading}")


def _counts(plan: Plan) -> list[list[str]]:
    ordered = sorted(counted(plan).items(), key=lambda one: (-one[1], one[0]))
    return [[f"{count:,}", code, in_words(code)] for code, count in ordered]


def _each(plan: Plan) -> list[list[str]]:
    """One row a reason; the offer stands only before its first."""
    return [
        [
            one.offer if at == 0 else "",
            (one.request or "-") if at == 0 else "",
            reason.code,
            measured(reason.actual),
            measured(reason.limit),
            amount(reason.flip_price, 4),
        ]
        for one in plan.rejections
        for at, reason in enumerate(one.reasons)
    ]
