"""The parts that several statements share: modifiers, keys, steps' clauses, a cap's body, rows of a table."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from vault_rules.language import ast
from vault_rules.language.format_breaks import LINE_WIDTH, Item, Wrapper, listed
from vault_rules.language.format_expressions import ANY, PRODUCT, SUM, flat, guarded, quote
from vault_rules.language.format_layout import Line, next_word

_DENOMINATORS = {"cap": ("requested", "demand", "stock", "purchased", "awarded"), "step": ("awarded", "requested")}
_BUYERS = frozenset(("buyers",))
_CELL_WORDS = frozenset(("otherwise",))
_MODIFIER_WORDS = {"for_buyers": "for buyers"}


def modifier_items(modifiers: Sequence[ast.Modifier], first_gap: int, text_gap: int = 2) -> list[Item]:
    """Scope and dates stand together, reasons and sources `text_gap` spaces further."""
    items = []
    for index, one in enumerate(modifiers):
        word = _MODIFIER_WORDS.get(one.kind, one.kind)
        is_text = isinstance(one.value, str)
        gap = first_gap if index == 0 else text_gap if is_text else 1
        span = (one.span.start, one.span.end)
        if isinstance(one.value, str):
            items.append(Item(f"{word} {quote(one.value)}", gap=gap, span=span))
            continue
        level = SUM if one.kind in ("for", "for_buyers") else ANY
        guard = _BUYERS if one.kind == "for" else frozenset()
        items.append(_Modifier(f"{word} ", one.value, level, gap=gap, span=span, guard=guard))
    return items


@attrs.frozen
class _Modifier(Item):
    """An item whose place is its first word's, not its value's: comments above it stay above it."""

    @property
    def start(self) -> int:
        return self.span[0]


def head(wrapper: Wrapper, text: str, start: int, end: int, modifiers: Sequence[ast.Modifier]) -> list[Line]:
    """A statement's first line with the modifiers that fit, and lines for the others; `end` is its last name's."""
    items = [Item(text, span=(start, end)), *modifier_items(modifiers, 1, 1)]
    return [Line(line, None if item is None else item.start) for line, item in wrapper.fill(items, 0, 2)]


def with_modifiers(wrapper: Wrapper, body: list[str], statement: ast.Statement, end: int, hang: int) -> list[Line]:
    """The lines of a body, then its modifiers: on the same line where all fit, else below."""
    start, modifiers = statement.span.start, statement.modifiers
    lines = [Line(text, start if index == 0 else None) for index, text in enumerate(body)]
    if not modifiers:
        return lines
    items = modifier_items(modifiers, 3)
    gaps = zip([end, *(one.span.end for one in modifiers)], modifiers, strict=False)
    inline = "".join(" " * item.gap + item.text for item in items)
    fits = len(body) == 1 and len(body[0]) + len(inline) <= LINE_WIDTH
    if fits and not any(wrapper.broken(before, one.span.end) for before, one in gaps):
        lines[-1].text += inline
        return lines
    if len(body) == 1 and not wrapper.broken(end, modifiers[0].span.end) and fits_first(body[0], items[0]):
        before = Item(body[0], span=(start, end))
        filled = wrapper.fill([before, *items], 0, hang, width=LINE_WIDTH)
    else:
        filled = wrapper.fill(items, hang, hang, width=LINE_WIDTH)
        filled[0] = (" " * hang + filled[0][0], items[0])
        filled = [(lines[0].text, Item(span=(start, start))), *((line.text, None) for line in lines[1:]), *filled]
    return [Line(text, None if item is None else item.start) for text, item in filled]


def fits_first(body: str, item: Item) -> bool:
    """Whether a body's first modifier may stay on its line."""
    return len(body) + item.gap + len(item.text) <= LINE_WIDTH


def key_items(keys: Sequence[ast.Key], first: str, gap: int) -> list[Item]:
    """`by KEY descending, KEY`."""
    items = []
    for index, key in enumerate(keys):
        suffix = (" descending" if key.descending else "") + ("," if index < len(keys) - 1 else "")
        items.append(Item(first if index == 0 else "", key.value, ANY, suffix, gap if index == 0 else 1))
    return items


def limit(value: ast.Expr, of: str | None, owner: str) -> str:
    """A limit and its denominator; parentheses where the value itself ends like a denominator."""
    if of is not None:
        return f"{flat(value, PRODUCT)} of {of}"
    last = value.right if isinstance(value, ast.Binary) and value.operator == "of" else None
    text = flat(value, SUM)
    return f"({text})" if isinstance(last, ast.Name) and last.name in _DENOMINATORS[owner] else text


def clause_items(clauses: ast.Clauses, gap: int) -> list[Item]:
    """A step's clauses in the author's order, `gap` spaces between them."""
    found: list[tuple[int, list[Item]]] = []
    if clauses.when is not None:
        found.append((clauses.when.span.start, [Item("when ", clauses.when, gap=gap)]))
    if clauses.premium is not None:
        found.append((clauses.premium.span.start, _premium_items(clauses.premium, gap)))
    if clauses.share is not None:
        span = (clauses.share.span.start, clauses.share.span.end)
        text = limit(clauses.share.ratio, "awarded" if clauses.share.of_awarded else None, "step")
        found.append((span[0], [Item(f"share <= {text}", gap=gap, span=span)]))
    if clauses.keys is not None:
        found.append((clauses.keys[0].span.start, key_items(clauses.keys, "by ", gap)))
    return [item for _, items in sorted(found, key=lambda one: one[0]) for item in items]


def _premium_items(premium: ast.Premium, gap: int) -> list[Item]:
    items = [Item("premium <= ", premium.ratio, SUM, gap=gap)]
    items += [Item("else " if index else "over ", one, SUM) for index, one in enumerate(premium.references)]
    if premium.if_none is not None:
        end = premium.span.end
        items.append(Item(f"if none {premium.if_none}", gap=gap, span=(max(end - 1, 0), end)))
    return items


def cap_items(body: ast.CapBody) -> list[Item]:
    """`share by origin <= 65% of requested per mineral where …`."""
    by = "" if body.by is None else f" by {body.by}"
    end = body.limit.span.end if body.of_span is None else body.of_span.end
    text = f"{body.measure}{by} {body.comparison} {limit(body.limit, body.of, 'cap')}"
    items = [Item(text, span=(body.span.start, end))]
    items += [Item(f"per {one.name}", span=(one.span.start, one.span.end)) for one in body.per]
    return items if body.where is None else [*items, Item("where ", body.where)]


def place_items(place: ast.Place, gap: int = 1) -> list[Item]:
    """`place in owned, leased when … by cost`."""
    clauses = ast.Clauses(when=place.when, keys=place.keys, span=place.span)
    return [*listed(place.kinds, "place in "), *clause_items(clauses, gap)]


def seller_items(sellers: Sequence[tuple[ast.Expr, ...]]) -> list[Item]:
    """`to hartree, glencore then traxys`."""
    return [item for index, group in enumerate(sellers) for item in listed(group, "then " if index else "to ")]


def row_lines(
    columns: Sequence[ast.Identifier], rows: Sequence[ast.Row], indent: int, *, raw: bool = False
) -> list[Line]:
    """A table's rows with aligned columns; `raw` cells stay as they were written."""
    cells = [
        [one.name for one in columns],
        *([cell.text if raw else _cell(cell) for cell in row.cells] for row in rows),
    ]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    starts = [columns[0].span.start, *(row.span.start for row in rows)]
    lines = []
    for row, start in zip(cells, starts, strict=True):
        padded = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        lines.append(Line(f"{' ' * indent}| {' | '.join(padded)} |", start))
    return lines


def rows_end(columns: Sequence[ast.Identifier], rows: Sequence[ast.Row], text: str) -> int:
    """Where the brace after a table's rows stands."""
    last = rows[-1].span.end if rows else text.find("\n", columns[-1].span.end)
    return next_word(text, max(last, 0))


def _cell(cell: ast.Cell) -> str:
    return cell.text if cell.value is None else guarded(flat(cell.value), _CELL_WORDS)
