"""Expressions, read for themselves: three-valued, exact, with nothing of the checker or the engine.

`None` is what is unknown or undefined. `nulls` says which null fields made a value unknown.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable
from datetime import date, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import attrs

from vault_rules.domain.units import MASS_UNITS
from vault_rules.language import ast

if TYPE_CHECKING:
    from tests.differential.oracle_world import World

Row = dict[str, Any]
MILLIGRAM = Fraction(1, 10**6)
CONTEXT = ("stock", "demand", "days_of_cover")
REFERENCES = ("best", "vwap", "median", "lowest", "supply", "count", "benchmark")


@attrs.frozen(order=True)
class Months:
    """A duration of the calendar; days are plain fractions."""

    count: Fraction


@attrs.frozen
class Scene:
    """What a value may see. `compares`: `price` is the compared price. `subject`: the `per` keys of a cap's limit."""

    world: World
    mineral: str | None = None
    offer: Row | None = None
    tier: str | None = None
    request: Row | None = None
    facility: Row | None = None
    subject: Row = attrs.field(factory=dict)
    compares: bool = False

    @property
    def buyer(self) -> str | None:
        return None if self.request is None else self.request["buyer"]


def floor_mg(mass: Fraction) -> Fraction:
    """Down to whole milligrams."""
    return mass // MILLIGRAM * MILLIGRAM


def as_set(found: Any) -> frozenset[str]:
    return found if isinstance(found, frozenset) else frozenset({found})


def union(found: Iterable[Any]) -> frozenset[str]:
    return frozenset().union(*(as_set(one) for one in found))


def value(expr: ast.Expr, scene: Scene) -> Any:
    """What it is worth here; None where that is unknown or undefined."""
    match expr:
        case ast.Name(name):
            return _named(name, scene)
        case ast.Number(number, _) | ast.Percent(number, _):
            return number
        case ast.Quantity(number, unit, _):
            return number * MASS_UNITS[unit]
        case ast.Money(number, currency, _):
            return number * scene.world.fx[currency]
        case ast.Price(number, currency, unit, _):
            return number * scene.world.fx[currency] / MASS_UNITS[unit]
        case ast.Duration(number, unit, _):
            days = {"day": 1, "week": 7}.get(unit)
            return number * days if days else Months(number * (12 if unit == "year" else 1))
        case ast.DateLiteral(plain) | ast.Text(plain) | ast.Boolean(plain) | ast.Country(plain):
            return plain
        case ast.SetLiteral(items):
            return union(value(item, scene) for item in items)
        case ast.Attribute():
            return _attribute(expr, scene)
        case ast.Call(function, arguments):
            return _call(expr, function.name, arguments, scene)
        case ast.Unary(operator, operand):
            inner = value(operand, scene)
            return None if inner is None else (not inner if operator == "not" else -inner)
        case ast.Binary(operator, left, right):
            return _binary(operator, value(left, scene), value(right, scene))
        case ast.IsMissing(operand):
            return value(operand, scene) is None
        case ast.Conditional(condition, then, otherwise):
            chosen = value(condition, scene)
            return None if chosen is None else value(then if chosen else otherwise, scene)
        case ast.Default(main, fallback):
            first = value(main, scene)
            return value(fallback, scene) if first is None else first
    raise AssertionError(f"no value: {expr}")


def _named(name: str, scene: Scene) -> Any:
    world = scene.world
    if name == "today":
        return world.as_of
    if name in world.rules.lets:
        return value(world.rules.let(name, scene), scene)
    if name in world.rules.groups:
        return value(world.rules.groups[name].value, scene)
    if name in world.rules.tables:
        first = (row.cells[0].value for row in world.rules.tables[name].rows)
        return union(value(cell, scene) for cell in first if cell is not None)
    if name in CONTEXT:
        return None if scene.mineral is None else world.context(scene.mineral)[name]
    if name == "benchmark":
        return world.reference(ast.Call(ast.Identifier(name, span=_SPAN), (), span=_SPAN), scene)
    return _column(name, scene)


def _column(name: str, scene: Scene) -> Any:
    if name in scene.subject:
        return scene.subject[name]
    if scene.facility is not None and name in scene.facility:
        return scene.facility[name]
    if scene.offer is not None:
        if name == "tier":
            return scene.tier
        if name == "compared" or (name == "price" and scene.compares):
            return scene.world.compared(scene.offer)
        if name in scene.offer:
            return scene.offer[name]
    elif scene.request is not None and name in scene.request:
        return scene.request[name]
    return name


def _attribute(expr: ast.Attribute, scene: Scene) -> Any:
    owner, name = expr.owner, expr.name.name
    if isinstance(owner, ast.Name) and owner.name == "request":
        if f"request.{name}" in scene.subject:
            return scene.subject[f"request.{name}"]
        return None if scene.request is None else scene.request[name]
    if isinstance(owner, ast.Lookup):
        return _cell(owner, name, scene)
    if isinstance(owner, ast.Call) and owner.function.name == "lowest":
        found = scene.world.reference(owner, scene)
        if found is None:
            return None
        return scene.world.compared(found) if name == "compared" else found[name]
    day = value(owner, scene)
    return None if day is None else date_part(day, name, scene.world.fiscal_start)


def date_part(day: date, name: str, fiscal_start: tuple[int, int]) -> Fraction:
    if name == "fiscal_year":  # named by the year in which it ends
        begins_later = fiscal_start != (1, 1) and (day.month, day.day) >= fiscal_start
        return Fraction(day.year + begins_later)
    parts = {"year": day.year, "month": day.month, "quarter": (day.month + 2) // 3}
    return Fraction(parts[name])


def _cell(lookup: ast.Lookup, column: str, scene: Scene) -> Any:
    table = scene.world.rules.tables[lookup.table.name]
    names = [one.name for one in table.columns]
    keyed = [one.name for one in table.keys] if table.keys else names[:1]
    wanted = [value(key, scene) for key in lookup.keys]
    if None in wanted:
        return None
    for row in table.rows:
        cells = dict(zip(names, row.cells, strict=True))
        if row.cells[0].value is None:  # `otherwise`, always last
            return value(_some(cells[column].value), scene)
        if [value(_some(cells[key].value), scene) for key in keyed] == wanted:
            return value(_some(cells[column].value), scene)
    return None


def _some(cell: ast.Expr | None) -> ast.Expr:
    assert cell is not None
    return cell


def _call(expr: ast.Call, name: str, arguments: tuple[ast.Expr, ...], scene: Scene) -> Any:
    if name in REFERENCES:
        return scene.world.reference(expr, scene)
    given = [value(one, scene) for one in arguments]
    if None in given:
        return None
    if name == "round":
        return round(given[0] / given[1]) * given[1]  # half to even, as money is
    found: Any = {"min": min, "max": max}[name](given) if name != "abs" else abs(given[0])
    return found


def _binary(operator: str, left: Any, right: Any) -> Any:
    if operator in ("and", "or"):
        decides = operator == "or"
        if decides in (left, right):
            return decides
        return None if left is None or right is None else not decides
    if left is None or right is None:
        return None
    if isinstance(left, frozenset):
        return {"+": left.union, "-": left.difference, "&": left.intersection}[operator](right)
    if isinstance(left, date) and operator in ("+", "-"):
        return _dated(operator, left, right)
    return _plain(operator, left, right)


def _dated(operator: str, left: date, right: Any) -> Any:
    if isinstance(right, date):
        return Fraction((left - right).days)
    sign = 1 if operator == "+" else -1
    if not isinstance(right, Months):
        return left + timedelta(days=sign * int(right))
    year, month = divmod(left.year * 12 + left.month - 1 + sign * int(right.count), 12)
    return date(year, month + 1, min(left.day, calendar.monthrange(year, month + 1)[1]))


def _plain(operator: str, left: Any, right: Any) -> Any:
    match operator:
        case "=":
            return left == right
        case "!=":
            return left != right
        case "<":
            return left < right
        case "<=":
            return left <= right
        case ">":
            return left > right
        case ">=":
            return left >= right
        case "in":
            return left in as_set(right)
        case "not in":
            return left not in as_set(right)
        case "+":
            return left + right
        case "-":
            return left - right
        case "*" | "of":
            return left * right
        case "/":
            return left / right if right else None
    raise AssertionError(operator)


# ---- what was null ----------------------------------------------------------------------------------------------


def nulls(expr: ast.Expr, scene: Scene) -> list[str]:
    """Every null field in an operand that is itself unknown, as it is read; for a value that is unknown."""
    return list(dict.fromkeys(_nulls(expr, scene)))


def _nulls(expr: ast.Expr, scene: Scene) -> list[str]:
    match expr:
        case ast.Name(name) if name in scene.world.rules.lets:
            return _nulls(scene.world.rules.let(name, scene), scene)
        case ast.Name("benchmark"):
            return []
        case ast.Name(name):
            return [name]
        case ast.Attribute(ast.Name("request"), name):
            return [f"request.{name.name}"]
        case ast.Conditional(condition, then, otherwise):
            chosen = value(condition, scene)
            return _nulls(condition if chosen is None else then if chosen else otherwise, scene)
        case ast.Call(function, arguments) if function.name in REFERENCES:
            inner = [one.value for one in arguments if isinstance(one, ast.Depth | ast.Within)]
        case ast.Call(_, arguments):
            inner = list(arguments)
        case ast.Attribute(owner, _) | ast.Unary(_, owner):
            inner = list(owner.keys) if isinstance(owner, ast.Lookup) else [owner]
        case ast.Binary(_, left, right) | ast.Default(left, right):
            inner = [left, right]
        case _:
            inner = []
    return [name for one in inner if _is_unknown(one, scene) for name in _nulls(one, scene)]


def _is_unknown(expr: ast.Expr, scene: Scene) -> bool:
    if isinstance(expr, ast.Call) and expr.function.name == "lowest":
        return scene.world.reference(expr, scene) is None
    return value(expr, scene) is None


_SPAN: Any = None
