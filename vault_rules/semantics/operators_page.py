"""The page of operators and functions, printed from the signature table: docs and checker cannot differ."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from vault_rules.semantics.operators import SIGNATURES, Signature
from vault_rules.semantics.types import PLURALS, Type

_SECTIONS = (
    ("Comparing", ("=", "!=", "<", "<=", ">", ">=", "in", "not in")),
    ("Conditions", ("and", "or", "not")),
    ("Calculating", ("+", "-", "&", "*", "of", "/", "neg")),
    ("Functions", ("min", "max", "abs", "round")),
    ("Parts of a date", ("year", "month", "quarter", "fiscal_year")),
)
_FISCAL = "| `date.fiscal_year` | a date | a plain number | its fiscal year, named for the year in which it ends |"
_SHORT = {"boolean": "a condition", "number": "a plain number"}


def operators_page() -> str:
    """The whole page, as Markdown."""
    parts = [_HEAD]
    for title, operators in _SECTIONS:
        parts.append(f"\n## {title}\n\n| written | of | gives | which is |\n|---|---|---|---|\n")
        for operator in operators:
            parts.extend(f"{row}\n" for row in _rows(operator))
    return "".join(parts)


_HEAD = """\
# Operators and functions

Printed from the table that the checker and the engine use. What stands in no row is an error: `15%` and `0.15` do not
go together, days do not compare with months, and a price is never added to an amount of money. A result marked with *
may be undefined, and then needs `else`: `(a / b else 0%)`. "Of a kind" means that both are of the same kind. Installed
plugins may bring more functions: `vault-rules plugins` lists them with their kinds.
"""


def _rows(operator: str) -> Iterator[str]:
    if operator == "fiscal_year":
        yield _FISCAL
        return
    rows = [row for row in SIGNATURES if row.operator == operator]
    groups: dict[tuple[str, str, str], list[Signature]] = {}
    for row in rows:
        groups.setdefault((_shape(row), row.doc, "*" if row.may_be_undefined else ""), []).append(row)
    for (shape, doc, mark), group in groups.items():
        result = _result(group)
        yield f"| {_written(group[0])} | {_operands(shape, group)} | {result}{mark} | {doc} |"


def _shape(row: Signature) -> str:
    """Rows of one shape are said together."""
    first, *rest = row.parameters
    if all(one == first for one in rest):
        return "sets" if first.is_set else "alike"
    if len(row.parameters) == 2 and row.parameters[1].is_set:
        return "member"
    return " ".join(_words(one) for one in row.parameters)


def _operands(shape: str, group: Iterable[Signature]) -> str:
    rows = tuple(group)
    if shape == "sets":
        return "two sets of a kind"
    if shape == "member":
        return "a value and a set of its kind"
    if shape == "alike":
        kinds = sorted({PLURALS[row.parameters[0].kind] for row in rows})
        of = ", ".join(kinds)
        return of if len(rows[0].parameters) == 1 else f"two of a kind: {of}"
    return " and ".join(_words(one) for one in rows[0].parameters)


def _result(group: Iterable[Signature]) -> str:
    rows = tuple(group)
    results = sorted({_words(row.result) for row in rows})
    if len(results) == 1:
        return results[0] if not rows[0].result.is_set else "a set of that kind"
    if all(row.result == row.parameters[0] for row in rows):
        return "the same kind" if not rows[0].result.is_set else "a set of that kind"
    return " or ".join(results)


def _words(kind: Type) -> str:
    return _SHORT.get(kind.kind, kind.noun())


def _written(row: Signature) -> str:
    operator = row.operator
    if operator == "neg":
        return "`-a`"
    if operator == "not":
        return "`not a`"
    if operator in ("year", "month", "quarter"):
        return f"`date.{operator}`"
    if operator in ("min", "max", "round"):
        return f"`{operator}(a, b)`"
    return f"`{operator}(a)`" if operator == "abs" else f"`a {operator} b`"
