"""What is added to a plan once it is made: who was missing in its book, and what reviewers found."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs

from vault_rules.domain.plan import Finding, Missing, Plan

Review = Callable[[], tuple[Finding, ...]]


def with_additions(plan: Plan, missing: tuple[Missing, ...], review: Review | None) -> Plan:
    """The plan with them; nothing that it decides is touched. Findings of reviewers stand behind its own."""
    if not missing and review is None:
        return plan
    makers: dict[str, Callable[[], Any]] | None = getattr(plan, "_makers", None)
    found = review or tuple
    if makers is None:
        texts = (*map(str, missing), *plan.warnings)
        return attrs.evolve(plan, missing=missing, warnings=texts, findings=(*plan.findings, *found()))
    own_warnings, own_findings = makers["warnings"], makers["findings"]
    more = {
        "missing": lambda: missing,
        "warnings": lambda: (*map(str, missing), *own_warnings()),
        "findings": lambda: (*own_findings(), *found()),
    }
    object.__setattr__(plan, "_makers", makers | more)
    return plan
