"""Which part of a plan is shown: all of it or one request, and how much of the rejections."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import attrs

from vault_rules.domain.plan import Plan, Rejection
from vault_rules.errors import UsageError

REJECTIONS = ("all", "summary", "none")


def checked(rejections: str) -> str:
    """The way to show rejections, if it is one. Raises `UsageError` where it is not."""
    if rejections not in REJECTIONS:
        raise UsageError(f"rejections cannot be shown as `{rejections}`: there is {', '.join(REJECTIONS)}")
    return rejections


def only(plan: Plan, request: str | None) -> Plan:
    """What concerns one request: awards, shortfall, places, and the rejections that name it. Totals stay the plan's."""
    if request is None:
        return plan
    return attrs.evolve(
        plan,
        awards=tuple(one for one in plan.awards if one.request == request),
        rejections=tuple(one for one in plan.rejections if one.request == request),
        shortfalls=tuple(one for one in plan.shortfalls if one.request == request),
        placements=tuple(one for one in plan.placements if one.request == request),
        unplaced=tuple(one for one in plan.unplaced if one.request == request),
    )


def counted(plan: Plan) -> dict[str, int]:
    """For each reason code, how many offers have it; sorted by code."""
    known: dict[str, int] | None = getattr(plan, "rejection_counts", None)  # what a plan knows without making them
    if known is not None:
        return known
    codes = Counter(code for one in plan.rejections for code in {reason.code for reason in one.reasons})
    return dict(sorted(codes.items()))


def first_rejection(plan: Plan) -> Rejection | None:
    """The first offer that won nothing, if there is one."""
    known: Callable[[], Rejection | None] | None = getattr(plan, "first_rejection", None)
    if known is not None:
        return known()
    return plan.rejections[0] if plan.rejections else None


def rejected(plan: Plan) -> int:
    """How many offers won nothing."""
    known: int | None = getattr(plan, "rejected", None)
    return len(plan.rejections) if known is None else known
