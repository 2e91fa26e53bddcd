"""What an expression is worth for many offers at once: the same meaning, taken apart into columns.

Everything that codes and contexts decide is worked out once for each combination of codes, by the very functions of
the signature table; what reads prices and quantities becomes whole numbers. What neither can say is asked offer by
offer, as the reference does, once for each different row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import polars as pl

from vault_rules.domain.rows import Request
from vault_rules.engine.fast import operators
from vault_rules.engine.fast.limits import picked_limit
from vault_rules.engine.fast.table import Table
from vault_rules.engine.fast.truths import is_null, one_of, truth
from vault_rules.engine.fast.vectors import (
    Exact,
    Keyed,
    Scalar,
    Truth,
    Value,
    Wide,
    as_exact,
    at_unit,
    common,
    dtype_for,
    mapped,
)
from vault_rules.engine.program import Clauses
from vault_rules.engine.readings import FIELD, columns_read
from vault_rules.engine.world import World
from vault_rules.semantics import typed
from vault_rules.semantics.meaning import value_of
from vault_rules.semantics.operators import fiscal_year
from vault_rules.semantics.types import OFFER_COLUMNS

if TYPE_CHECKING:
    from vault_rules.engine.fast.references import References

_COMPARISONS = frozenset(("=", "!=", "<", "<=", ">", ">="))
_NUMBERS = frozenset(("mass", "money", "price", "ratio", "number", "days", "months"))


class Sight:
    """Expressions as seen by the rows of a table, for nobody or for one request (or buyer)."""

    def __init__(
        self,
        world: World,
        table: Table,
        request: Request | None = None,
        buyer: str | None = None,
        references: References | None = None,
        price: Scalar | None = None,
    ) -> None:
        self.world, self.table, self.request, self.references = world, table, request, references
        self.buyer = buyer if request is None else request.buyer
        self.price = price
        self._values: dict[int, tuple[typed.Expr, Value]] = {}
        self._lets: dict[str, Value] = {}
        self._selected: dict[str, Scalar | Keyed] = {}

    def value(self, expr: typed.Expr) -> Value:
        """An expression's value."""
        found = self._values.get(id(expr))
        if found is None:
            found = (expr, self._value(expr))
            self._values[id(expr)] = found
        return found[1]

    def condition(self, expr: typed.Expr) -> Value:
        return self.value(expr)

    def _value(self, expr: typed.Expr) -> Value:
        try:
            return self._by_kind(expr)
        except Wide:
            return self.one_by_one(expr)

    def _by_kind(self, expr: typed.Expr) -> Value:
        match expr:
            case typed.Const():
                return Scalar(expr.value)
            case typed.Column():
                return self._column(expr)
            case typed.Call():
                return operators.call(self, expr)
            case typed.LetRef():
                return self._let(expr.name)
            case typed.Context():
                return self._context(expr)
            case typed.Foreign():
                return Scalar(self.world.view().foreign(expr))
            case typed.Lookup():
                return self._lookup(expr)
            case typed.Market():
                return self._market(expr)
            case typed.Benchmark():
                return self._benchmark(expr)
            case typed.FiscalYear():
                start = self.world.day.policy.fiscal_year
                return self.each(lambda day: None if day is None else Fraction(fiscal_year(day, start)), [expr.value])
            case typed.If():
                return operators.choice(self, expr)
            case typed.Default():
                return operators.default(self, expr)
            case typed.Missing():
                return is_null(self.value(expr.value))
        raise AssertionError(f"no meaning for {type(expr).__name__}")

    # ---- values of codes -------------------------------------------------------------------------------------------

    def each(self, function: Callable[..., Any], exprs: Iterable[typed.Expr]) -> Scalar | Keyed:
        """A function of expressions that codes decide, for each combination of these. Raises `Wide` for others."""
        return self.table_of(function, [self.value(one) for one in exprs])

    def table_of(self, function: Callable[..., Any], values: Sequence[Value]) -> Scalar | Keyed:
        coded = [one if isinstance(one, (Scalar, Keyed)) else self.coded(one) for one in values]
        found = mapped(function, coded)
        return self._merged(function, coded) if found is None else found

    def coded(self, value: Value) -> Keyed:
        """A condition as a column of codes. Raises `Wide` for numbers."""
        if not isinstance(value, Truth):
            raise Wide
        codes = self.table.frame.select(pl.col("row"), t=value.expr.cast(pl.UInt8))["t"]
        return self.table.add((codes + 1).fill_null(0), [None, False, True])

    def _merged(self, function: Callable[..., Any], values: Sequence[Scalar | Keyed]) -> Keyed:
        sizes = {
            name: size
            for one in values
            if isinstance(one, Keyed)
            for name, size in zip(one.base, one.sizes, strict=True)
        }
        base = tuple(sorted(sizes))
        merged = self.table.merged(base, tuple(sizes[name] for name in base))
        found = [function(*(_at(one, base, codes) for one in values)) for codes in merged.values]
        return Keyed(merged.base, merged.sizes, found)

    # ---- names -----------------------------------------------------------------------------------------------------

    def _column(self, expr: typed.Column) -> Value:
        name = expr.name
        if expr.owner == "request":
            if name == "buyer":
                return Scalar(self.buyer)
            return Scalar(None if self.request is None else getattr(self.request, name))
        if expr.owner == "field":
            return self.table.column(FIELD + name)
        if expr.owner != "offer":
            raise Wide
        if name == "price" and self.price is not None:
            return self.price
        if name == "compared":
            return self.compared()
        if name not in OFFER_COLUMNS:
            raise Wide
        return self.table.column(name)

    def compared(self) -> Value:
        """The compared price: a column where it has been worked out."""
        compare = self.world.day.policy.compare
        if compare is None:
            return self.price if self.price is not None else self.table.column("price")
        return self.table.given.get("compared") or self.value(compare)

    def _context(self, expr: typed.Context) -> Value:
        if expr.name == "today":
            return Scalar(self.world.as_of)
        return self.each_mineral(lambda mineral: self.world.view(mineral=mineral).context(expr))

    def each_mineral(self, function: Callable[[str], Any]) -> Scalar | Keyed:
        """What holds for each mineral."""
        return self.table_of(lambda mineral: None if mineral is None else function(mineral), [self.minerals()])

    def minerals(self) -> Value:
        return self.table.column("mineral")

    def _benchmark(self, expr: typed.Benchmark) -> Value:
        within = Scalar(None) if expr.within is None else self.value(expr.within)
        limited = expr.within is not None

        def price(mineral: str | None, form: str | None, within: Fraction | None) -> Fraction | None:
            if mineral is None or (limited and within is None):
                return None
            return self.world.benchmark_price(mineral, form, expr.index, within)

        return self.table_of(price, [self.minerals(), self.table.column("form"), within])

    def _market(self, expr: typed.Market) -> Value:
        if self.references is None:
            raise Wide
        return self.references.value(expr, self)

    def _lookup(self, expr: typed.Lookup) -> Value:
        rows = self.world.day.policy.tables[expr.table].rows

        def cell(*keys: Any) -> Any:
            if None in keys:
                return None
            row = rows.get(keys) or rows.get(None)
            found = None if row is None else row.get(expr.column)
            if found is None:
                return None
            if isinstance(found, typed.Const):
                return found.value
            value = self.value(found)
            if not isinstance(value, Scalar):
                raise Wide
            return value.value

        return self.each(cell, expr.keys)

    # ---- exceptions ------------------------------------------------------------------------------------------------

    def _let(self, name: str) -> Value:
        if name not in self._lets:
            found = self.selected(name)
            self._lets[name] = self.by_case(found, lambda case: self.value(self.let_expression(name, case)))
        return self._lets[name]

    def cases(self, rule: typed.Rule) -> tuple[Scalar | Keyed, dict[Any, Clauses | None]]:
        """Which exceptions to a rule apply, and its clauses after those; None where it is waived."""
        found = self.selected(rule.name)
        clauses: dict[Any, Clauses | None] = {}
        for case in set(found.values if isinstance(found, Keyed) else [found.value]):
            content, spans, waived, used = self._changed(rule.name, case)
            if waived:
                clauses[case] = None
            else:
                clauses[case] = Clauses({**rule.clauses, **content}, {**rule.spans, **spans}, tuple(used))
        return found, clauses

    def masks(self, target: str) -> list[tuple[Any, pl.Expr]]:
        """Each set of exceptions to a target that apply together, and where they do."""
        found = self.selected(target)
        if isinstance(found, Scalar):
            return [(found.value, pl.lit(True))]
        return [
            (case, one_of(found, [at for at, one in enumerate(found.values) if one == case]))
            for case in dict.fromkeys(found.values)
        ]

    def let_expression(self, name: str, case: Any) -> typed.Expr:
        """What a let stands for where some exceptions apply."""
        value: typed.Expr = self._changed(name, case)[0].get("value") or self.world.day.lets[name]
        return value

    def _changed(self, target: str, case: frozenset[str]) -> Any:
        return self.world.day.changed(target, lambda one: one.name in case)

    def selected(self, target: str) -> Scalar | Keyed:
        """The names of the exceptions to a target, and to these, that apply."""
        if target not in self._selected:
            exceptions = self.world.day.exceptions_below(target)
            if not exceptions:
                self._selected[target] = Scalar(frozenset())
            else:
                flags = [self._applies(one) for one in exceptions]
                names = [one.name for one in exceptions]
                self._selected[target] = self.table_of(
                    lambda *held: frozenset(name for name, is_so in zip(names, held, strict=True) if is_so is True),
                    flags,
                )
        return self._selected[target]

    def _applies(self, one: typed.TypedException) -> Value:
        if one.scope.buyers is not None and self.buyer not in one.scope.buyers:
            return Scalar(False)
        return self.applies(one)

    def applies(self, one: typed.TypedException) -> Value:
        """Whether an exception applies to an offer, whoever buys."""
        minerals = one.scope.minerals
        among: Value = Scalar(True)
        if minerals is not None:
            among = self.each_mineral(lambda mineral: mineral in minerals)
        if one.when is None:
            return among
        return operators.both(self, "and", among, self.value(one.when))

    def by_case(self, selector: Scalar | Keyed, result: Callable[[Any], Value]) -> Value:
        """The result for each case, put together."""
        if isinstance(selector, Scalar):
            return result(selector.value)
        results = {case: result(case) for case in dict.fromkeys(selector.values)}
        if len(results) == 1:
            return next(iter(results.values()))
        order = list(results)
        if all(isinstance(one, (Scalar, Keyed)) for one in results.values()):
            return self.table_of(
                lambda case, *values: values[order.index(case)], [selector, *(results[case] for case in order)]
            )
        limit = picked_limit(selector, results)
        if limit is not None:
            return limit
        masks = [one_of(selector, [at for at, one in enumerate(selector.values) if one == case]) for case in order]
        if any(isinstance(one, Truth) for one in results.values()):
            return Truth(_chain(masks, [truth(results[case]) for case in order]))
        numbers = [as_exact(results[case]) for case in order]
        unit = common([one.unit for one in numbers])
        numbers = [at_unit(one, unit) for one in numbers]
        low, high = min(one.low for one in numbers), max(one.high for one in numbers)
        kind = dtype_for(low, high)
        return Exact(_chain(masks, [one.expr.cast(kind) for one in numbers]), unit, low, high)

    # ---- offer by offer --------------------------------------------------------------------------------------------

    def one_by_one(self, expr: typed.Expr) -> Scalar | Keyed:
        """What columns cannot say: asked as the reference asks, once for each different row of what it reads."""
        names = sorted(columns_read(expr, self.world.day) & set(self.table.frame.columns))
        if not names or not len(self.table):
            return Scalar(value_of(expr, self.world.view(None, self.request, buyer=self.buyer)))
        frame = self.table.frame
        keys = frame.group_by(names, maintain_order=True).agg(pl.col("row").first())
        found = [value_of(expr, self._view(row)) for row in keys.iter_rows(named=True)]
        coded = keys.drop("row").with_row_index("#code")
        codes = frame.select(names).join(coded, on=names, how="left", nulls_equal=True, maintain_order="left")
        return self.table.add(codes["#code"], found)

    def _view(self, row: dict[str, Any]) -> Any:
        offer = self.table.offers.offer(row["row"])
        if "tier" in row:
            tier = self.table.column("tier")
            assert isinstance(tier, Keyed)
            self.world.tier_of[offer.offer] = tier.values[row["tier"]]
        price = self.price.value if self.price is not None else None
        return self.world.view(offer, self.request, buyer=self.buyer, price=price)


def _at(value: Scalar | Keyed, base: tuple[str, ...], codes: tuple[int, ...]) -> Any:
    if isinstance(value, Scalar):
        return value.value
    place = 0
    for name, size in zip(value.base, value.sizes, strict=True):
        place = place * size + codes[base.index(name)]
    return value.values[place]


def _chain(masks: Sequence[pl.Expr], values: Sequence[pl.Expr]) -> pl.Expr:
    found = values[-1]
    for mask, value in zip(reversed(masks[:-1]), reversed(values[:-1]), strict=True):
        found = pl.when(mask).then(value).otherwise(found)
    return found
