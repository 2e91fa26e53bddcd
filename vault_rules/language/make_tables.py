"""From the grammar to the parser's tables: the only module that runs Lark, and no policy needs it.

Input: the grammar's text. Output: plain data that JSON can hold, the same for the same grammar: states and rules are
numbered by what they are, not by the order in which Lark came upon them.

`python -m vault_rules.language.make_tables` writes them beside the grammar.
"""

from __future__ import annotations

import json
import re
from collections import deque
from typing import Any

from lark import Lark
from lark.lexer import TerminalDef
from lark.parsers.lalr_analysis import Shift

from vault_rules.language.fingerprint import fingerprint

STARTS = ("file", "cell")
_WORD = re.compile(r"\(?([a-z_]+(?:\|[a-z_]+)*)\)?\(\?!\\w\)")
_MARKS = re.compile(r"[<>=!|]+")
_WHOLE_WORD = re.compile(r"\[[A-Za-z_-]+\](\\w\*|\{\d\}\(\?!\\w\))")


def make_tables(grammar: str) -> dict[str, Any]:
    """The tables of a grammar; see `tables.py` for what is in them."""
    lark = Lark(grammar, parser="lalr", lexer="contextual", start=list(STARTS), maybe_placeholders=False)
    rules = sorted(lark.rules, key=lambda rule: (rule.origin.name, rule.order, str(rule.expansion)))
    inner: Any = lark.parser.parser
    numbers, states = _numbered(inner._parse_table, {rule: at for at, rule in enumerate(rules)})
    ordered = sorted(lark.terminals, key=_strength)
    ignored = set(lark.ignore_tokens)
    return {
        "grammar": fingerprint(grammar),
        "ignored": [one.pattern.to_regexp() for one in ordered if one.name in ignored],
        "terminals": [_terminal(one) for one in ordered if one.name not in ignored],
        "rules": [_rule(rule) for rule in rules],
        "starts": {name: numbers[inner._parse_table.start_states[name]] for name in STARTS},
        "ends": {name: numbers[inner._parse_table.end_states[name]] for name in STARTS},
        "states": states,
    }


def _strength(one: TerminalDef) -> Any:
    """The order in which Lark tries terminals."""
    return -one.priority, -one.pattern.max_width, -len(one.pattern.value), one.name


def _numbered(table: Any, rules: dict[Any, int]) -> tuple[dict[Any, int], list[dict[str, int]]]:
    """The states in the order in which one comes upon them; a move is the next state, a reduction `-1 - rule`."""
    numbers: dict[Any, int] = {}
    waiting = deque(table.start_states[name] for name in STARTS)
    states = []
    while waiting:
        state = waiting.popleft()
        if state in numbers:
            continue
        numbers[state] = len(numbers)
        states.append(sorted(table.states[state].items()))
        waiting.extend(arg for _, (action, arg) in states[-1] if action is Shift)
    return numbers, [
        {symbol: numbers[arg] if action is Shift else -1 - rules[arg] for symbol, (action, arg) in moves}
        for moves in states
    ]


def _rule(rule: Any) -> list[Any]:
    """Its name, how many symbols it has, what its tree is called, which of them the tree keeps, and whether a tree of
    one child is that child. What is kept is a place, or `-1 - place` where the children of what stands there are.
    """
    kept = [
        -1 - at if not symbol.is_term and symbol.name.startswith("_") else at
        for at, symbol in enumerate(rule.expansion)
        if not (symbol.is_term and symbol.filter_out)
    ]
    everything = kept == list(range(len(rule.expansion)))
    alone = bool(rule.options.expand1 and not rule.alias)
    return [rule.origin.name, len(rule.expansion), rule.alias or rule.origin.name, None if everything else kept, alone]


def _terminal(one: TerminalDef) -> list[Any]:
    """Its name, and how it is found: `words` and `marks` are looked up, a `pattern` is matched.

    `whole` is a pattern that only the word itself decides about; all others may look at what comes after it.
    """
    pattern = one.pattern.to_regexp()
    if one.pattern.type == "str":
        return [one.name, "marks", [one.pattern.value]]
    if found := _WORD.fullmatch(pattern):
        return [one.name, "words", found[1].split("|")]
    if _MARKS.fullmatch(pattern):
        return [one.name, "marks", pattern.split("|")]
    return [one.name, "whole" if _WHOLE_WORD.fullmatch(pattern) else "pattern", pattern]


def as_text(tables: dict[str, Any]) -> str:
    """The tables as JSON, a line for each state and rule, so that a change of the grammar can be read in a diff."""
    parts = []
    for name, value in tables.items():
        if isinstance(value, list):
            rows = ",\n".join(json.dumps(row, separators=(",", ":")) for row in value)
            parts.append(f"{json.dumps(name)}: [\n{rows}\n]")
        else:
            parts.append(f"{json.dumps(name)}: {json.dumps(value)}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def write() -> None:
    """Write the tables of the grammar in the checkout."""
    from vault_rules import resources

    resources.grammar_tables_file().write_text(as_text(make_tables(resources.grammar_text())), encoding="utf-8")


if __name__ == "__main__":
    write()
