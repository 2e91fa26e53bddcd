"""The points of a rule's clauses: what each may do, whether the rule says it or an exception restates it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from vault_rules.semantics import typed
from vault_rules.source.text import Span
from vault_rules.trials.coverage.expressions import Expressions
from vault_rules.trials.coverage.points import (
    BOUNDARIES,
    CLAUSES,
    DECIDES,
    EXACTLY,
    IF_NONE,
    OPENS,
    ORDERS,
    OUTCOMES,
    OVER,
    RULES,
    UNDER,
    USED,
    head_of,
)


class Clauses(Expressions):
    """Makes points of clauses."""

    def clauses(
        self, content: Mapping[Any, Any], of: str, kind: str, advisory: bool, spans: Mapping[Any, Span]
    ) -> dict[Any, Any]:
        """The clauses watched, by the same keys: those of a rule of this kind, or of an exception to one."""
        return {key: self._clause(key, value, of, kind, advisory, spans, content) for key, value in content.items()}

    def _clause(
        self,
        key: Any,
        value: Any,
        of: str,
        kind: str,
        advisory: bool,
        spans: Mapping[Any, Span],
        content: Mapping[Any, Any],
    ) -> Any:
        if value is None:
            return None
        match key[-1] if isinstance(key, tuple) else key:
            case "condition" | "when" | "where":
                return self.condition(value, of)
            case "value":
                return self.value(value, of)
            case "ratio":
                self.limit(value, of, "never under the limit", "never over the limit")
                return self.value(value, of)
            case "references":
                if_none = content.get((*key[:-1], "if_none"))
                return self._references(value, if_none, of)
            case "share":
                self.limit(value.ratio, of, "never under the limit", "never binding")
                return attrs.evolve(value, ratio=self.value(value.ratio, of))
            case "limit":
                return self._limit(value, of, kind, advisory)
            case "keys":
                return self.keys(value, of)
            case "places":
                return tuple(self._place(place, of) for place in value)
            case "steps":
                self._steps(value, of)
            case "sellers":
                self._sellers(value, of, spans)
        return value

    # ---- limits ---------------------------------------------------------------------------------------------------

    def limit(self, expr: typed.Expr, of: str, never_under: str, never_over: str) -> None:
        """A limit is a comparison: under it, over it, exactly at it."""
        self.point(OUTCOMES, UNDER, of, expr.span, never_under)
        self.point(OUTCOMES, OVER, of, expr.span, never_over)
        shown = self.constant(expr)
        exactly = "never exactly at the limit" + ("" if shown is None else f" ({shown})")
        self.point(BOUNDARIES, EXACTLY, of, expr.span, exactly)

    def _limit(self, limit: typed.Limit, of: str, kind: str, advisory: bool) -> typed.Limit:
        if kind == "target":
            self.limit(limit.value, of, "never missed", "never exceeded")
        elif advisory:
            self.limit(limit.value, of, "never kept", "never exceeded")
        else:
            self.limit(limit.value, of, "never under the limit", "never binding")
        return attrs.evolve(limit, value=self.value(limit.value, of))

    # ---- steps, places, sellers -----------------------------------------------------------------------------------

    def _steps(self, steps: tuple[typed.Step, ...], of: str) -> None:
        for step in steps:
            self.point(CLAUSES, OPENS, of, head_of(step.span), "never opened")
            self.point(RULES, DECIDES, of, head_of(step.span), "never awards anything")

    def _references(self, references: tuple[typed.Expr, ...], if_none: str | None, of: str) -> tuple[typed.Expr, ...]:
        if if_none is not None and references:
            missing = f"never undefined: `if none {if_none}` is never tried"
            self.point(CLAUSES, IF_NONE, of, references[-1].span, missing)
        return tuple(
            self.where_defined(self.value(one, of), USED, of, "never what the price is compared with")
            for one in references
        )

    def keys(self, keys: tuple[typed.Key, ...], of: str, *, orders: bool = True) -> tuple[typed.Key, ...]:
        """The keys of an order; `orders`: that it puts two in order is a point."""
        if keys and orders:
            self.point(CLAUSES, ORDERS, of, keys[0].value.span, "never has two to put in order")
        return tuple(attrs.evolve(key, value=self.value(key.value, of)) for key in keys)

    def _place(self, place: typed.Place, of: str) -> typed.Place:
        self.point(RULES, DECIDES, of, head_of(place.span), "nothing is ever placed here")
        when = None if place.when is None else self.condition(place.when, of)
        return attrs.evolve(place, when=when, keys=self.keys(place.keys, of))

    def _sellers(self, groups: tuple[frozenset[str], ...], of: str, spans: Mapping[Any, Span]) -> None:
        for rank in range(len(groups)):
            self.point(RULES, DECIDES, of, spans["group", rank], "none of these is ever a candidate")
