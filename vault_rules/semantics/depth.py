"""How deep values read each other: what recursion over them has to bear."""

from __future__ import annotations

from collections.abc import Mapping

from vault_rules.semantics import typed

MAX_LET_DEPTH = 200


def depth(name: str, lets: Mapping[str, typed.Expr], found: dict[str, int]) -> int:
    """The depth of a let's value with all the lets that it reads put in; a circle counts once.

    `found` is what is known already, and grows.
    """
    stack = [name]
    while stack:
        one = stack[-1]
        if one not in lets or one in found:
            stack.pop()
            continue
        waiting = [
            other for other in _lets_in(lets[one]) if other not in found and other in lets and other not in stack
        ]
        if waiting:
            stack.extend(waiting)
        else:
            found[one] = _own_depth(lets[one], found)
            stack.pop()
    return found.get(name, 0)


def _lets_in(expr: typed.Expr) -> list[str]:
    return [one.name for one in typed.walk(expr) if isinstance(one, typed.LetRef)]


def _own_depth(expr: typed.Expr, known: Mapping[str, int]) -> int:
    below = [_own_depth(child, known) for child in typed.children(expr)]
    own = known.get(expr.name, 0) if isinstance(expr, typed.LetRef) else 0
    return 1 + max([own, *below])
