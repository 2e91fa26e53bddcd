"""Caps and targets: what is measured, against what, for whom."""

from __future__ import annotations

from typing import Any

from vault_rules.domain.spelling import did_you_mean
from vault_rules.language import ast
from vault_rules.semantics import reads, typed
from vault_rules.semantics.elaborate import Elaborator
from vault_rules.semantics.reads import Duty
from vault_rules.semantics.types import (
    BOOLEAN,
    FACILITY_COLUMNS,
    MASS,
    MONEY,
    OFFER_COLUMNS,
    PRICE,
    RATIO,
    REQUEST_COLUMNS,
    Type,
)
from vault_rules.source.diagnostic import Diagnostic, Label
from vault_rules.source.text import Span

PERIODS = ("month", "quarter", "year", "fiscal_year")
_FIELDS_OF = {"requested": ("mineral", "buyer"), "demand": ("mineral",), "stock": ("mineral",)}
_HAVE_COLUMNS = "columns such as `mineral`, `origin`, `trader`, `buyer`"
_WHOSE = {
    "requested": "requests have",
    "demand": "demand is known for each mineral: it has",
    "stock": "stock is known for each mineral: it has",
}


class CapReader:
    """The part of reading rules that concerns limits. Shared state of all rule reading lives here."""

    def __init__(self, of: Elaborator, orders: dict[int, int]) -> None:
        self.of = of
        self.orders = orders
        self.duties: list[Duty] = []
        self.suspects: set[str] = set()
        """Rules whose dates or scope have a mistake: nothing is concluded from them."""
        self.ends: list[tuple[typed.Expr, ast.Premium]] = []
        """The last reference of each premium that says no `if none`."""

    @property
    def diagnostics(self) -> list[Diagnostic]:
        return self.of.diagnostics

    def order(self, statement: ast.Statement) -> int:
        return self.orders[id(statement)]

    def facility_names(self) -> dict[str, tuple[str, Type]]:
        """What a place in a `store` knows besides: the facility's columns, and the award's."""
        of_award = {"premium": ("field", RATIO), "reference": ("field", PRICE), "awarded": ("award", MASS)}
        return of_award | {name: ("facility", kind) for name, kind in FACILITY_COLUMNS.items()}

    def cap_clauses(
        self, node: ast.CapBody, kind: str, advisory: bool, *, whole: bool, minerals: frozenset[str] | None
    ) -> tuple[dict[str, Any], dict[str, Span]]:
        """The clauses that are said, for these minerals if not for all; in an exception what is not said stays."""
        found: dict[str, Any] = {"measure": node.measure}
        if node.by is not None or whole:
            found["by"] = None if node.by is None else self._field(node.by, node.by_span or node.span)
        period, columns = self._per(node)
        if node.per or whole:
            found["period"], found["per"] = period, columns
        found["limit"] = self._limit(node, kind, advisory, columns, minerals)
        if node.where is not None:
            found["where"] = self.of.expect(node.where, BOOLEAN, f"the `where` of a {kind}")
            self.duties.append(Duty(found["where"], reads.CAP_WHERE, f"the `where` of a `{kind}`"))
        elif whole:
            found["where"] = None
        return found, dict.fromkeys(found, node.span)

    def _field(self, path: str, span: Span) -> typed.Column | None:
        """A column to count by: of the offer, a declared field, or the request's buyer."""
        if path in ("buyer", "request.buyer"):
            return typed.Column(REQUEST_COLUMNS["buyer"], "request", "buyer", span=span)
        if path in self.of.fields:
            self.of.names.used.add(path)
            return typed.Column(self.of.fields[path].type, "field", path, span=span)
        if path.startswith("request.") and path.removeprefix("request.") in REQUEST_COLUMNS:
            name = path.removeprefix("request.")
            return typed.Column(REQUEST_COLUMNS[name], "request", name, span=span)
        if path in OFFER_COLUMNS:
            return typed.Column(OFFER_COLUMNS[path], "offer", path, span=span)
        near = did_you_mean(path, sorted((*OFFER_COLUMNS, *self.of.fields, "buyer", *PERIODS)))
        periods = ", ".join(f"`{one}`" for one in PERIODS)
        help = f"did you mean `{near}`?" if near else f"{_HAVE_COLUMNS}, and after `per` the periods {periods}"
        self.of.report("V0207", f"an award has no `{path}` to count by", span, help=help)
        return None

    def _per(self, node: ast.CapBody) -> tuple[str | None, tuple[typed.Column, ...]]:
        period: str | None = None
        place = node.span
        columns: list[typed.Column] = []
        for one in node.per:
            if one.name in PERIODS and one.name not in self.of.fields:
                if period is not None:
                    labels = (Label(place, "the first"),)
                    help = "write two caps, each with its period"
                    self.of.report("V0109", "a cap has one period", one.span, labels=labels, help=help)
                period, place = one.name, one.span
                if node.measure == "stock":
                    self.of.report(
                        "V0312",
                        "stock is what lies there now: it has no period",
                        one.span,
                        help="to limit what is bought in a period, say `quantity`",
                    )
                continue
            column = self._field(one.name, one.span)
            if column is None:
                continue
            known = _FIELDS_OF.get(node.of or "")
            if known is not None and column.name not in known:
                have = " and ".join(f"`{name}`" for name in known)
                help = (
                    f"{_WHOSE[node.of or '']} only {have}; to count each apart, say `by {column.name}` before the limit"
                )
                message = f"what stands after `of` cannot be split by `{column.name}`"
                self.of.report("V0312", message, one.span, help=help)
                continue
            columns.append(column)
        return period, tuple(sorted(columns, key=lambda column: (column.owner, column.name)))

    def _limit(
        self,
        node: ast.CapBody,
        kind: str,
        advisory: bool,
        per: tuple[typed.Column, ...],
        minerals: frozenset[str] | None,
    ) -> typed.Limit | None:
        of, span = node.of, node.of_span or node.limit.span
        if of == "awarded":
            self.of.report(
                "V0310",
                "`of awarded` belongs to the share of a step",
                span,
                help=f"a {kind} is `of requested`, `of demand` or `of stock`",
            )
            return None
        if of == "purchased" and kind == "cap" and not advisory:
            help = (
                "say `of requested`, which is known before the first award; or make it an `advisory cap`, or a `target`"
            )
            self.of.report(
                "V0311", "what will have been purchased is not known while it is being purchased", span, help=help
            )
            return None
        if node.measure == "value share" and of != "purchased":
            help = "a value share is `of purchased`, in a `target` or an `advisory cap`; to limit money, say `spend`"
            self.of.report(
                "V0313", "the value of what is requested is not known before it is bought", node.span, help=help
            )
            return None
        if node.measure == "share" and of is None:
            help = "say `of requested`, `of demand` or `of stock`"
            self.of.report("V0310", "this share does not say of what", node.limit.span, help=help)
            return None
        read = self._limit_value(node, per, minerals)
        return None if read.type.kind == "error" else typed.Limit(read, of)

    def _limit_value(
        self, node: ast.CapBody, per: tuple[typed.Column, ...], minerals: frozenset[str] | None
    ) -> typed.Expr:
        of = node.of
        read = self.of.expr(node.limit)
        wanted, words = self._wanted(node.measure, of)
        if read.type.kind not in (*wanted, "error"):
            self.of.report(
                "V0204",
                f"the limit of `{node.measure}` must be {words[0]}, and this is {read.type.noun()}",
                read.span,
                f"this is {read.type.words(self.of.currency)}",
                help=words[1],
            )
            return self.of.error(read.span)
        columns = frozenset(column.name for column in per)
        self.duties.append(
            Duty(
                read,
                reads.CONTEXT,
                "the limit of a cap",
                minerals=minerals,
                columns=columns,
                help=_limit_help(read, columns),
            )
        )
        if "mineral" not in columns:
            for one in typed.walk(read):
                name = self._of_one_mineral(one)
                if name is not None:
                    self.of.report(
                        "V0216",
                        f"`{name}` is of one mineral, and this limit is of all together",
                        one.span,
                        help="say `per mineral`: then each mineral has its own limit",
                    )
        return read

    def _of_one_mineral(self, part: typed.Expr) -> str | None:
        """The fact of one mineral that a part of a limit is, or that the `let` it names reads."""
        seen: set[str] = set()
        queue = [part]
        while queue:
            one = queue.pop()
            if isinstance(one, typed.Context) and one.name != "today":
                return one.name if one is part or not isinstance(part, typed.LetRef) else part.name
            if isinstance(one, typed.LetRef) and one.name in self.of.lets and one.name not in seen:
                seen.add(one.name)
                queue.extend(typed.walk(self.of.lets[one.name]))
        return None

    @staticmethod
    def _wanted(measure: str, of: str | None) -> tuple[tuple[str, ...], tuple[str, str | None]]:
        if measure == "spend":
            return (MONEY.kind,), ("money", "for instance `spend <= 1.2bn USD per quarter`")
        if of is None:
            return (MASS.kind,), ("a mass", f"for instance `{measure} <= 10 t`, or `{measure} <= 20% of demand`")
        if of == "demand" and measure != "share":
            return ("ratio", "days", "months"), (
                "a percentage or a number of days of demand",
                "for instance `180 days of demand`",
            )
        return ("ratio",), ("a percentage", f"for instance `{measure} <= 65% of {of}`")


def _limit_help(read: typed.Expr, columns: frozenset[str]) -> str:
    """What to say where a limit reads what it does not know."""
    for one in typed.walk(read):
        if isinstance(one, typed.Column) and one.name in ("mineral", "buyer") and one.name not in columns:
            return f"say `per {one.name}`: then each {one.name} has its own limit"
    return "a limit reads the book's totals and what stands after `per`; what is counted is narrowed by `where`"
