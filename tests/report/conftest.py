"""A plan made by hand, small enough to hold beside its goldens, with every table in it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import attrs
import pytest

from tests.support import awards
from vault_rules.domain.plan import (
    CapUse,
    Finding,
    Placement,
    Plan,
    Reason,
    Rejection,
    RuleRef,
    Shortfall,
    Totals,
    Unplaced,
)
from vault_rules.domain.trace import Trace, TraceEntry

POLICY_FILE = "project_vault.vault"
NOTHING = Fraction(0)


def at(line: int) -> RuleRef:
    return RuleRef(POLICY_FILE, line, 3)


COBALT = attrs.evolve(awards.COBALT, exceptions=(), rule=at(33), shown={}, carried={})
GALLIUM = attrs.evolve(
    COBALT,
    request="request-2027-0042",
    offer="offer-gallium-0001",
    trader="mercuria_energy",
    mineral="gallium",
    form=None,
    origin=None,
    delivery=None,
    tier="other",
    step=3,
    step_label="last_resort",
    quantity=Fraction("1234.567891"),
    price=Fraction(10) / Fraction("0.45359237"),
    cost=Decimal("27217.55"),
    reference=None,
    premium=None,
    exceptions=("gallium_premium", "gallium_source"),
)


@pytest.fixture
def plan() -> Plan:
    """Two awards, three rejections, a shortfall, places, findings and caps."""
    return Plan(
        policy="project_vault",
        title="US strategic critical-minerals reserve",
        version="2026.2",
        policy_sha256="a" * 64,
        parameters={"last_resort_max": "20%", "domestic_cap": "15%"},
        book_sha256="b" * 64,
        as_of=date(2027, 8, 1),
        currency="USD",
        awards=(COBALT, GALLIUM),
        rejections=(
            Rejection("b", None, (Reason("not_needed", rule=at(35)),)),
            Rejection(
                "c",
                "r1",
                (
                    Reason("premium:1", "15.00001%", "15%", Fraction("34.5"), at(33)),
                    Reason("cap:one_country", "65%", "65%", None, at(41)),
                ),
            ),
            Rejection("d", None, (Reason("require:fresh", "2027-07-01", "2027-08-01", None, at(20)),)),
        ),
        shortfalls=(
            Shortfall(
                "request-2027-0042", "gallium", Fraction(250), ("cap:one_country", "premium:1", "share:last_resort")
            ),
        ),
        placements=(
            Placement("r1", "a", "hartree-nola", "early", Fraction(9000), Decimal("108.00")),
            Placement("r1", "a", "sparrows-point", "early", Fraction(1000), None),
        ),
        unplaced=(Unplaced("request-2027-0042", "offer-gallium-0001", Fraction("1234.567891")),),
        findings=(
            Finding("diverse", "target", "all", "41%", "40%", True),
            Finding("eu_share", "target", "cobalt", "38%", "40%", False),
        ),
        totals=Totals(
            requested=Fraction("11584.567891"),
            awarded=Fraction("11234.567891"),
            shortfall=Fraction(250),
            awarded_before=Fraction(100),
            cost=Decimal("372217.55"),
            by_tier={"other": Fraction("1234.567891"), "domestic": Fraction(10000)},
            by_origin={"US": Fraction(10000), "": Fraction("1234.567891")},
            by_mineral={"cobalt": Fraction(10000), "gallium": Fraction("1234.567891")},
            by_trader={"glencore": Fraction(10000), "mercuria_energy": Fraction("1234.567891")},
            caps=(
                CapUse("budget", "all", "372217.55 USD", "1200000000 USD", None),
                CapUse("concern", "cobalt", "0%", "20%", "0%"),
                CapUse("one_country", "cobalt/AU", "64.999999999999%", "65%", "10%"),
            ),
        ),
        warnings=('gallium with form "ingot" has no offer in allied: those there are of other forms',),
    )


@pytest.fixture
def empty_plan(plan: Plan) -> Plan:
    """Nothing was asked and nothing offered."""
    totals = Totals(NOTHING, NOTHING, NOTHING, NOTHING, Decimal("0.00"), {}, {}, {}, {}, ())
    head = attrs.evolve(plan, title=None, version=None, parameters={}, totals=totals, warnings=())
    return attrs.evolve(head, awards=(), rejections=(), shortfalls=(), placements=(), unplaced=(), findings=())


@pytest.fixture
def trace() -> Trace:
    """An offer that fails by its premium."""
    return Trace(
        offer="c",
        request="r1",
        mineral="cobalt",
        outcome="Offer c won nothing, at request r1: premium:1 (falls away at 34.5 per kg).",
        entries=(
            TraceEntry(
                "require", "fresh", "holds", None, "valid_until >= today", "2027-12-31", "2027-08-01", None, (), at(20)
            ),
            TraceEntry(
                "tier", "domestic", "holds", None, "origin = US and processed_in = US", None, None, None, (), at(17)
            ),
            TraceEntry(
                "step",
                "1",
                "fails",
                "premium:1",
                "premium <= domestic_cap over best(allied, depth 500 kg) else benchmark  if none allow",
                "15.00001%",
                "15%",
                Fraction("34.5"),
                ("gallium_premium",),
                at(33),
            ),
            TraceEntry("forbid", "covered", "waived", None, "", None, None, None, ("a", "b"), None),
        ),
    )
