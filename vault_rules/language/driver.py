"""The parser itself: an LALR automaton that walks the tables of the grammar over a text.

Input: a text and a start rule. Output: the tree that Lark would make, or `SyntaxMistake` with what Lark would say:
where reading stopped and what could have stood there (`tests/language/test_driver_laws.py` holds it to that).

Lark makes the tables. Walking them here spares every run its import and the work on the grammar, and is quicker.
"""

from __future__ import annotations

from vault_rules.language.tables import END, Rule, Scanner, Tables, tables
from vault_rules.language.trees import Token, Tree


class SyntaxMistake(Exception):
    """The text stops being a policy `at` this offset (the text's length, with `at_end`, where it stops too early)."""

    def __init__(self, at: int, at_end: bool, expected: set[str]) -> None:
        super().__init__(at)
        self.at, self.at_end, self.expected = at, at_end, expected


def parse_tree(text: str, start: str) -> Tree:
    """The tree of a whole text."""
    return _Run(tables(), start).over(text)


class _Run:
    """One walk over one text: the states passed, and the values that they stand for."""

    def __init__(self, tables: Tables, start: str) -> None:
        self.tables = tables
        self.states = [tables.starts[start]]
        self.values: list[Tree | Token] = []
        self.end = tables.ends[start]
        self.words: dict[int, dict[str, str]] = {}
        """The words that each state takes; names that have been read join them where a name is always one."""

    def over(self, text: str) -> Tree:
        states, values, moves, feed = self.states, self.values, self.tables.moves, self.feed
        following, words_at = self.tables.next.match, self.words
        at, length = 0, len(text)
        while True:
            state = states[-1]
            found = following(text, at)
            assert found is not None  # it may be empty
            index = found.lastindex
            if index == 1:
                start, at = found.span(1)
                word = found[1]
                words = words_at.get(state)
                if words is None:
                    words = words_at[state] = dict(self.tables.scanner(state).words)
                kind = words.get(word)
                if kind is None:
                    kind, at = self._matched(text, start, state)
                    word = text[start:at]
                    if self.tables.scanner(state).is_whole:
                        words[word] = kind
            elif index == 2:
                start, at = found.span(2)
                word = found[2]
                kind = self.tables.scanner(state).marks.get(word)
                if kind is None:
                    kind, at = self._matched(text, start, state)
                    word = text[start:at]
            elif found.end() == length:
                return self._finish(length)
            else:
                start = found.end()
                kind, at = self._matched(text, start, state)
                word = text[start:at]
            move = moves[state].get(kind)
            if move is None or move < 0:
                move = feed(kind, start)
            states.append(move)
            token = Token(word)
            token.type, token.start, token.end = kind, start, at
            values.append(token)

    def _matched(self, text: str, start: int, state: int) -> tuple[str, int]:
        """What the patterns of a state find."""
        scanner = self.tables.scanner(state)
        found = scanner.pattern.match(text, start)
        if found is None:
            raise self._nothing_fits(text, start, scanner)
        kind = found.lastgroup
        assert kind is not None  # every pattern is named
        return kind, found.end()

    def _nothing_fits(self, text: str, start: int, scanner: Scanner) -> SyntaxMistake:
        """What stands here has a meaning elsewhere, or nowhere: then nothing says which words would go on."""
        found = self.tables.next.match(text, start)
        if (found is not None and found.lastindex) or self.tables.any.pattern.match(text, start):
            return SyntaxMistake(start, False, self.accepted() or set(scanner.names))
        return SyntaxMistake(start, False, set(scanner.names) or {"<END-OF-FILE>"})

    def _finish(self, length: int) -> Tree:
        """Reduce until the start rule is whole."""
        states, values, tables = self.states, self.values, self.tables
        while states[-1] != self.end:
            move = tables.moves[states[-1]].get(END)
            if move is None:
                raise SyntaxMistake(length, True, self._expected())
            assert move < 0  # the end is never taken, only reduced to
            rule = tables.rules[-1 - move]
            if rule.is_chain:
                key = (states[-2], states[-1], END)
                states[-1] = tables.chains.get(key) or self._along(key)
            else:
                values.append(_reduced(rule, states, values))
                states.append(tables.moves[states[-1]][rule.origin])
        tree = values[-1]
        assert isinstance(tree, Tree)
        return tree

    def feed(self, kind: str, start: int) -> int:
        """Reduce until a token can be taken; the state that it leads to."""
        states, values, rules, chains = self.states, self.values, self.tables.rules, self.tables.chains
        moves = self.tables.moves
        while True:
            state = states[-1]
            move = moves[state].get(kind)
            if move is None:
                raise SyntaxMistake(start, False, self._expected())
            if move >= 0:
                return move
            rule = rules[-1 - move]
            if rule[5]:
                key = (states[-2], state, kind)
                states[-1] = chains.get(key) or self._along(key)
            else:
                values.append(_reduced(rule, states, values))
                states.append(moves[states[-1]][rule[0]])

    def _along(self, key: tuple[int, int, str]) -> int:
        """The last state of a run of reductions that leave the value as it is."""
        below, end, kind = key
        moves, rules = self.tables.moves, self.tables.rules
        while (move := moves[end].get(kind, 0)) < 0 and rules[-1 - move].is_chain:
            end = moves[below][rules[-1 - move].origin]
        self.tables.chains[key] = end
        return end

    # ---- what could have stood there ------------------------------------------------------------------------------

    def _expected(self) -> set[str]:
        return self.accepted() or {name for name in self.tables.moves[self.states[-1]] if name.isupper()}

    def accepted(self) -> set[str]:
        """The terminals that can follow, each tried on a copy of the states."""
        return {name for name in self.tables.moves[self.states[-1]] if name.isupper() and self._takes(name)}

    def _takes(self, name: str) -> bool:
        states, tables = list(self.states), self.tables
        while True:
            move = tables.moves[states[-1]].get(name)
            if move is None or move >= 0:
                return move is not None
            rule = tables.rules[-1 - move]
            if rule.size:
                del states[-rule.size :]
            states.append(tables.moves[states[-1]][rule.origin])
            if name == END and states[-1] == self.end:
                return True


def _reduced(rule: Rule, states: list[int], values: list[Tree | Token]) -> Tree | Token:
    """One tree, or the only child, for what a rule is made of, which is taken away."""
    _, size, data, kept, alone, _ = rule
    if not size:
        return Tree(data, [], -1, -1)
    found = values[-size:]
    del states[-size:], values[-size:]
    start, end = found[0].start, found[-1].end
    if start < 0 or end < 0:
        start = next((one.start for one in found if one.start >= 0), -1)
        end = next((one.end for one in reversed(found) if one.end >= 0), -1)
    children = found if kept is None else _kept(kept, found)
    if not alone or len(children) != 1:
        return Tree(data, children, start, end)
    only = children[0]
    if start >= 0 and isinstance(only, Tree):
        only.start, only.end = start, end
    return only


def _kept(kept: tuple[int, ...], found: list[Tree | Token]) -> list[Tree | Token]:
    children: list[Tree | Token] = []
    for at in kept:
        if at >= 0:
            children.append(found[at])
            continue
        inner = found[-1 - at]
        assert isinstance(inner, Tree)
        if children:
            children += inner.children
        else:  # a list that grows at its end is not copied each time
            children = inner.children
    return children
