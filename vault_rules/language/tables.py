"""The parser's tables, as they lie beside the grammar, made ready to be walked.

They are data, made once by `make_tables` and shipped: reading them takes milliseconds, where making them (and importing
Lark) takes hundreds. They are JSON, so that whoever plants another file can break a parse, but run nothing; and none is
ever written where other users could. Tables that are not those of the grammar are made anew, in memory.
"""

from __future__ import annotations

import json
import re
from functools import cache, cached_property
from typing import Any, NamedTuple

import attrs

from vault_rules import resources

END = "$END"
_WORD = r"[A-Za-z_]\w*"


class Rule(NamedTuple):
    """A reduction: `size` symbols become one tree `data`, or its only child where it is `alone`."""

    origin: str
    size: int
    data: str
    kept: tuple[int, ...] | None
    """Places of the children that the tree keeps, `-1 - place` for their children; None: it keeps all."""
    alone: bool
    is_chain: bool
    """Whether it only gives its one child another name."""


@attrs.define(slots=False)
class Scanner:
    """What may stand at a place: words and marks to look up, and patterns for everything else, the strongest first."""

    words: dict[str, str]
    marks: dict[str, str]
    patterns: tuple[tuple[str, str], ...]
    is_whole: bool
    """Whether a word always is what it was before: no pattern looks at what comes after it."""
    names: frozenset[str]

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """All patterns in one; what matches nothing where there are none."""
        return re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in self.patterns) or r"(?!)")


class Tables:
    """Moves and scanners by state."""

    def __init__(self, data: dict[str, Any]) -> None:
        self.terminals: list[list[Any]] = data["terminals"]
        names = {one[0] for one in self.terminals}
        self.rules = tuple(_rule(row, names) for row in data["rules"])
        self.moves: list[dict[str, int]] = data["states"]
        self.starts: dict[str, int] = data["starts"]
        self.ends: dict[str, int] = data["ends"]
        self.names = frozenset(names)
        self._scanners: dict[frozenset[str], Scanner] = {}
        self._by_state: list[Scanner | None] = [None] * len(self.moves)
        marks = {mark for _, kind, value in self.terminals if kind == "marks" for mark in value}
        longest_first = "|".join(re.escape(mark) for mark in sorted(marks, key=lambda one: (-len(one), one)))
        self.next = re.compile(f"(?:{'|'.join(data['ignored'])})*+(?:({_WORD})|({longest_first}))?")
        """Over what is ignored to the next word or mark, or to what is neither."""
        self.chains: dict[tuple[int, int, str], int] = {}
        """Where a run of reductions ends that only give one child other names, once it has been walked."""

    def scanner(self, state: int) -> Scanner:
        """What may stand there; states that take the same share one."""
        found = self._by_state[state]
        if found is None:
            names = self.names.intersection(self.moves[state])
            if names not in self._scanners:
                self._scanners[names] = self._make(names)
            found = self._by_state[state] = self._scanners[names]
        return found

    @cached_property
    def any(self) -> Scanner:
        """What may stand anywhere."""
        return self._make(self.names)

    def _make(self, names: frozenset[str]) -> Scanner:
        words: dict[str, str] = {}
        marks: dict[str, str] = {}
        patterns = []
        is_whole = True
        for name, kind, value in self.terminals:
            if name not in names:
                continue
            if kind in ("words", "marks"):
                for text in value:
                    (words if kind == "words" else marks).setdefault(text, name)
            else:
                patterns.append((name, value))
                is_whole = is_whole and (kind == "whole" or not value.startswith("[A-Za-z_]"))
        return Scanner(words, marks, tuple(patterns), is_whole, names)


def _rule(row: list[Any], terminals: set[str]) -> Rule:
    origin, size, data, kept, alone = row
    # a rule with two names for one form would need its tree: only where nothing is left out is it a chain
    return Rule(origin, size, data, None if kept is None else tuple(kept), alone, alone and size == 1 and kept is None)


@cache
def tables() -> Tables:
    """The tables of the grammar that is shipped."""
    from vault_rules.language.fingerprint import fingerprint

    grammar = resources.grammar_text()
    file = resources.grammar_tables_file()
    data = json.loads(file.read_bytes()) if file.is_file() else {}
    if data.get("grammar") != fingerprint(grammar):  # whoever is changing the grammar sees what it says now
        from vault_rules.language.make_tables import make_tables

        data = make_tables(grammar)
    return Tables(data)
