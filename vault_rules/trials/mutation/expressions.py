"""Changes inside a value or a condition."""

from __future__ import annotations

from itertools import pairwise

from vault_rules.language import ast
from vault_rules.source.text import Span
from vault_rules.trials.mutation import literals
from vault_rules.trials.mutation.mutant import (
    COMPARISONS,
    LIMITS,
    LOGIC,
    REFERENCES,
    SETS,
    Notes,
    around,
    short,
    token_between,
    without,
)
from vault_rules.trials.mutation.sets import Known, written

_TURNED = {"<": "<=", "<=": "<", ">": ">=", ">=": ">"}
"""The same comparison with its boundary on the other side."""
_OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "=": "!=", "!=": "="}
_ARITHMETIC = {"+": "-", "-": "+", "*": "/", "/": "*"}
_FUNCTIONS = {"min": "max", "max": "min", "best": "median", "median": "best", "vwap": "best"}
_MARKET = ("best", "vwap", "median", "lowest", "supply", "count")

Place = tuple[int, int]


class Expressions:
    """Finds the changes of expressions. `within` is what an expression stands in: parentheses around it are its own."""

    def __init__(self, notes: Notes, known: Known) -> None:
        self.notes, self.known = notes, known

    # ---- what a place asks for ------------------------------------------------------------------------------------

    def condition(self, expr: ast.Expr, within: Place, *, negated: bool = False) -> None:
        """Changes of a condition; of one under `not` none that only turns it round, which leaving `not` out does."""
        match expr:
            case ast.Binary(operator="and" | "or"):
                self._joined(expr)
            case ast.Unary(operator="not", operand=operand):
                start, _ = around(operand, *_place(expr))
                self.notes.left_out(LOGIC, expr.span.start, start, "`not` was left out")
                self.condition(operand, _place(expr), negated=True)
            case ast.Binary(operator=operator) if operator in _OPPOSITE or operator in ("in", "not in"):
                self._comparison(expr, negated)
            case ast.Conditional():
                self._conditional(expr, is_condition=True)
            case ast.Boolean(value=value):
                self.notes.replaced(LOGIC, *_place(expr), "false" if value else "true")
            case _:
                if not negated:
                    start, end = around(expr, *within)
                    said = f"`{short(self._text((start, end)))}` was turned round by `not`"
                    self.notes.inserted(LOGIC, Span(self.notes.source, start, end), start, "not ", said)
                self.value(expr, within)

    def value(self, expr: ast.Expr, within: Place) -> None:
        """Changes of a value."""
        if literals.literal(self.notes, expr):
            return
        match expr:
            case ast.DateLiteral():
                literals.day(self.notes, expr, self.known)
            case ast.Binary(operator=operator, left=left, right=right) if operator in (*_ARITHMETIC, "of"):
                self._arithmetic(expr)
                self.value(left, _place(expr))
                self.value(right, _place(expr))
            case ast.Binary() | ast.Boolean():
                self.condition(expr, within)
            case ast.Unary(operator="-", operand=operand):
                self.notes.left_out(LIMITS, expr.span.start, operand.span.start, "`-` was left out")
                self.value(operand, _place(expr))
            case ast.Unary():
                self.condition(expr, within)
            case ast.IsMissing(operand=operand):
                self.value(operand, _place(expr))
            case ast.Conditional():
                self._conditional(expr, is_condition=False)
            case ast.Default(value=value, fallback=fallback):
                _, end = around(value, *_inside(expr))
                said = f"`{short(self._text((end, expr.span.end - 1)))}` was left out"
                self.notes.left_out(LOGIC, end, expr.span.end - 1, said)
                self.value(value, (expr.span.start + 1, expr.span.end - 1))
                self.value(fallback, (end, expr.span.end - 1))
            case ast.Attribute(owner=owner):
                self.value(owner, _place(expr))
            case ast.Lookup(table=table, keys=keys):
                for key in keys:
                    self.value(key, (table.span.end + 1, expr.span.end - 1))
            case ast.Call():
                self._call(expr)

    def members(self, expr: ast.Expr, within: Place, but: frozenset[str] = frozenset()) -> None:
        """Changes of a set: each part left out, and one member more, or one less where no member is written. `but` are
        never put into it.
        """
        self._parts(expr)
        start, end = around(expr, *within)
        held = self.known.members(expr)
        if held is None:
            return
        more = self.known.another(held, but)
        text = short(self._text((start, end)))
        if more is not None:
            self.notes.inserted(SETS, expr.span, end, f" + {{{more}}}", f"`{text}` also holds `{more}`")
        if len(held) > 1 and not _has_members(expr):
            less = written(min(held))
            self.notes.inserted(SETS, expr.span, end, f" - {{{less}}}", f"`{text}` no longer holds `{less}`")

    # ---- each form ------------------------------------------------------------------------------------------------

    def _text(self, place: Place) -> str:
        return self.notes.source.text[slice(*place)]

    def _joined(self, expr: ast.Binary) -> None:
        """Parts joined by `and` or `or`: each left out, each two neighbours joined by the other word."""
        operands = _flat(expr)
        places = [around(one, *_place(expr)) for one in operands]
        without(self.notes, LOGIC, places)
        other = "or" if expr.operator == "and" else "and"
        for (start, end), (following, last) in pairwise(places):
            word = token_between(self.notes.source, end, following, expr.operator)
            assert word is not None  # it joins them
            joined = self._text((start, word[0])) + other + self._text((word[1], last))
            if len(places) > 2:
                joined = f"({joined})"
            self.notes.note(LOGIC, word, (start, last, joined), f"`{expr.operator}` became `{other}`")
        for operand, place in zip(operands, places, strict=True):
            self.condition(operand, place)

    def _comparison(self, expr: ast.Binary, negated: bool) -> None:
        place = _place(expr)
        (_, end), (start, _) = around(expr.left, *place), around(expr.right, *place)
        operator = expr.operator
        first = token_between(self.notes.source, end, start, *operator.split()[:1])
        assert first is not None  # it stands between what it compares
        if operator in _TURNED:
            self.notes.replaced(COMPARISONS, *first, _TURNED[operator])
        if not negated:
            if operator in _OPPOSITE:
                self.notes.replaced(COMPARISONS, *first, _OPPOSITE[operator])
            elif operator == "in":
                self.notes.replaced(COMPARISONS, *first, "not in")
            else:
                word = token_between(self.notes.source, first[1], start, "in")
                assert word is not None
                self.notes.replaced(COMPARISONS, first[0], word[1], "in")
        self.value(expr.left, place)
        if operator in ("in", "not in"):
            self.members(expr.right, place)
        else:
            self.value(expr.right, place)

    def _conditional(self, expr: ast.Conditional, *, is_condition: bool) -> None:
        place = _place(expr)
        for branch in (expr.then, expr.otherwise):
            self.notes.replaced(LOGIC, *place, self._text(around(branch, *place)))
        self.condition(expr.condition, place)
        for branch in (expr.then, expr.otherwise):
            if is_condition:
                self.condition(branch, place)
            else:
                self.value(branch, place)

    def _arithmetic(self, expr: ast.Binary) -> None:
        place = _place(expr)
        if expr.operator in _ARITHMETIC:
            between = around(expr.left, *place)[1], around(expr.right, *place)[0]
            sign = token_between(self.notes.source, *between, expr.operator)
            assert sign is not None
            self.notes.replaced(LIMITS, *sign, _ARITHMETIC[expr.operator])

    def _call(self, expr: ast.Call) -> None:
        name = expr.function
        if name.name in _FUNCTIONS:
            kind = REFERENCES if name.name in _MARKET else LIMITS
            self.notes.replaced(kind, name.span.start, name.span.end, _FUNCTIONS[name.name])
        inside = _inside(expr)
        places = [around(one, *inside) for one in expr.arguments]
        tiers = [one for one in expr.arguments if isinstance(one, ast.Name | ast.SetLiteral)]
        for at, argument in enumerate(expr.arguments):
            is_more = isinstance(argument, ast.Depth | ast.Within | ast.Responsive)
            if is_more or (name.name in _MARKET and len(tiers) > 1 and argument in tiers):
                self._argument_left_out(places, at, inside)
            if isinstance(argument, ast.Depth | ast.Within):
                self.value(argument.value, places[at])
            elif isinstance(argument, ast.SetLiteral):
                without(self.notes, REFERENCES, [_place(item) for item in argument.items])
            elif not isinstance(argument, ast.Responsive | ast.AllTiers):
                self.value(argument, inside)

    def _argument_left_out(self, places: list[Place], at: int, inside: Place) -> None:
        start, end = places[at]
        first = (start, places[1][0]) if len(places) > 1 else inside
        edit = (places[at - 1][1], end) if at else first
        span = self.notes.source.text[start:end]
        self.notes.note(REFERENCES, (start, end), (*edit, ""), f"`{short(span)}` was left out")

    def _parts(self, expr: ast.Expr) -> None:
        """Each part of a set left out: of what is joined, and of what is listed."""
        match expr:
            case ast.SetLiteral(items=items):
                without(self.notes, SETS, [_place(item) for item in items])
            case ast.Binary(operator="+" | "-" | "&" as operator, left=left, right=right):
                first, second = around(left, *_place(expr)), around(right, *_place(expr))
                said = f"`{operator} {short(self._text(second))}` was left out"
                self.notes.note(SETS, second, (first[1], second[1], ""), said)
                if operator != "-":
                    said = f"`{short(self._text(first))} {operator}` was left out"
                    self.notes.note(SETS, first, (first[0], second[0], ""), said)
                self._parts(left)
                self._parts(right)


def _place(expr: ast.Expr) -> Place:
    return expr.span.start, expr.span.end


def _inside(expr: ast.Expr) -> Place:
    """The place inside the parentheses that a value ends with."""
    start = expr.function.span.end if isinstance(expr, ast.Call) else expr.span.start
    return expr.span.source.text.index("(", start) + 1, expr.span.end - 1


def _flat(expr: ast.Binary) -> list[ast.Expr]:
    """What is joined by one word, in order: `a and b and c` is three parts, however it was read."""
    found: list[ast.Expr] = [expr.right]
    left = expr.left
    while isinstance(left, ast.Binary) and left.operator == expr.operator and _is_bare(left, expr):
        found.append(left.right)
        left = left.left
    return [left, *reversed(found)]


def _is_bare(expr: ast.Expr, within: ast.Expr) -> bool:
    """Whether no parentheses stand around a part of another."""
    return around(expr, *_place(within))[0] == expr.span.start


def _has_members(expr: ast.Expr) -> bool:
    match expr:
        case ast.SetLiteral():
            return True
        case ast.Binary(left=left, right=right):
            return _has_members(left) or _has_members(right)
    return False
