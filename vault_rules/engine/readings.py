"""Which columns of the offers an expression reads: itself, by the lets it names, and by the exceptions to these."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from vault_rules.engine.program import Day
from vault_rules.semantics import typed
from vault_rules.semantics.types import OFFER_COLUMNS

FIELD = "field:"
"""Before the name of a column that the policy declares, so that it hides none of the offers' own."""
_OF_MARKET = frozenset(("mineral", "form"))


def columns_read(expr: typed.Expr, day: Day) -> set[str]:
    """The names of a table's columns."""
    found: set[str] = set()
    for one in parts(expr, day):
        match one:
            case typed.Column(owner="field", name=name):
                found.add(FIELD + name)
            case typed.Column(owner="offer", name="compared"):
                found |= {"price"} if day.policy.compare is None else columns_read(day.policy.compare, day)
            case typed.Column(owner="offer", name=name) if name in OFFER_COLUMNS:
                found.add(name)
            case typed.Context(name="today"):
                pass
            case typed.Context():
                found.add("mineral")
            case typed.Market() | typed.Benchmark():
                found |= _OF_MARKET
            case typed.LetRef(name=name) if any(one.scope.minerals is not None for one in day.exceptions_below(name)):
                found.add("mineral")
    return found


def parts(expr: typed.Expr, day: Day) -> Iterator[typed.Expr]:
    """All expressions that have a part in a value, each let and table once."""
    seen: set[str] = set()
    queue = [expr]
    while queue:
        for one in typed.walk(queue.pop()):
            yield one
            if isinstance(one, typed.LetRef) and one.name not in seen:
                seen.add(one.name)
                queue += _of_let(one.name, day)
            elif isinstance(one, typed.Lookup) and f"table {one.table}" not in seen:
                seen.add(f"table {one.table}")
                queue += [cell for row in day.policy.tables[one.table].rows.values() for cell in row.values()]


def _of_let(name: str, day: Day) -> Iterable[typed.Expr]:
    yield day.lets[name]
    for one in day.exceptions_below(name):
        if one.when is not None:
            yield one.when
        if one.changes.get("value") is not None:
            yield one.changes["value"]


def reads_request(exprs: Iterable[typed.Expr], day: Day) -> bool:
    """Whether any of them depends on the request itself, beyond who buys."""
    return any(
        (isinstance(one, typed.Column) and one.owner == "request" and one.name != "buyer")
        or (isinstance(one, typed.Market) and one.responsive)
        for expr in exprs
        for one in parts(expr, day)
    )
