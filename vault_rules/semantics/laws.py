"""Laws: what an `always` may say of each award, request, offer, mineral, trader or country."""

from __future__ import annotations

from vault_rules.domain.spelling import did_you_mean
from vault_rules.language import ast
from vault_rules.semantics import reads, typed
from vault_rules.semantics.elaborate import Elaborator
from vault_rules.semantics.reads import Duty, Reads
from vault_rules.semantics.types import (
    BOOLEAN,
    COUNTRY,
    FACILITY_COLUMNS,
    MASS,
    MINERAL,
    MONEY,
    NUMBER,
    OFFER_COLUMNS,
    PRICE,
    RATIO,
    REQUEST_COLUMNS,
    TEXT,
    TRADER,
    Type,
)

_SUMS = {"awarded": MASS, "requested": MASS, "shortfall": MASS, "share": RATIO, "cost": MONEY}
SUBJECTS: dict[str, dict[str, Type]] = {
    "award": {
        **OFFER_COLUMNS,
        **_SUMS,
        "premium": RATIO,
        "reference": PRICE,
        "buyer": REQUEST_COLUMNS["buyer"],
        "waterfall": TEXT,
        "step": NUMBER,
    },
    "request": {**REQUEST_COLUMNS, **_SUMS},
    "offer": {**OFFER_COLUMNS, **_SUMS, "premium": RATIO},
    "mineral": {"mineral": MINERAL, **_SUMS},
    "trader": {"trader": TRADER, **_SUMS},
    "country": {"country": COUNTRY, **_SUMS},
}
_UNDEFINED = ("premium", "reference")
_ABOUT_OFFERS = ("award", "offer")
_ABOUT_REQUESTS = ("award", "request")


def check_law(law: ast.Law, of: Elaborator, known: Reads) -> None:
    """Type a law: its columns are its subject's, and whatever its subject has."""
    subject = law.subject.name
    columns = SUBJECTS.get(subject)
    if columns is None:
        near = did_you_mean(subject, sorted(SUBJECTS))
        help = f"did you mean `{near}`?" if near else "one of " + ", ".join(f"`{one}`" for one in SUBJECTS)
        of.report("V0319", f"a law cannot be about each `{subject}`", law.subject.span, help=help)
        return
    if subject == "award":
        columns = {**FACILITY_COLUMNS, **columns}
    outer = of.extra
    of.extra = {name: ("field" if name in _UNDEFINED else "award", kind) for name, kind in columns.items()}
    for node in (law.where, law.condition):
        if node is not None:
            read = of.expect(node, BOOLEAN, "a law")
            if read.type == BOOLEAN and not _reads_another(read, subject, columns, of, known):
                of.diagnostics.extend(known.check(Duty(read, reads.AWARD, "a law")))
    of.extra = outer


def _reads_another(read: typed.Expr, subject: str, columns: dict[str, Type], of: Elaborator, known: Reads) -> bool:
    """Whether the law reads a column that its subject does not have; said once."""
    for one in typed.walk(read):
        match one:
            case typed.Column(owner="award"):
                continue
            case typed.Column(owner="field", name=name) if name in columns:
                continue
            case typed.Column(owner=owner, name=name):
                stages = {"offer" if owner == "field" else owner}
            case typed.LetRef(name=name):
                stages = set(known.of_let(name))
            case _:
                continue
        if ("offer" in stages and subject not in _ABOUT_OFFERS) or (
            "request" in stages and subject not in _ABOUT_REQUESTS
        ):
            has = ", ".join(f"`{column}`" for column in columns)
            message = f"{'an' if subject[0] in 'ao' else 'a'} {subject} has no `{name}`"
            of.report("V0319", message, one.span, help=f"it has {has}")
            return True
    return False
