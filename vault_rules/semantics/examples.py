"""`test` and `always` blocks: typed with the policy; running them is not this module's."""

from __future__ import annotations

from vault_rules.domain.spelling import did_you_mean
from vault_rules.language import ast
from vault_rules.semantics import typed
from vault_rules.semantics.elaborate import Elaborator
from vault_rules.semantics.example_tables import check_table
from vault_rules.semantics.expectations import ExpectationReader
from vault_rules.semantics.load import Loaded
from vault_rules.semantics.reads import Reads
from vault_rules.source.diagnostic import Label
from vault_rules.source.text import Span


def check(loaded: Loaded, of: Elaborator, known: Reads) -> tuple[typed.Law, ...]:
    """Type every example and law of the evaluated file; the laws."""
    from vault_rules.semantics.laws import read_law

    expectations = ExpectationReader(loaded, of)
    laws = []
    for statement in loaded.root.statements:
        if isinstance(statement, ast.Test):
            _test(statement, of, known)
            expectations.check(statement)
        elif isinstance(statement, ast.Always):
            laws.append(read_law(statement, of, known))
    return tuple(laws)


def _test(test: ast.Test, of: Elaborator, known: Reads) -> None:
    if not any(isinstance(item, ast.AsOf) for item in test.items):
        message = f'the test "{test.title}" does not say on which day'
        of.report("V0319", message, test.span, help="add `as of 2027-08-01`")
    _each_once(test, of)
    for item in test.items:
        if isinstance(item, ast.TestTable):
            check_table(item, of)
        elif isinstance(item, ast.SetParameter):
            _set(item, of, known)


def _each_once(test: ast.Test, of: Elaborator) -> None:
    first: dict[str, Span] = {}
    for item in test.items:
        match item:
            case ast.AsOf():
                word = "as of"
            case ast.TestTable(table=table):
                word = table
            case ast.SetParameter(name=name):
                word = f"set {name.name}"
            case _:
                continue
        if word in first:
            help = "write another test" if word == "as of" else "join the two"
            of.report(
                "V0109", f"`{word}` is said twice", item.span, labels=(Label(first[word], "first here"),), help=help
            )
        first.setdefault(word, item.span)


def _set(item: ast.SetParameter, of: Elaborator, known: Reads) -> None:
    name = item.name.name
    value = of.lets.get(name)
    if value is None:
        near = did_you_mean(name, sorted(of.lets))
        if not of.names.is_lost(name, near):
            help = f"did you mean `{near}`?" if near else "a parameter is a `let` that reads no book"
            of.report("V0201", f"there is no parameter `{name}`", item.name.span, help=help)
    elif known.of(value):
        labels = (Label(value.span, "its value"),)
        help = "a parameter is a `let` that reads no book: give what this one reads a `let` of its own"
        of.report("V0319", f"`{name}` is no parameter: it reads the book", item.name.span, labels=labels, help=help)
    else:
        of.names.used.add(name)
        of.expect(item.value, value.type, f"`{name}`")
