"""What is allowed but probably not meant, and what can never happen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from vault_rules.language import ast
from vault_rules.semantics import typed
from vault_rules.semantics.scope import Names, kind_of
from vault_rules.source.diagnostic import ERROR, WARNING, Diagnostic, Label

_PRICED = ("best", "vwap", "median", "lowest")


def unreachable_tiers(tiers: Sequence[typed.Rule]) -> Iterator[Diagnostic]:
    """A tier after `otherwise`, one whose condition never holds, and one that repeats an earlier condition."""
    last: typed.Rule | None = None
    first: dict[typed.Expr, typed.Rule] = {}
    for tier in tiers:
        condition = tier.clauses["when"]
        if last is not None:
            yield _never(
                tier,
                f"the tier `{tier.name}` is never reached",
                last,
                "everything that is left goes here",
                "put `otherwise` last",
            )
        elif isinstance(condition, typed.Const) and condition.value is False:
            help = "give it a condition that can hold, or remove it"
            yield Diagnostic("V0309", ERROR, f"the tier `{tier.name}` never holds", tier.name_span, help=help)
        elif condition is not None:
            same = first.get(condition)
            if same is not None:
                yield _never(
                    tier,
                    f"the tier `{tier.name}` is never reached",
                    same,
                    "the same condition",
                    "the first tier that holds is taken",
                )
        if condition is None and _always(tier):
            last = last or tier
        elif condition is not None and _always(tier):
            first.setdefault(condition, tier)


def _always(tier: typed.Rule) -> bool:
    return tier.window == typed.Window() and tier.scope == typed.Scope()


def _never(rule: typed.Rule, message: str, first: typed.Rule, label: str, help: str) -> Diagnostic:
    return Diagnostic("V0309", ERROR, message, rule.name_span, labels=(Label(first.name_span, label),), help=help)


def unreachable_steps(
    waterfalls: Sequence[typed.Rule], exceptions: Sequence[typed.TypedException]
) -> Iterator[Diagnostic]:
    """A step whose tiers an earlier step takes whole: no condition, premium or share leaves anything for it."""
    changed = {one.target for one in exceptions}
    for rule in waterfalls:
        if rule.name in changed:
            continue
        steps: tuple[typed.Step, ...] = rule.clauses["steps"]
        taken: dict[frozenset[str], typed.Step] = {}
        for step in steps:
            tiers = frozenset(step.tiers)
            earlier = next((one for whole, one in taken.items() if tiers <= whole), None) if tiers else None
            if earlier is not None:
                yield Diagnostic(
                    "V0308", ERROR, "this step is never reached", step.span,
                    labels=(Label(earlier.span, "this step already takes all there is of its tiers"),),
                    help="remove it, or limit the earlier step with `when`, `premium` or `share`",
                )  # fmt: skip
            if all(rule.clauses.get((step.number, key)) is None for key in ("when", "ratio", "share")):
                taken.setdefault(tiers, step)


def reference_warnings(expressions: Iterable[typed.Expr]) -> Iterator[Diagnostic]:
    """References that one small or old quotation can move."""
    for expr in expressions:
        for one in typed.walk(expr):
            if isinstance(one, typed.Market) and one.kind in _PRICED and one.depth is None:
                yield Diagnostic(
                    "V0403", WARNING, f"`{one.kind}` without a depth: the smallest offer can set this price", one.span,
                    help=f"say how much must be on offer: `{one.kind}(…, depth 500 kg)`",
                )  # fmt: skip
            if isinstance(one, typed.Benchmark) and one.within is None:
                yield Diagnostic(
                    "V0405",
                    WARNING,
                    "this benchmark may be of any age",
                    one.span,
                    help="say how old it may be: `benchmark(within 30 days)`",
                )


def own_tier_warnings(waterfalls: Sequence[typed.Rule], lets: Mapping[str, typed.Expr]) -> Iterator[Diagnostic]:
    """A premium over a reference to a tier that its own step takes, also where a `let` names the reference."""
    for rule in waterfalls:
        for step in rule.clauses["steps"]:
            for reference in rule.clauses.get((step.number, "references")) or ():
                for one in typed.walk(reference):
                    if any(set(market.tiers) & set(step.tiers) for market in _markets(one, lets)):
                        yield Diagnostic(
                            "V0404", WARNING, "this step is measured against offers that it takes itself", one.span,
                            labels=(Label(step.span, "the step"),), help="refer to another tier, or to a benchmark",
                        )  # fmt: skip


def _markets(expr: typed.Expr, lets: Mapping[str, typed.Expr]) -> Iterator[typed.Market]:
    """The references to the market that a part of an expression is, or stands for."""
    seen: set[str] = set()
    queue = [expr]
    while queue:
        one = queue.pop()
        if isinstance(one, typed.Market):
            yield one
        elif isinstance(one, typed.LetRef) and one.name in lets and one.name not in seen:
            seen.add(one.name)
            queue.extend(typed.walk(lets[one.name]))


def unused(names: Names, statements: Iterable[ast.Statement]) -> Iterator[Diagnostic]:
    """Definitions that nothing reads."""
    for statement in statements:
        if isinstance(statement, ast.Book) and statement.name is not None:
            name = statement.name
            if name.name not in names.used_books:
                message = f"no test uses the book `{name.name}`"
                yield Diagnostic("V0401", WARNING, message, name.span, help=f"say `use book {name.name}` in one")
        if isinstance(statement, ast.Group | ast.Let | ast.Field | ast.Table) and statement.name is not None:
            name = statement.name
            if name.name not in names.used:
                kind = "value" if isinstance(statement, ast.Let) else kind_of(statement)
                yield Diagnostic(
                    "V0401", WARNING, f"nothing reads the {kind} `{name.name}`", name.span, help="remove it, or use it"
                )


def idle_tiers(names: Names, tiers: Sequence[typed.Rule], waterfalls: Sequence[typed.Rule]) -> Iterator[Diagnostic]:
    """Tiers that no step takes: offers in them are rejected with `not_in_waterfall`."""
    taken = {tier for rule in waterfalls for step in rule.clauses["steps"] for tier in step.tiers}
    for tier in tiers:
        if waterfalls and tier.name not in taken:
            yield Diagnostic(
                "V0406",
                WARNING,
                f"no step takes the tier `{tier.name}`",
                tier.name_span,
                help="offers in it are never bought: take it in a step, or `forbid` them",
            )
