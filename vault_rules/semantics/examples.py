"""`test` and `always` blocks: parsed with the policy, and typed here; running them is not this module's."""

from __future__ import annotations

from vault_rules.domain.spelling import did_you_mean
from vault_rules.language import ast
from vault_rules.semantics import reads, typed
from vault_rules.semantics.elaborate import Elaborator
from vault_rules.semantics.load import Loaded
from vault_rules.semantics.reads import Duty, Reads
from vault_rules.semantics.rules import RuleReader
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
)  # fmt: skip

TABLE_COLUMNS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "offers": (
        ("offer", "trader", "mineral", "price", "quantity"),
        ("currency", "per", "unit", "form", "purity", "origin", "processed_in", "melted_in", "producer", "lot", "min_quantity", "delivery",
         "valid_until", "incoterm", "location", "hazard"),
    ),
    "requests": (("request", "buyer", "mineral", "quantity"), ("unit", "form", "purity", "need_by", "max_price", "currency", "per", "priority")),
    "benchmarks": (("mineral", "price", "date"), ("currency", "per", "form", "index")),
    "facilities": (("facility", "kind", "capacity"), ("operator", "country", "unit", "cost", "currency", "accepts")),
    "holdings": (("mineral", "quantity"), ("unit", "facility", "form", "origin", "demand_per_year")),
    "awards": (
        ("mineral", "quantity", "cost", "date"),
        ("unit", "currency", "received", "request", "offer", "trader", "buyer", "form", "origin", "processed_in", "melted_in", "producer", "purity",
         "delivery", "tier", "waterfall", "step", "step_label", "price", "per", "incoterm", "location", "hazard"),
    ),
    "fx": (("currency", "rate"), ("date",)),
}  # fmt: skip
"""Each table of a book: its required columns, and the others."""

_SUMS = {"awarded": MASS, "requested": MASS, "shortfall": MASS, "share": RATIO, "cost": MONEY}
SUBJECTS: dict[str, dict[str, Type]] = {
    "award": {**OFFER_COLUMNS, **_SUMS, "premium": RATIO, "reference": PRICE, "buyer": REQUEST_COLUMNS["buyer"], "waterfall": TEXT, "step": NUMBER},
    "request": {**REQUEST_COLUMNS, **_SUMS},
    "offer": {**OFFER_COLUMNS, **_SUMS, "premium": RATIO},
    "mineral": {"mineral": MINERAL, **_SUMS},
    "trader": {"trader": TRADER, **_SUMS},
    "country": {"country": COUNTRY, **_SUMS},
}  # fmt: skip
_UNDEFINED = ("premium", "reference")


def check(loaded: Loaded, of: Elaborator, reader: RuleReader, known: Reads) -> None:
    """Type every example and law of the evaluated file."""
    for statement in loaded.root.statements:
        if isinstance(statement, ast.Test):
            _test(statement, of)
        elif isinstance(statement, ast.Always):
            for law in statement.laws:
                _law(law, of, known)


def _test(test: ast.Test, of: Elaborator) -> None:
    days = [item for item in test.items if isinstance(item, ast.AsOf)]
    if not days:
        of.report(
            "V0319", f'the test "{test.title}" does not say on which day', test.span, help="add `as of 2027-08-01`"
        )
    for item in test.items:
        if isinstance(item, ast.TestTable):
            _table(item, of)
        elif isinstance(item, ast.SetParameter):
            if item.name.name not in of.lets:
                near = did_you_mean(item.name.name, sorted(of.lets))
                of.report(
                    "V0201",
                    f"there is no parameter `{item.name.name}`",
                    item.name.span,
                    help=f"did you mean `{near}`?" if near else None,
                )
            else:
                of.expect(item.value, of.lets[item.name.name].type, f"`{item.name.name}`")


def _table(table: ast.TestTable, of: Elaborator) -> None:
    required, others = TABLE_COLUMNS[table.table]
    extra = tuple(of.fields) if table.table in ("offers", "awards") else ()
    known = (*required, *others, *extra)
    said = [column.name for column in table.columns]
    for column in table.columns:
        if column.name not in known:
            near = did_you_mean(column.name, known)
            of.report(
                "V0207",
                f"`{table.table}` has no column `{column.name}`",
                column.span,
                help=f"did you mean `{near}`?" if near else None,
            )
            return
    for name in required:
        if name not in said:
            of.report("V0319", f"`{table.table}` needs a column `{name}`", table.span)
            return
    for row in table.rows:
        for column, cell in zip(table.columns, row.cells, strict=True):
            if column.name == "mineral" and of.names.minerals and cell.text not in of.names.minerals:
                near = did_you_mean(cell.text, sorted(of.names.minerals))
                of.report(
                    "V0201",
                    f"`{cell.text}` is not a mineral that this policy knows",
                    cell.span,
                    help=f"did you mean `{near}`?" if near else None,
                )


def _law(law: ast.Law, of: Elaborator, known: Reads) -> None:
    columns = SUBJECTS.get(law.subject.name)
    if columns is None:
        near = did_you_mean(law.subject.name, sorted(SUBJECTS))
        help = f"did you mean `{near}`?" if near else "one of " + ", ".join(f"`{one}`" for one in SUBJECTS)
        of.report("V0319", f"a law cannot be about each `{law.subject.name}`", law.subject.span, help=help)
        return
    outer = of.extra
    of.extra = {
        name: ("field" if name in _UNDEFINED else "award", kind)
        for name, kind in {**FACILITY_COLUMNS, **columns}.items()
    }
    for node in (law.where, law.condition):
        if node is not None:
            read = of.expect(node, BOOLEAN, "a law")
            if isinstance(read, typed.Expr) and read.type == BOOLEAN:
                of.diagnostics.extend(known.check(Duty(read, reads.AWARD | {"award"}, "a law")))
    of.extra = outer
