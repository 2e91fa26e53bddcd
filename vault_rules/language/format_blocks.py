"""Statements with a block between braces."""

from __future__ import annotations

from collections.abc import Sequence
from functools import singledispatch

from vault_rules.language import ast
from vault_rules.language.format_breaks import CONDITION_WIDTH, LINE_WIDTH, Item, Wrapper
from vault_rules.language.format_clauses import (
    cap_items,
    clause_items,
    head,
    key_items,
    modifier_items,
    place_items,
    row_lines,
    rows_end,
    seller_items,
    with_modifiers,
)
from vault_rules.language.format_expressions import ANY, flat, identifier, quote
from vault_rules.language.format_layout import Line, next_word

# what a restated value may not begin with: there these words begin something else
_CHANGE_WORDS = frozenset("share value quantity spend stock require forbid when waive to place".split())


@singledispatch
def block_lines(statement: ast.Statement, wrapper: Wrapper) -> list[Line]:
    """The lines of a statement that has a block."""
    raise TypeError(statement)  # pragma: no cover  # every other kind of statement has columns


def _start(statement: ast.Statement) -> str:
    return "" if statement.name is None else statement.name.name


def _block(text: str, node: ast.Node, inner: list[Line], indent: int = 0) -> list[Line]:
    first = Line(" " * indent + text, node.span.start, opens=True)
    return [first, *inner, Line(" " * indent + "}", max(node.span.end - 1, 0), closes=True)]


def _filled(items: Sequence[Item], start: int, wrapper: Wrapper, prefix: str = "  ", hang: int = 4) -> list[Line]:
    """Lines of one piece that begins with `prefix`."""
    lines = [line for line, _ in wrapper.fill(items, len(prefix), hang, width=LINE_WIDTH)] or [""]
    return [Line(prefix + lines[0], start), *(Line(line, None) for line in lines[1:])]


# ---- header and tables ---------------------------------------------------------------------------------------------


@block_lines.register
def _(statement: ast.Header, wrapper: Wrapper) -> list[Line]:
    title = "" if statement.title is None else f" {quote(statement.title)}"
    width = max((len(one.kind) for one in statement.entries), default=0)
    inner: list[Line] = []
    for entry in statement.entries:
        prefix = f"  {entry.kind.ljust(width)} "
        inner += _filled(_entry_items(entry), entry.span.start, wrapper, prefix, len(prefix))
    return _block(f"policy {_start(statement)}{title} {{", statement, inner)


def _entry_items(entry: ast.HeaderEntry) -> list[Item]:
    if isinstance(entry.value, tuple):
        return key_items(entry.value, "by ", 1)
    if isinstance(entry.value, str):
        words = {"version": quote(entry.value), "fiscal_year": f"starts {entry.value}"}
        return [Item(words.get(entry.kind, entry.value))]
    return [Item("" if entry.name is None else f"{entry.name.name} = ", entry.value)]


@block_lines.register
def _(statement: ast.Table, wrapper: Wrapper) -> list[Line]:
    keys = "" if statement.keys is None else " by " + ", ".join(one.name for one in statement.keys)
    text = f"table {_start(statement)}{keys}"
    if statement.path is not None:
        body = [f"{text} from {quote(statement.path)}"]
        before = statement.keys[-1] if statement.keys else statement.name
        return with_modifiers(wrapper, body, statement, 0 if before is None else before.span.end, len("table "))
    end = rows_end(statement.columns, statement.rows, wrapper.text)
    items = [Item("}", span=(end, end + 1)), *modifier_items(statement.modifiers, 1)]
    after = [Line(line, None if one is None else one.start) for line, one in wrapper.fill(items, 0, 2)]
    after[0].closes = True
    first = Line(f"{text} {{", statement.span.start, opens=True)
    return [first, *row_lines(statement.columns, statement.rows, 2), *after]


# ---- rules ---------------------------------------------------------------------------------------------------------


def _opened(lines: list[Line], brace: int) -> list[Line]:
    """A head of one line carries its brace; a longer one leaves it a line of its own."""
    if len(lines) == 1:
        lines[0].text += " {"
    else:
        lines.append(Line("{", brace))
    lines[-1].opens = True
    return lines


def _head(statement: ast.Statement, text: str, last: ast.Node | None, wrapper: Wrapper) -> tuple[list[Line], int]:
    """A head's lines and where the brace after it stands."""
    end = statement.span.start if last is None else last.span.end
    lines = head(wrapper, text, statement.span.start, end, statement.modifiers)
    return lines, next_word(wrapper.text, statement.modifiers[-1].span.end if statement.modifiers else end)


def _close(statement: ast.Statement) -> Line:
    return Line("}", max(statement.span.end - 1, 0), closes=True)


@block_lines.register
def _(statement: ast.Waterfall, wrapper: Wrapper) -> list[Line]:
    lines, brace = _head(statement, f"waterfall {_start(statement)}", statement.name, wrapper)
    tiers = [_tiers(step) for step in statement.steps]
    width = max(map(len, tiers), default=0)
    inner: list[Line] = []
    for step, names in zip(statement.steps, tiers, strict=True):
        inner += _step(step, names, width, wrapper)
    return [*_opened(lines, brace), *inner, _close(statement)]


def _tiers(step: ast.Step) -> str:
    if step.tiers is None:
        return "all"
    names = ", ".join(one.name for one in step.tiers)
    # a tier that is named like the word for every tier is a mistake, but not one to hide
    return f"{{{names}}}" if step.tiers and step.tiers[0].name == "all" else names


def _step(step: ast.Step, tiers: str, width: int, wrapper: Wrapper) -> list[Line]:
    lines, start = [], step.span.start
    if step.label is not None:
        lines.append(Line(f"  {step.label.name}:", start))
        start = next_word(wrapper.text, next_word(wrapper.text, step.label.span.end) + 1)
    clauses = clause_items(step.clauses, 2)
    if not clauses:
        return [*lines, Line(f"  take {tiers}", start)]
    prefix = f"  take {tiers.ljust(width)}  "
    return [*lines, *_filled(clauses, start, wrapper, prefix, len(prefix))]


@block_lines.register
def _(statement: ast.Store, wrapper: Wrapper) -> list[Line]:
    lines, brace = _head(statement, f"store {_start(statement)}", statement.name, wrapper)
    changes = [(one.span.start, place_items(one)) for one in statement.places]
    return _braced(statement, lines, brace, changes, wrapper)


@block_lines.register
def _(statement: ast.Exception_, wrapper: Wrapper) -> list[Line]:
    text = f"exception {_start(statement)} to {statement.target.name}"
    lines, brace = _head(statement, text, statement.target, wrapper)
    return _braced(statement, lines, brace, _changes(statement.change), wrapper)


def _braced(
    statement: ast.Statement, lines: list[Line], brace: int, inner: list[tuple[int, list[Item]]], wrapper: Wrapper
) -> list[Line]:
    """`{ … }` on the head's line, or the line below a longer head, where that is short and the author did so too."""
    if len(inner) == 1 and not wrapper.broken(brace, statement.span.end):
        text = (
            "{" + "".join(" " * (item.gap if index else 1) + item.text for index, item in enumerate(inner[0][1])) + " }"
        )
        if len(lines) > 1 and len(text) <= CONDITION_WIDTH:
            return [*lines, Line(text, brace)]
        if len(lines) == 1 and len(lines[0].text) + 1 + len(text) <= CONDITION_WIDTH:
            lines[0].text += f" {text}"
            return lines
    filled = [line for start, items in inner for line in _filled(items, start, wrapper)]
    return [*_opened(lines, brace), *filled, _close(statement)]


def _changes(change: ast.Change) -> list[tuple[int, list[Item]]]:
    start = change.span.start
    match change:
        case ast.Waive():
            return [(start, [Item("waive")])]
        case ast.NewValue():
            return [(start, [Item("", change.value, ANY, guard=_CHANGE_WORDS)])]
        case ast.NewCondition():
            return [(start, [Item(f"{change.kind} ", change.condition)])]
        case ast.NewWhen():
            return [(start, [Item("when ", change.condition)])]
        case ast.NewCap():
            return [(start, cap_items(change.body))]
        case ast.NewRoute():
            return [(start, seller_items(change.sellers))]
        case ast.NewPlaces():
            return [(one.span.start, place_items(one)) for one in change.places]
        case ast.NewSteps():
            return [(one.span.start, _step_change(one)) for one in change.changes]


def _step_change(change: ast.StepChange) -> list[Item]:
    name = Item(change.step.name, span=(change.step.span.start, change.step.span.end))
    return [name, *clause_items(change.clauses, 1)]


# ---- examples and laws ---------------------------------------------------------------------------------------------


@block_lines.register
def _(statement: ast.Book, wrapper: Wrapper) -> list[Line]:
    inner = [line for item in statement.items for line in _test_item(item, wrapper)]
    return _block(f"book {_start(statement)} {{", statement, inner)


@block_lines.register
def _(statement: ast.Test, wrapper: Wrapper) -> list[Line]:
    inner = [line for item in statement.items for line in _test_item(item, wrapper)]
    return _block(f"test {quote(statement.title)} {{", statement, inner)


def _test_item(item: ast.TestItem, wrapper: Wrapper) -> list[Line]:
    match item:
        case ast.AsOf():
            return [Line(f"  as of {item.value.isoformat()}", item.span.start)]
        case ast.UseBook():
            return [Line(f"  use book {item.name.name}", item.span.start)]
        case ast.SetParameter():
            return _filled([Item(f"set {item.name.name} = ", item.value)], item.span.start, wrapper)
        case ast.TestTable():
            return _block(f"{item.table} {{", item, row_lines(item.columns, item.rows, 4, raw=True), 2)
        case ast.Expectation():
            return [Line(f"  expect {expectation_text(item)}", item.span.start)]


def expectation_text(item: ast.Expectation) -> str:
    """What stands after `expect`: the words in the order in which each kind of expectation takes them."""
    words = [item.kind.replace("_", " ")]
    if item.code is not None:
        words.append(item.code)
    if item.name is not None:
        words.append(item.name.name)
    if item.quantity is not None:
        words.append(flat(item.quantity))
    if item.amount is not None:
        words.append(flat(item.amount))
    if item.holds is not None:
        words.append("holds" if item.holds else "fails")
    if item.order:
        words.append(", ".join(map(identifier, item.order)))
    if item.offer is not None:
        words.append(identifier(item.offer) if item.kind == "reject" else f"from {identifier(item.offer)}")
    if item.request is not None:
        words.append(f"{'to' if item.kind in _TO else 'for'} {identifier(item.request)}")
    if item.facility is not None:
        words.append(f"in {identifier(item.facility)}")
    if item.because:
        words.append(f"because {', '.join(item.because)}")
    if item.flip is not None:
        words.append(f"unless price <= {flat(item.flip)}")
    if item.by is not None:
        words.append(f"by {item.by.name}")
    if item.subject is not None:
        words.append(f"{'for ' if item.by is None else ''}{identifier(item.subject)}")
    return " ".join(words)


_TO = ("award", "no_award")


@block_lines.register
def _(statement: ast.Always, wrapper: Wrapper) -> list[Line]:
    inner: list[Line] = []
    for law in statement.laws:
        inner += _filled(_law_items(law), law.span.start, wrapper)
    return _block(f"always {quote(statement.title)} {{", statement, inner)


def _law_items(law: ast.Law) -> list[Item]:
    """What it compares by, of what it is said, for which of these, and what is said."""
    each = f"for each {' and '.join(one.name for one in law.subjects)}"
    said = [Item(f"{each}: ", law.condition)]
    if law.where is not None:
        said = [Item(f"{each} where ", law.where, suffix=":"), Item("", law.condition)]
    if law.opening is None:
        return said
    words = " ".join(one.name for one in law.opening.words)
    return [Item(f"when {words}:", span=(law.opening.span.start, law.opening.span.end)), *said]
