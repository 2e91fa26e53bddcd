"""An award made by hand, for tests of reports and of ledgers."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

from vault_rules.domain.plan import Award, RuleRef

COBALT = Award(
    request="r1",
    offer="a",
    trader="glencore",
    buyer="gm",
    mineral="cobalt",
    form="cathode",
    origin="US",
    processed_in="US",
    melted_in=None,
    delivery=date(2027, 11, 30),
    tier="domestic",
    waterfall="replenishment",
    step=1,
    step_label=None,
    quantity=Fraction(10_000),
    price=Fraction("34.5"),
    cost=Decimal("345000.00"),
    reference=Fraction(30),
    premium=Fraction("0.15"),
    exceptions=("trial",),
    rule=RuleRef("small.vault", 33, 3),
    shown={"note": "secret"},
    carried={"producer": "kamoto", "purity": "99.8", "incoterm": "FOB"},
)
