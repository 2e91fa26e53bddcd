"""What the formatter promises for every policy, also those nobody would write."""

from __future__ import annotations

import re
from datetime import date
from fractions import Fraction
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vault_rules.language import ast
from vault_rules.language.format import format_policy
from vault_rules.language.parser import parse
from vault_rules.source.text import Source, Span

NOWHERE = Source("nowhere", "")
SPAN = Span(NOWHERE, 0, 0)
PLAIN = ("alpha", "b2", "gallium", "price", "origin", "purity", "x_y", "tier")
# words of the language that are names where no clause claims them
CLAIMED = (
    "share",
    "value",
    "quantity",
    "stock",
    "spend",
    "depth",
    "within",
    "all",
    "buyers",
    "otherwise",
    "place",
    "to",
    "when",
)


def make(kind: type[Any], /, *positional: Any, **named: Any) -> st.SearchStrategy[Any]:
    return st.builds(kind, *positional, **named, span=st.just(SPAN))


plain_names = st.sampled_from(PLAIN)
any_names = st.sampled_from((*PLAIN, *CLAIMED))
# a label follows a value, where the words of all statements are taken
plain_identifiers = make(ast.Identifier, st.sampled_from(("alpha", "b2", "domestic")))
identifiers = make(ast.Identifier, any_names)
texts = st.text(st.characters(codec="utf-8"), max_size=8) | st.sampled_from(
    ("", '"', "\\", "\\n", "a # b", "a | b", "\r")
)
paths = st.sampled_from(("lib/minerals.vault", "a b.csv", 'q"uote'))
days = st.dates(date(1900, 1, 1), date(2999, 12, 31))
MASSES = ("mg", "g", "kg", "t", "lb", "oz_t", "mtu")
MULTIPLIERS = {"": 1, "k": 10**3, "mn": 10**6, "bn": 10**9}


@st.composite
def written(draw: st.DrawFn, multiplied: bool = True) -> tuple[Fraction, str]:
    digits = draw(st.sampled_from(("0", "1", "15", "0.5", "99.990", "007", "11.500000001")))
    multiplier = draw(st.sampled_from(tuple(MULTIPLIERS))) if multiplied else ""
    return Fraction(digits) * MULTIPLIERS[multiplier], digits + multiplier


@st.composite
def literals(draw: st.DrawFn) -> ast.Expr:
    kind = draw(st.sampled_from(("number", "percent", "quantity", "money", "price", "duration")))
    value, text = draw(written(kind not in ("percent", "duration")))
    if kind == "percent":
        return ast.Percent(value / 100, text, span=SPAN)
    if kind == "quantity":
        return ast.Quantity(value, draw(st.sampled_from(MASSES)), text, span=SPAN)
    if kind == "money":
        return ast.Money(value, "USD", text, span=SPAN)
    if kind == "price":
        return ast.Price(value, "EUR", draw(st.sampled_from(MASSES)), text, span=SPAN)
    if kind == "duration":
        return ast.Duration(value, draw(st.sampled_from(("day", "week", "month", "year"))), text, span=SPAN)
    return ast.Number(value, text, span=SPAN)


quantities = written().map(lambda one: ast.Quantity(one[0], "t", one[1], span=SPAN))
leaves = st.one_of(
    make(ast.Name, any_names),
    literals(),
    make(ast.DateLiteral, days),
    make(ast.Text, texts),
    make(ast.Boolean, st.booleans()),
    make(ast.Country, st.sampled_from(("US", "NA", "CN"))),
)
OPERATORS = ("or", "and", "=", "!=", "<", "<=", ">", ">=", "in", "not in", "+", "-", "&", "*", "/", "of")


def tuples(inner: st.SearchStrategy[Any], low: int = 0, high: int = 3) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(inner, min_size=low, max_size=high).map(tuple)


def grown(inner: st.SearchStrategy[ast.Expr]) -> st.SearchStrategy[ast.Expr]:
    arguments = st.one_of(
        inner, make(ast.Depth, inner), make(ast.Within, inner), make(ast.Responsive), make(ast.AllTiers)
    )
    return st.one_of(
        make(ast.Binary, st.sampled_from(OPERATORS), inner, inner),
        make(ast.Unary, st.sampled_from(("not", "-")), inner),
        make(ast.IsMissing, inner),
        make(ast.Conditional, inner, inner, inner),
        make(ast.Default, inner, inner),
        make(ast.Narrowed, inner, inner),
        make(ast.SetLiteral, tuples(inner)),
        make(ast.Attribute, inner, identifiers),
        make(ast.Lookup, identifiers, tuples(inner, 1)),
        make(ast.Call, identifiers, tuples(arguments)),
    )


expressions = st.recursive(leaves, grown, max_leaves=10)
optional_expressions = st.none() | expressions
keys = tuples(make(ast.Key, expressions, st.booleans()), 1)
optional_keys = st.none() | keys


@st.composite
def modifier(draw: st.DrawFn) -> ast.Modifier:
    kind = draw(st.sampled_from(("for", "for_buyers", "from", "before", "through", "because", "cites", "when")))
    if kind in ("because", "cites"):
        return ast.Modifier(kind, draw(texts), span=SPAN)
    if kind in ("from", "before", "through"):
        return ast.Modifier(kind, draw(make(ast.DateLiteral, days) | make(ast.Name, any_names)), span=SPAN)
    return ast.Modifier(kind, draw(expressions), span=SPAN)


modifiers = tuples(modifier())
premiums = make(ast.Premium, expressions, tuples(expressions), st.sampled_from((None, "allow", "reject")))
clauses = make(
    ast.Clauses,
    when=optional_expressions,
    premium=st.none() | premiums,
    share=st.none() | make(ast.Share, expressions, st.booleans()),
    keys=optional_keys,
)
steps = make(ast.Step, st.none() | plain_identifiers, st.none() | tuples(identifiers, 1), clauses)
places = make(ast.Place, tuples(expressions, 1), optional_expressions, optional_keys)
dotted = st.sampled_from(("mineral", "request.buyer", "quarter", "share"))
cap_bodies = make(
    ast.CapBody,
    st.sampled_from(("share", "value share", "quantity", "spend", "stock")),
    st.none() | dotted,
    st.just("<="),
    expressions,
    st.sampled_from((None, "requested", "demand", "stock", "purchased", "awarded")),
    tuples(make(ast.Identifier, dotted)),
    optional_expressions,
)
sellers = tuples(tuples(expressions, 1), 1)


def has_clause(change: ast.Clauses) -> bool:
    return any((change.when, change.premium, change.share, change.keys))


changes = st.one_of(
    make(ast.Waive),
    make(ast.NewValue, expressions),
    make(ast.NewCondition, st.sampled_from(("require", "forbid")), expressions),
    make(ast.NewWhen, expressions),
    make(ast.NewCap, cap_bodies),
    make(ast.NewRoute, sellers),
    make(ast.NewSteps, tuples(make(ast.StepChange, plain_identifiers, clauses.filter(has_clause)), 1)),
    make(ast.NewPlaces, tuples(places, 1)),
)


@st.composite
def header(draw: st.DrawFn) -> ast.Header:
    kinds: dict[str, st.SearchStrategy[Any]] = {
        "currency": st.just("USD"), "version": texts, "fiscal_year": st.just("10-01"), "serve": keys,
        "least_award": expressions, "compare": expressions, "show": expressions,
    }  # fmt: skip
    entries = []
    for kind in draw(st.lists(st.sampled_from(tuple(kinds)), max_size=4)):
        name = draw(identifiers) if kind == "show" else None
        entries.append(ast.HeaderEntry(kind, draw(kinds[kind]), name, span=SPAN))
    return ast.Header(draw(identifiers), draw(st.none() | texts), tuple(entries), span=SPAN)


@st.composite
def table(draw: st.DrawFn) -> ast.Table:
    name, given = draw(identifiers), draw(modifiers)
    by = draw(st.none() | tuples(identifiers, 1))
    if draw(st.booleans()):
        return ast.Table(name, by, (), (), draw(paths), modifiers=given, span=SPAN)
    columns = draw(tuples(identifiers, 1))
    empty = st.sampled_from(("", "otherwise")).map(lambda text: ast.Cell(None, text, span=SPAN))
    cells = st.one_of(empty, make(ast.Cell, expressions, st.just("")))
    rows = draw(tuples(make(ast.Row, tuples(cells, len(columns), len(columns)))))
    return ast.Table(name, by, columns, rows, None, modifiers=given, span=SPAN)


@st.composite
def example_table(draw: st.DrawFn) -> ast.TestTable:
    columns = draw(tuples(identifiers, 1))
    raw = st.sampled_from(("", "10 t", "a,b", "=1+1", "-", '"x | y # z"', "2027-01-01")).map(
        lambda text: ast.Cell(ast.Text(text, span=SPAN) if text else None, text, span=SPAN)
    )
    rows = draw(tuples(make(ast.Row, tuples(raw, len(columns), len(columns)))))
    return ast.TestTable(draw(st.sampled_from(("offers", "fx", "awards"))), columns, rows, span=SPAN)


@st.composite
def expectation(draw: st.DrawFn) -> ast.Expectation:
    ident = any_names.map(lambda name: ast.Identifier(name, span=SPAN)) | texts.map(
        lambda text: ast.Identifier(text, True, span=SPAN)
    )
    maybe = st.none() | ident
    reasons = tuples(st.sampled_from(("not_needed", "premium:1", "cap:one_country")))
    kind = draw(st.sampled_from(("award", "no_award", "reject", "shortfall", "place", "unplaced", "error")))
    fields: dict[str, st.SearchStrategy[Any]] = {
        "award": st.fixed_dictionaries({"quantity": quantities, "offer": maybe, "request": maybe}),
        "no_award": st.fixed_dictionaries({"offer": maybe, "request": maybe}),
        "reject": st.fixed_dictionaries({"offer": ident, "request": maybe, "because": reasons}),
        "shortfall": st.fixed_dictionaries({"quantity": quantities, "request": maybe, "because": reasons}),
        "place": st.fixed_dictionaries({"quantity": quantities, "offer": maybe, "facility": ident}),
        "unplaced": st.fixed_dictionaries({"quantity": quantities, "offer": maybe}),
        "error": st.fixed_dictionaries({"code": st.just("no_waterfall")}),
    }
    return ast.Expectation(kind, **draw(fields[kind]), span=SPAN)


example_items = st.one_of(
    make(ast.AsOf, days), make(ast.SetParameter, identifiers, expressions), example_table(), expectation()
)
openings = st.none() | make(ast.Opening, tuples(identifiers, 1))
laws = make(ast.Law, openings, tuples(identifiers, 1, 2), optional_expressions, expressions)
statements = st.one_of(
    header(),
    make(ast.Use, st.none(), paths, st.none() | tuples(identifiers, 1)),
    make(
        ast.Declare,
        identifiers,
        st.sampled_from(("mineral", "trader", "buyer")),
        st.none() | texts,
        modifiers=modifiers,
    ),
    make(ast.Group, identifiers, expressions, modifiers=modifiers),
    make(ast.Let, identifiers, expressions, modifiers=modifiers),
    make(ast.Field, identifiers, identifiers, optional_expressions, modifiers=modifiers),
    table(),
    make(ast.Tier, identifiers, optional_expressions, modifiers=modifiers),
    make(
        ast.Condition,
        identifiers,
        st.sampled_from(("require", "forbid")),
        expressions,
        st.booleans(),
        modifiers=modifiers,
    ),
    make(ast.Route, identifiers, expressions, sellers, modifiers=modifiers),
    make(ast.Waterfall, identifiers, tuples(steps), modifiers=modifiers),
    make(ast.Cap, identifiers, st.just("cap"), cap_bodies, st.booleans(), modifiers=modifiers),
    make(ast.Exception_, identifiers, identifiers, changes, modifiers=modifiers),
    make(ast.Store, identifiers, tuples(places), modifiers=modifiers),
    make(ast.Test, st.none(), texts, tuples(example_items)),
    make(ast.Always, st.none(), texts, tuples(laws, 1)),
)
policies = tuples(statements, 0, 4).map(lambda given: ast.PolicyFile(NOWHERE, given))
few = settings(suppress_health_check=list(HealthCheck))

# what may not be torn apart by a line's end: texts, comments, table rows, numbers with their units
_WHOLE = re.compile(
    r'\|(?:"(?:[^"\\\n]|\\[^\n])*"|[^"#\n])*\|'
    r'|"(?:[^"\\\n]|\\[^\n])*"|#[^\n]*|\d[\w.%-]*(?: [A-Za-z_]+(?:/\w+)?)?|[ \n]+|[^\s"#|\d]+'
)


def read(text: str) -> ast.PolicyFile:
    file, diagnostics = parse(Source("p.vault", text))
    assert not diagnostics, (text, [str(one) for one in diagnostics])
    return file


@few
@given(policies)
def test_what_is_laid_out_reads_as_what_it_was_made_of(policy: ast.PolicyFile) -> None:
    assert read(format_policy(policy)) == policy


@few
@given(policies)
def test_laying_out_twice_changes_nothing(policy: ast.PolicyFile) -> None:
    once = format_policy(policy)
    assert format_policy(read(once)) == once


@few
@given(policies, st.randoms(use_true_random=False))
def test_spaces_and_comments_anywhere_change_neither_meaning_nor_comments(policy: ast.PolicyFile, random: Any) -> None:
    numbers = iter(range(10_000))

    def space(found: re.Match[str]) -> str:
        piece = found[0]
        if not piece.isspace():
            return piece
        kinds = ["\n", "\n\n\n", "\r\n    ", f" # {next(numbers)}\n", f"\n# {next(numbers)}\n\n", "\n"]
        if piece == " ":
            kinds += [" "] * 14 + ["  ", "\t"]
        return str(random.choice(kinds))

    messy = _WHOLE.sub(space, format_policy(policy))
    file = read(messy)
    assert file == policy
    once = format_policy(file)
    again = read(once)
    assert again == policy
    assert [one.text for one in again.comments] == [one.text for one in file.comments]
    assert format_policy(again) == once
    assert once == "" or (once.endswith("\n") and not once.endswith("\n\n"))
    assert "\n\n\n" not in once
