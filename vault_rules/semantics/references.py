"""References to the market: `best(allied, depth 500 kg, responsive)`, `lowest(domestic).origin`, `benchmark("x")`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from vault_rules.domain.spelling import did_you_mean
from vault_rules.language import ast
from vault_rules.semantics import typed
from vault_rules.semantics.types import DAYS, MASS, NUMBER, OFFER_COLUMNS, PRICE
from vault_rules.source.diagnostic import Label

if TYPE_CHECKING:
    from vault_rules.semantics.elaborate import Elaborator

_RESULTS = {"best": PRICE, "vwap": PRICE, "median": PRICE, "supply": MASS, "count": NUMBER}
_WITHOUT_DEPTH = ("supply", "count")


def market(of: Elaborator, node: ast.Call, column: ast.Identifier | None) -> typed.Expr:
    """A reference over the offers of a market; `column` is what follows `lowest(…).`."""
    kind = node.function.name
    tiers: list[str] = []
    depth: typed.Expr | None = None
    responsive = False
    wrong = False
    for argument in _each_once(of, kind, node.arguments):
        match argument:
            case ast.Depth(value=value):
                depth = of.expect(value, MASS, "a depth", "how much must be on offer: `depth 500 kg`")
                wrong |= depth.type != MASS
            case ast.Responsive():
                responsive = True
            case ast.AllTiers():
                tiers.extend(of.names.tiers or ["all"])
            case ast.Name() if argument.name in of.names.tiers:
                of.names.used.add(argument.name)
                tiers.append(argument.name)
            case ast.SetLiteral(items=items) if all(
                isinstance(item, ast.Name) and item.name in of.names.tiers for item in items
            ):
                tiers.extend(item.name for item in items if isinstance(item, ast.Name))
            case _:
                wrong = True
                _not_a_tier(of, kind, argument)
    if wrong:
        return of.error(node.span)
    if not tiers:
        of.report(
            "V0206",
            f"`{kind}` needs the tiers it looks at",
            node.span,
            help=f"name one or more: `{kind}(domestic)`, or `{kind}(all)`",
        )
        return of.error(node.span)
    if depth is not None and kind in _WITHOUT_DEPTH:
        help = f"leave `depth` out: `{kind}({', '.join(tiers)})`"
        of.report("V0206", f"`{kind}` counts everything on offer: it takes no `depth`", depth.span, help=help)
        return of.error(node.span)
    ordered = tuple(sorted(set(tiers), key=lambda name: of.names.tiers.index(name) if name in of.names.tiers else -1))
    if kind != "lowest":
        return typed.Market(_RESULTS[kind], kind, ordered, depth, responsive, span=node.span)
    return _lowest(of, node, column, ordered, depth, responsive)


def _lowest(
    of: Elaborator,
    node: ast.Call,
    column: ast.Identifier | None,
    tiers: tuple[str, ...],
    depth: typed.Expr | None,
    responsive: bool,
) -> typed.Expr:
    if column is None:
        of.report(
            "V0206",
            "`lowest(…)` is an offer: say which of its columns",
            node.span,
            help="for instance `lowest(domestic).origin`",
        )
        return of.error(node.span)
    span = node.span.to(column.span)
    field = of.fields.get(column.name)
    if field is not None:
        of.names.used.add(column.name)
        read = typed.Market(field.type, "lowest", tiers, depth, responsive, column.name, span=span)
        return of.error(span) if field.type.kind == "error" else read
    if column.name not in OFFER_COLUMNS:
        near = did_you_mean(column.name, sorted((*OFFER_COLUMNS, *of.fields)))
        help = f"did you mean `{near}`?" if near else "for instance `price`, `origin`, `trader`, `delivery`"
        of.report("V0207", f"an offer has no `{column.name}`", column.span, help=help)
        return of.error(span)
    return typed.Market(OFFER_COLUMNS[column.name], "lowest", tiers, depth, responsive, column.name, span=span)


def _each_once(of: Elaborator, kind: str, arguments: tuple[ast.Expr, ...]) -> Iterator[ast.Expr]:
    """The arguments; what may be said once, and is said again, is reported and left out."""
    first: dict[type[ast.Expr], ast.Expr] = {}
    for argument in arguments:
        if isinstance(argument, ast.Depth | ast.Within | ast.Responsive | ast.Text):
            before = first.setdefault(type(argument), argument)
            if before is not argument:
                labels = (Label(before.span, "first here"),)
                word = argument.span.text.split()[0] if not isinstance(argument, ast.Text) else "the index"
                quoted = word if word == "the index" else f"`{word}`"
                help = f"`{kind}` takes it once: remove one"
                of.report("V0109", f"{quoted} is said twice", argument.span, labels=labels, help=help)
                continue
        yield argument


def _not_a_tier(of: Elaborator, kind: str, argument: ast.Expr) -> None:
    if isinstance(argument, ast.Name):
        near = did_you_mean(argument.name, of.names.tiers)
        if of.names.is_lost(argument.name, near):
            return
        help = (
            f"did you mean `{near}`?"
            if near
            else f"`{kind}` looks at tiers: " + ", ".join(f"`{one}`" for one in (*of.names.tiers, "all"))
        )
        of.report("V0201", f"`{argument.name}` is not a tier", argument.span, help=help)
        return
    of.report(
        "V0206",
        f"`{kind}` takes tiers, `depth` and `responsive`",
        argument.span,
        help=f"for instance `{kind}(domestic, depth 500 kg)`",
    )


def benchmark(of: Elaborator, node: ast.Call) -> typed.Expr:
    """`benchmark("index", within 30 days)`: either part may be left out."""
    index: str | None = None
    within: typed.Expr | None = None
    for argument in _each_once(of, "benchmark", node.arguments):
        match argument:
            case ast.Text(value=value):
                index = value
            case ast.Within(value=value_):
                within = of.expect(value_, DAYS, "how old a benchmark may be", "say it in days: `within 30 days`")
            case _:
                help = '`benchmark("index", within 30 days)`'
                of.report(
                    "V0206",
                    "`benchmark` takes the name of an index, and `within` so many days",
                    argument.span,
                    help=help,
                )
                return of.error(node.span)
    if within is not None and within.type != DAYS:
        return of.error(node.span)
    return typed.Benchmark(PRICE, index, within, span=node.span)
