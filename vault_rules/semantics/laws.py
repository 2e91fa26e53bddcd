"""Laws: what an `always` says of each award, request, offer, mineral, trader or country, typed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from vault_rules.domain.spelling import did_you_mean
from vault_rules.language import ast
from vault_rules.semantics import reads, typed
from vault_rules.semantics.elaborate import Elaborator
from vault_rules.semantics.law_columns import (
    GROUPS,
    SUBJECTS,
    SUMS_OF_AWARDS,
    SUMS_OF_REQUESTS,
    LawScope,
    columns_of,
    has,
    may_join,
)
from vault_rules.semantics.openings import read_opening
from vault_rules.semantics.reads import Duty, Reads
from vault_rules.semantics.types import BOOLEAN, ERROR
from vault_rules.source.diagnostic import Label

_ALONE = {
    "award": "an award has one offer and one request: ask for them by `where`",
    "offer": "an offer has one mineral, one trader and one origin: ask for them by `where`",
    "request": "a request is for one mineral: `for each request` is enough",
}
_NOT_OF: Mapping[str, str] = {
    "mineral": "it is of one mineral: say `for each … and mineral`",
    "market": "a market is that of an offer: say `for each offer` or `for each award`",
    "facility": "only an award is stored: say `for each award`",
}


def read_law(statement: ast.Always, of: Elaborator, known: Reads) -> typed.Law:
    """Type an `always`; a part with a mistake is left out."""
    parts = (_part(one, of, known) for one in statement.laws)
    return typed.Law(statement.title, tuple(one for one in parts if one is not None), statement.span)


def _part(law: ast.Law, of: Elaborator, known: Reads) -> typed.ForEach | None:
    change = None if law.opening is None else read_opening(law.opening, of)
    if not _subjects(law, of) or (law.opening is not None and change is None):
        return None
    subjects = tuple(one.name for one in law.subjects)
    scope = LawScope(subjects, columns_of(subjects), change is not None)
    of.law, of.extra = scope, scope.columns
    said = len(of.diagnostics)
    where = None if law.where is None else _condition(law.where, scope, of, known)
    condition = _condition(law.condition, scope, of, known)
    of.law, of.extra = None, {}
    if change is not None and not scope.reads_before and len(of.diagnostics) == said:
        help = "say what it was before the change: `awarded >= before.awarded`"
        of.report("V0319", "this law compares two evaluations, and reads only one of them", change.span, help=help)
    return typed.ForEach(change, subjects, where, condition, law.span)


# ---- what it is about ----------------------------------------------------------------------------------------------


def _subjects(law: ast.Law, of: Elaborator) -> bool:
    first: dict[str, ast.Identifier] = {}
    for one in law.subjects:
        if one.name not in SUBJECTS:
            near = did_you_mean(one.name, sorted(SUBJECTS))
            help = f"did you mean `{near}`?" if near else "one of " + ", ".join(f"`{name}`" for name in SUBJECTS)
            of.report("V0319", f"a law cannot be about each `{one.name}`", one.span, help=help)
            return False
        if one.name in first:
            labels = (Label(first[one.name].span, "first here"),)
            of.report("V0109", f"`{one.name}` is said twice", one.span, labels=labels, help="once is enough")
            return False
        if not may_join(one.name, list(first)):
            alone = next(name for name in ("award", "offer", "request") if name in (one.name, *first))
            of.report(
                "V0319", f"`{one.name}` cannot stand beside `{law.subjects[0].name}`", one.span, help=_ALONE[alone]
            )
            return False
        first[one.name] = one
    if law.opening is not None and "award" in first:
        help = "compare what each `request`, or each `offer`, is awarded"
        message = "awards are made anew in each evaluation: an award has no `before`"
        of.report("V0319", message, first["award"].span, help=help)
        return False
    return True


# ---- what it says --------------------------------------------------------------------------------------------------


def _condition(node: ast.Expr, scope: LawScope, of: Elaborator, known: Reads) -> typed.Expr:
    read = of.expect(node, BOOLEAN, "a law")
    if read.type == BOOLEAN and not _says_what_it_has_not(read, scope, of, known):
        of.diagnostics.extend(known.check(Duty(read, reads.AWARD, "a law")))
    return read


def _says_what_it_has_not(read: typed.Expr, scope: LawScope, of: Elaborator, known: Reads) -> bool:
    """Whether a part of a law reads what its subject does not have; said once."""
    for one, needs, subjects in _needs(read, scope.subjects, known):
        lacking = needs - has(subjects)
        if lacking:
            need = min(lacking)
            name = one.kind if isinstance(one, typed.Market) else one.span.text
            words = LawScope(subjects, {}, False).words
            help = _NOT_OF.get(need) or f"it has {', '.join(f'`{column}`' for column in columns_of(subjects))}"
            labels: tuple[Label, ...] = ()
            if isinstance(one, typed.LetRef) and name in known.lets:
                labels = (Label(known.lets[name].span, "it has its value here"),)
            of.report("V0319", f"{words} has no `{name}`", one.span, labels=labels, help=help)
            return True
    return False


def _needs(
    read: typed.Expr, subjects: tuple[str, ...], known: Reads
) -> Iterator[tuple[typed.Expr, frozenset[str], tuple[str, ...]]]:
    """Every part that reads more than the subject's own columns: what that is, and of what it is asked."""
    if isinstance(read, typed.OfSubject):
        if read.where is not None:
            yield from _needs(read.where, _counted_by(read.name), known)
        return
    if isinstance(read, typed.LetRef):
        yield read, _needs_of_let(read.name, known, set()), subjects
    elif not (isinstance(read, typed.Column) and (read.owner, read.name) in _own(subjects)):
        yield read, _needs_alone(read), subjects
    for child in typed.children(read):
        yield from _needs(child, subjects, known)


def _own(subjects: tuple[str, ...]) -> set[tuple[str, str]]:
    return {(owner, name) for name, (owner, _) in columns_of(subjects).items() if owner != "facility"}


def _needs_alone(read: typed.Expr) -> frozenset[str]:
    match read:
        case typed.Column(owner="offer" | "field"):
            return frozenset(("offer",))
        case typed.Column(owner="request" | "facility" as owner):
            return frozenset((owner,))
        case typed.Context(name="stock" | "demand" | "days_of_cover"):
            return frozenset(("mineral",))
        case typed.Market(responsive=True):
            return frozenset(("market", "request"))
        case typed.Market() | typed.Benchmark():
            return frozenset(("market",))
    return frozenset()


def _needs_of_let(name: str, known: Reads, seen: set[str]) -> frozenset[str]:
    """What the value of a let depends on, with the exceptions to it."""
    if name in seen:
        return frozenset()
    seen.add(name)
    found: set[str] = set()
    for exception in known.exceptions.get(name, ()):
        found |= {"mineral"} if exception.scope.minerals is not None else set()
        found |= {"request"} if exception.scope.buyers is not None else set()
    for part in known.parts(name):
        for one in typed.walk(part):
            found |= _needs_of_let(one.name, known, seen) if isinstance(one, typed.LetRef) else _needs_alone(one)
    return frozenset(found)


# ---- sums: narrowed, and before ------------------------------------------------------------------------------------


def _counted_by(sum_: str) -> tuple[str, ...]:
    """Of what the `where` of a sum is asked."""
    return ("award",) if sum_ in SUMS_OF_AWARDS else ("request",)


def narrowed(of: Elaborator, node: ast.Narrowed) -> typed.Expr:
    """`(SUM where COND)`: the sum over those awards (or requests) of the subject for which the condition holds."""
    scope = of.law
    if scope is None or scope.narrowing:
        message = "only a law narrows a sum by `where`" if scope is None else "a sum is narrowed once"
        help = "an `always` may say `(awarded where origin = US)`" if scope is None else "join the conditions by `and`"
        of.report("V0319", message, node.span, help=help)
        return of.error(node.span)
    value = of.expr(node.value)
    if value.type == ERROR:
        return value
    if (
        not isinstance(value, typed.Column)
        or value.name not in {**SUMS_OF_AWARDS, **SUMS_OF_REQUESTS}
        or (value.owner not in ("award", "field"))
    ):
        sums = ", ".join(f"`{one}`" for one in (*SUMS_OF_AWARDS, *SUMS_OF_REQUESTS))
        help = f"of {sums} one stands before `where`: `(awarded where origin = US)`"
        of.report("V0319", "only a sum can be narrowed by `where`", value.span, help=help)
        return of.error(node.span)
    counted = _counted_by(value.name)
    columns = {name: one for name, one in columns_of(counted).items() if one[0] != "facility"}
    outer = {name: one for name, one in scope.columns.items() if name in GROUPS}
    scope.narrowing, of.extra = True, outer | columns
    where = of.expect(node.where, BOOLEAN, "what stands after `where`")
    scope.narrowing, of.extra = False, scope.columns
    if where.type == ERROR:
        return of.error(node.span)
    is_before = isinstance(value, typed.OfSubject)
    return typed.OfSubject(value.type, value.owner, value.name, is_before, where, span=node.span)


def before(of: Elaborator, node: ast.Attribute) -> typed.Expr:
    """`before.NAME`: a column or a sum of the subject in the evaluation before the change."""
    scope, name = of.law, node.name.name
    if scope is None or not scope.compares:
        message = "`before` is what was so before a change, and "
        message += "only a law knows that" if scope is None else "this law compares nothing"
        help = "a law that compares begins with `when a cap is raised:`, or another change"
        of.report("V0319", message, node.span, help=help)
    elif scope.narrowing:
        help = "what was so before stands outside: `(before.awarded where origin = US)`"
        of.report("V0319", "`before` has no meaning in the `where` of a sum", node.span, help=help)
    elif name in scope.columns and scope.columns[name][0] != "facility":
        owner, kind = scope.columns[name]
        scope.reads_before = True
        return typed.OfSubject(kind, owner, name, True, span=node.span)
    else:
        near = did_you_mean(name, sorted(scope.columns))
        help = f"did you mean `{near}`?" if near else f"it has {', '.join(f'`{one}`' for one in scope.columns)}"
        of.report("V0319", f"{scope.words} has no `{name}`", node.name.span, help=help)
    return of.error(node.span)
