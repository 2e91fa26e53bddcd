"""The engine's plan and the oracle's outcome in one shape, and what differs between them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

import attrs

from tests.differential import oracle
from tests.differential.cases import Case, checked
from vault_rules.engine.program import compile_policy
from vault_rules.engine.reference import run
from vault_rules.engine.result import plan_of
from vault_rules.errors import EvaluationError

Result = dict[str, Any]
STOPPED: Result = {"stopped": True}


def of_engine(case: Case) -> Result:
    """What the project's engine gives."""
    typed, lines = checked(case.text)
    assert typed is not None, f"the checker refuses lines {lines}"
    program = compile_policy(typed)
    try:
        plan = plan_of(program, run(program, case.book, case.as_of))
    except EvaluationError:
        return STOPPED
    return {
        "awards": [
            (
                a.request,
                a.offer,
                a.tier,
                a.waterfall,
                a.step,
                a.quantity,
                a.price,
                Fraction(a.cost),
                a.reference,
                a.premium,
            )
            for a in plan.awards
        ],
        "rejections": {one.offer: (one.request, tuple(r.code for r in one.reasons)) for one in plan.rejections},
        "shortfalls": {one.request: (one.quantity, one.because) for one in plan.shortfalls},
        "placements": sorted(
            (p.request, p.offer, p.facility, p.store, p.quantity, p.cost_per_month) for p in plan.placements
        ),
        "unplaced": sorted((one.request, one.offer, one.quantity) for one in plan.unplaced),
        "findings": sorted((one.rule, one.subject, one.holds) for one in plan.findings),
    }


def of_oracle(case: Case) -> Result:
    """What the second reading gives."""
    found = oracle.evaluate(case.text, case.book, case.as_of)
    if found is None:
        return STOPPED
    return {
        "awards": [attrs.astuple(one) for one in found.awards],
        "rejections": found.rejections,
        "shortfalls": found.shortfalls,
        "placements": sorted(found.placements),
        "unplaced": sorted(found.unplaced),
        "findings": sorted(found.findings),
    }


def differences(case: Case) -> list[str]:
    """A line for each part in which the two differ; empty where they agree."""
    engine, second = of_engine(case), of_oracle(case)
    if engine.keys() != second.keys():
        return [f"stopped: engine {'stopped' in engine}, oracle {'stopped' in second}"]
    return [
        f"{part}\n  engine {_shown(engine[part])}\n  oracle {_shown(second[part])}"
        for part in engine
        if engine[part] != second[part]
    ]


def _shown(found: Any) -> str:
    rows = found.items() if isinstance(found, dict) else found
    return "; ".join(_row(row) for row in rows) if isinstance(found, dict | list) else str(found)


def _row(row: Any) -> str:
    if isinstance(row, tuple):
        return "(" + ", ".join(_row(one) for one in row) + ")"
    return str(row)


# ---- making a case small ------------------------------------------------------------------------------------------


def reduced(case: Case, differs: Callable[[Case], bool]) -> Case:
    """Leave out statements, rows and cells for as long as the two still differ."""
    went_on = True
    while went_on:
        went_on = False
        for smaller in _smaller(case):
            if _still(smaller, differs):
                case, went_on = smaller, True
                break
    return case


def _still(case: Case, differs: Callable[[Case], bool]) -> bool:
    typed, _ = checked(case.text)
    try:
        return typed is not None and differs(case)
    except (AssertionError, KeyError):  # a half policy may mean nothing
        return False


def _smaller(case: Case) -> Iterator[Case]:
    for table in ("offers", "requests"):
        rows = getattr(case.book, table)
        size = len(rows) // 2
        while size > 1:  # large books: many rows at once, as long as that goes well
            for at in range(0, len(rows), size):
                yield _with_rows(case, table, rows[:at] + rows[at + size :])
            size //= 2
    for at in reversed(range(1, len(case.statements))):
        yield attrs.evolve(case, statements=case.statements[:at] + case.statements[at + 1 :])
    for table in ("offers", "awards", "requests", "facilities", "holdings", "benchmarks"):
        rows = getattr(case.book, table)
        for at in range(len(rows)):
            yield _with_rows(case, table, rows[:at] + rows[at + 1 :])
    for table in ("offers", "awards", "requests", "holdings"):
        rows = getattr(case.book, table)
        for at, row in enumerate(rows):
            for field in attrs.fields(type(row)):
                if field.default is None and getattr(row, field.name) is not None:
                    blank = attrs.evolve(row, **{field.name: None})
                    yield _with_rows(case, table, (*rows[:at], blank, *rows[at + 1 :]))


def _with_rows(case: Case, table: str, rows: tuple[Any, ...]) -> Case:
    changed: dict[str, Any] = {table: rows}
    return attrs.evolve(case, book=attrs.evolve(case.book, **changed))


def told(case: Case) -> str:
    """Policy, book, day and both results: what a failure shows."""
    return "\n".join([told_case(case), "", *differences(case)])


def told_case(case: Case) -> str:
    """Policy, book and day."""
    rows = [
        f"{table}: {_told_row(row)}"
        for table in ("offers", "requests", "benchmarks", "facilities", "holdings", "awards")
        for row in getattr(case.book, table)
    ]
    return "\n".join([case.text, f"as of {case.as_of}", *rows])


def _told_row(row: Any) -> str:
    cells = ((field.name, getattr(row, field.name)) for field in attrs.fields(type(row)))
    return ", ".join(f"{name}={one}" for name, one in cells if one not in (None, {}, frozenset()))
