"""Expressions, modifiers, table rows and single tokens: the part of `from_tree` that statements are made of."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from fractions import Fraction
from typing import Any

from vault_rules.domain.units import MULTIPLIERS
from vault_rules.language import ast
from vault_rules.language.trees import Token, Tree
from vault_rules.source.diagnostic import ERROR, Diagnostic, Label
from vault_rules.source.text import Source, Span

_MULTIPLIERS = {"": 1, **MULTIPLIERS}
_LITERAL = re.compile(r"(\d+(?:\.\d+)?)((?:k|mn|bn)(?=[ \t]|\Z))?(.*)", re.ASCII | re.DOTALL)
MAX_DEPTH = 100
MAX_DIGITS = 100
_LIKE_A_DATE = re.compile(r"\d{4}-\d{1,2}-\d{1,2}|\d{1,2}/\d{1,2}/\d{4}|\d{4}/\d{1,2}/\d{1,2}", re.ASCII)
_JOINED = frozenset(("and_", "or_"))
_ESCAPES = {"n": "\n", "t": "\t", '"': '"', "\\": "\\"}

CellParser = Callable[[str, int], Any]


def is_deep(tree: Tree) -> bool:
    """Whether values are nested so deeply that what walks them could run out of stack."""
    if not _may_be_deep(tree):
        return False
    waiting = [(tree, 0)]
    while waiting:
        node, depth = waiting.pop()
        if depth > MAX_DEPTH:
            return True
        below = depth + (len(node.children) - 1 if node.data in _JOINED else 1)
        waiting.extend((child, below) for child in node.children if isinstance(child, Tree))
    return False


def _may_be_deep(tree: Tree) -> bool:
    """Whether a quick look, floor by floor, leaves it open: it counts what is joined on any floor to all of them."""
    joined, floor = 0, [tree]
    for depth in range(MAX_DEPTH):
        joined += sum(len(node.children) for node in floor if node.data in _JOINED)
        floor = [child for node in floor for child in node.children if isinstance(child, Tree)]
        if not floor:
            return depth + joined > MAX_DEPTH
    return True


def too_deep(span: Span) -> tuple[str, Span, str]:
    """What is said about a statement that is: message, place and help. Its first line stands for it."""
    line_end = span.source.text.find("\n", span.start, span.end)
    first_line = span if line_end < 0 else Span(span.source, span.start, line_end)
    return "this statement is nested too deeply to be read", first_line, "name its parts with `let`"


def unescape(quoted: str) -> str:
    """The text between quotation marks, with `\\"`, `\\\\`, `\\n` and `\\t` replaced."""
    return re.sub(r"\\(.)", lambda found: _ESCAPES.get(found[1], found[0]), quoted[1:-1])


def cell_text(cell: ast.Cell) -> str:
    """What a raw cell says: a quoted one what stands between its marks."""
    text = cell.text.strip()
    return unescape(text) if len(text) > 1 and text[0] == text[-1] == '"' else text


ROW_HELP = "every row has a cell for every column; a cell may be blank, but keeps its place"


def row_length(cells: int, columns: int) -> str:
    return f"this row has {_counted(cells, 'cell')}, the table has {_counted(columns, 'column')}"


def _counted(number: int, what: str) -> str:
    return f"1 {what}" if number == 1 else f"{number} {what}s"


class ExpressionReader:
    """Reads expressions out of a tree whose offsets are shifted by `offset` in `source`."""

    def __init__(self, source: Source, offset: int = 0, parse_cell: CellParser | None = None) -> None:
        self.source = source
        self.offset = offset
        self.parse_cell = parse_cell
        self.diagnostics: list[Diagnostic] = []
        self.broken: set[str] = set()

    # ---- places and words -----------------------------------------------------------------------------------------

    def span(self, tree: Any) -> Span:
        return Span(self.source, tree.inner_start + self.offset, tree.inner_end + self.offset)

    def token_span(self, token: Token) -> Span:
        return Span(self.source, token.start + self.offset, token.end + self.offset)

    def report(
        self,
        code: str,
        message: str,
        span: Span,
        *,
        label: str = "",
        labels: tuple[Label, ...] = (),
        help: str | None = None,
    ) -> None:
        self.diagnostics.append(Diagnostic(code, ERROR, message, span, label, labels, help))

    @staticmethod
    def trees(tree: Tree) -> list[Tree]:
        return [child for child in tree.children if isinstance(child, Tree)]

    def identifier(self, token: Any) -> ast.Identifier:
        quoted = token.type == "STRING"
        return ast.Identifier(self.string(token) if quoted else str(token), quoted, span=self.token_span(token))

    def names(self, tree: Any) -> tuple[ast.Identifier, ...]:
        return tuple(self.identifier(token) for token in tree.children)

    @staticmethod
    def string(token: Any) -> str:
        return unescape(str(token))

    @staticmethod
    def path(tree: Any) -> str:
        return ".".join(str(token) for token in tree.children)

    def keys(self, tree: Any) -> tuple[ast.Key, ...]:
        return tuple(
            ast.Key(self.expr(child.children[0]), len(child.children) > 1, span=self.span(child))
            for child in tree.children
        )

    def modifiers(self, tree: Any) -> tuple[ast.Modifier, ...]:
        return tuple(self._modifier(child) for child in tree.children)

    def _modifier(self, tree: Any) -> ast.Modifier:
        kind = str(tree.data).removesuffix("_day").removesuffix("_modifier").replace("for_minerals", "for")
        child = tree.children[0]
        value: ast.Expr | str
        if kind in ("because", "cites"):
            value = self.string(child)
        elif isinstance(child, Token):
            value = self._date(child) if child.type == "DATE" else ast.Name(str(child), span=self.token_span(child))
        else:
            value = self.expr(child)
        return ast.Modifier(kind, value, span=self.span(tree))

    def day(self, token: Token) -> date | None:
        try:
            return date.fromisoformat(str(token))
        except ValueError:
            self.report(
                "V0103",
                f"`{token}` is not a day of the calendar",
                self.token_span(token),
                help="a date is year-month-day, as in 2027-07-01",
            )
            return None

    def _date(self, token: Token) -> ast.DateLiteral:
        return ast.DateLiteral(self.day(token) or date(2000, 1, 1), span=self.token_span(token))

    # ---- table rows ---------------------------------------------------------------------------------------------

    def rows(self, tree: Any, *, parse: bool) -> tuple[tuple[ast.Identifier, ...], tuple[ast.Row, ...]]:
        """The header's columns and the rows below; `parse` reads cells as values, else they stay raw."""
        header, *rest = [self._cells(token) for token in tree.children]
        columns = tuple(ast.Identifier(text, span=span) for text, span in header)
        lengths = {len(cells) for cells in rest}
        if len(rest) > 1 and len(lengths) == 1 and len(columns) not in lengths:
            named, below = _counted(len(columns), "column"), _counted(lengths.pop(), "cell")
            message = f"this row names {named}, and the rows below have {below}"
            self.report("V0111", message, self.token_span(tree.children[0]), help=ROW_HELP)
            return columns, ()
        rows = []
        for token, cells in zip(tree.children[1:], rest, strict=True):
            if len(cells) != len(columns):
                self.report("V0111", row_length(len(cells), len(columns)), self.token_span(token), help=ROW_HELP)
                continue
            read = tuple(self._cell(text, span, parse) for text, span in cells)
            rows.append(ast.Row(read, span=self.token_span(token)))
        return columns, tuple(rows)

    def _cells(self, token: Token) -> list[tuple[str, Span]]:
        base = token.start + self.offset
        cells = []
        for found in re.finditer(r'\|((?:"(?:[^"\\]|\\.)*"|[^"|])*)(?=\|)', str(token)):
            text = found[1]
            left = len(text) - len(text.lstrip())
            start = base + found.start(1) + (left if text.strip() else 0)
            cells.append((text.strip(), Span(self.source, start, start + max(len(text.strip()), 1))))
        return cells

    def _cell(self, text: str, span: Span, parse: bool) -> ast.Cell:
        if not parse or self.parse_cell is None:
            return ast.Cell(None if not text else ast.Text(text, span=span), text, span=span)
        if text in ("", "otherwise"):
            return ast.Cell(None, text, span=span)
        value, diagnostics = self.parse_cell(text, span.start)
        self.diagnostics.extend(diagnostics)
        return ast.Cell(value, text, span=span)

    # ---- expressions --------------------------------------------------------------------------------------------

    def expr(self, tree: Any) -> ast.Expr:
        if isinstance(tree, Token):
            return ast.Name(str(tree), span=self.token_span(tree))
        name = _READERS.get(tree.data)
        if name is None:
            return self._literal(tree)
        read: Callable[[Any], ast.Expr] = getattr(self, name)
        return read(tree)

    def split_of(self, tree: Any, words: tuple[str, ...]) -> tuple[ast.Expr, Token | None]:
        """`X of requested` taken apart: the last `of` of a limit names its denominator, where it is one of `words`."""
        if isinstance(tree, Tree) and tree.data == "of_":
            left, right = tree.children
            if isinstance(right, Tree) and right.data == "name" and str(right.children[0]) in words:
                return self.expr(left), right.children[0]  # type: ignore[return-value]  # a name's child is its token
        return self.expr(tree), None

    def _literal(self, tree: Any) -> ast.Expr:
        token, kind = tree.children[0], tree.data
        span = Span(self.source, tree.inner_start + self.offset, tree.inner_end + self.offset)
        text = str(token)
        if kind == "name":
            return ast.Name(text, span=span)
        if kind == "text":
            return ast.Text(self.string(token), span=span)
        if kind == "boolean":
            return ast.Boolean(text == "true", span=span)
        if kind == "country":
            return ast.Country(text, span=span)
        if kind == "date":
            return self._date(token)
        return self._measured(kind, token, span)

    def quantity(self, token: Token) -> ast.Quantity:
        read = self._measured("quantity", token, self.token_span(token))
        assert isinstance(read, ast.Quantity)
        return read

    def _measured(self, kind: str, token: Token, span: Span) -> ast.Expr:
        found = _LITERAL.match(str(token))
        assert found is not None  # the terminals admit nothing else
        digits, multiplier, unit = found[1], found[2] or "", found[3].strip()
        if len(digits) > MAX_DIGITS:
            limit = f"a number may have up to {MAX_DIGITS}"
            self.report("V0107", f"this number has {len(digits):,} digits", span, help=limit)
            digits = "0"
        whole, _, part = digits.partition(".")  # twice as quick as to let `Fraction` take the text apart
        value = Fraction(int(whole + part) * _MULTIPLIERS[multiplier], 10 ** (len(part) + 2 * (kind == "percent")))
        written = digits + multiplier
        if kind == "percent":
            return ast.Percent(value, written, span=span)
        if kind == "quantity":
            return ast.Quantity(value, unit, written, span=span)
        if kind == "money":
            return ast.Money(value, unit, written, span=span)
        if kind == "price":
            currency, _, mass = unit.partition("/")
            return ast.Price(value, currency.strip(), mass.strip(), written, span=span)
        if kind == "duration":
            return ast.Duration(value, unit.removesuffix("s"), written, span=span)
        return ast.Number(value, written, span=span)

    def _expr_parens(self, tree: Any) -> ast.Expr:
        return self.expr(tree.children[0])

    def _expr_set(self, tree: Any) -> ast.Expr:
        return ast.SetLiteral(tuple(self.expr(child) for child in tree.children), span=self.span(tree))

    def _expr_default(self, tree: Any) -> ast.Expr:
        value, fallback = tree.children
        return ast.Default(self.expr(value), self.expr(fallback), span=self.span(tree))

    def _expr_narrowed(self, tree: Any) -> ast.Expr:
        value, where = tree.children
        return ast.Narrowed(self.expr(value), self.expr(where), span=self.span(tree))

    def _expr_conditional(self, tree: Any) -> ast.Expr:
        condition, then, otherwise = (self.expr(child) for child in tree.children)
        return ast.Conditional(condition, then, otherwise, span=self.span(tree))

    def _expr_or_(self, tree: Any) -> ast.Expr:
        for child in tree.children:
            if isinstance(child, Tree) and child.data == "and_":
                self.report(
                    "V0104",
                    "`and` beside `or` can be read two ways",
                    self.span(child),
                    label="this `and` stands beside an `or`",
                    help="put parentheses around the part that belongs together: `(a and b) or c`, or `a and (b or c)`",
                )
        return self._fold("or", tree)

    def _expr_and_(self, tree: Any) -> ast.Expr:
        return self._fold("and", tree)

    def _fold(self, operator: str, tree: Any) -> ast.Expr:
        first, *others = tree.children
        start, folded = first.start + self.offset, self.expr(first)
        for child in others:  # parentheses around a part are part of the whole
            whole = Span(self.source, start, child.end + self.offset)
            folded = ast.Binary(operator, folded, self.expr(child), span=whole)
        return folded

    def _expr_not_(self, tree: Any) -> ast.Expr:
        return ast.Unary("not", self.expr(tree.children[0]), span=self.span(tree))

    def _expr_negative(self, tree: Any) -> ast.Expr:
        return ast.Unary("-", self.expr(tree.children[-1]), span=self.span(tree))

    def _expr_compare_values(self, tree: Any) -> ast.Expr:
        left, operator, right = tree.children
        return ast.Binary(str(operator), self.expr(left), self.expr(right), span=self.span(tree))

    def _expr_binary(self, tree: Any) -> ast.Expr:
        span = self.span(tree)
        if _LIKE_A_DATE.fullmatch(span.text):
            self.report(
                "V0103",
                f"`{span.text}` is not how a date is written",
                span,
                help="a date is year-month-day, with two digits for month and day: 2027-07-01; a difference has blanks",
            )
            return ast.DateLiteral(date(2000, 1, 1), span=span)
        return self._expr_compare_values(tree)

    def _two(self, operator: str, tree: Any) -> ast.Expr:
        left, right = tree.children
        return ast.Binary(operator, self.expr(left), self.expr(right), span=self.span(tree))

    def _expr_in_(self, tree: Any) -> ast.Expr:
        return self._two("in", tree)

    def _expr_not_in(self, tree: Any) -> ast.Expr:
        return self._two("not in", tree)

    def _expr_of_(self, tree: Any) -> ast.Expr:
        return self._two("of", tree)

    def _expr_is_missing(self, tree: Any) -> ast.Expr:
        return ast.IsMissing(self.expr(tree.children[0]), span=self.span(tree))

    def _expr_attribute(self, tree: Any) -> ast.Expr:
        owner, name = tree.children
        return ast.Attribute(self.expr(owner), self.identifier(name), span=self.span(tree))

    def _expr_lookup(self, tree: Any) -> ast.Expr:
        table, *keys = tree.children
        return ast.Lookup(self.identifier(table), tuple(self.expr(key) for key in keys), span=self.span(tree))

    def _expr_call(self, tree: Any) -> ast.Expr:
        function, *arguments = tree.children
        return ast.Call(self.identifier(function), tuple(self.expr(one) for one in arguments), span=self.span(tree))

    def _expr_depth(self, tree: Any) -> ast.Expr:
        return ast.Depth(self.expr(tree.children[0]), span=self.span(tree))

    def _expr_within(self, tree: Any) -> ast.Expr:
        return ast.Within(self.expr(tree.children[0]), span=self.span(tree))

    def _expr_responsive(self, tree: Any) -> ast.Expr:
        return ast.Responsive(span=self.span(tree))

    def _expr_all_tiers(self, tree: Any) -> ast.Expr:
        return ast.AllTiers(span=self.span(tree))


_READERS = {name.removeprefix("_expr_"): name for name in vars(ExpressionReader) if name.startswith("_expr_")}
"""How each kind of expression is read; what is not here is a literal."""
