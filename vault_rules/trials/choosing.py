"""Which tests to run: `-k 'gallium and not late'`."""

from __future__ import annotations

import re
from collections.abc import Callable

from vault_rules.errors import UsageError

Choice = Callable[[str], bool]
"""Whether a test is chosen, by its name: `FILE::title`."""

_TOKEN = re.compile(r'\s*(?:(?P<mark>[()])|"(?P<quoted>[^"]*)"|(?P<word>[^\s()"]+))')
_WORDS = ("and", "or", "not")


def chosen(expression: str | None) -> Choice:
    """The choice that an expression makes: parts of names, joined by `and`, `or`, `not` and parentheses.

    Upper and lower case are the same; a part with blanks stands in quotation marks. No expression chooses every test.
    Raises `UsageError` for one that cannot be read.
    """
    if expression is None or not expression.strip():
        return lambda name: True
    return _Reader(expression).whole()


class _Reader:
    def __init__(self, expression: str) -> None:
        self.expression = expression
        self.tokens: list[tuple[str, bool]] = []
        """Each with whether it is a part of a name."""
        at = 0
        while expression[at:].strip():
            found = _TOKEN.match(expression, at)
            if found is None:
                raise self.wrong("a quotation mark is not closed")
            text = found["mark"] or found["quoted"] or found["word"] or ""
            self.tokens.append((text, found["mark"] is None and found["word"] not in _WORDS))
            at = found.end()
        self.tokens.reverse()

    def wrong(self, why: str) -> UsageError:
        return UsageError(f"-k {self.expression!r} cannot be read: {why}")

    def whole(self) -> Choice:
        choice = self._either()
        if self.tokens:
            raise self.wrong(f"`{self.tokens[-1][0]}` stands where `and` or `or` belongs")
        return choice

    def _next_is(self, word: str) -> bool:
        if self.tokens and self.tokens[-1] == (word, False):
            self.tokens.pop()
            return True
        return False

    def _either(self) -> Choice:
        found = [self._all()]
        while self._next_is("or"):
            found.append(self._all())
        return lambda name: any(one(name) for one in found)

    def _all(self) -> Choice:
        found = [self._one()]
        while self._next_is("and"):
            found.append(self._one())
        return lambda name: all(one(name) for one in found)

    def _one(self) -> Choice:
        if self._next_is("not"):
            inner = self._one()
            return lambda name: not inner(name)
        if self._next_is("("):
            inner = self._either()
            if not self._next_is(")"):
                raise self.wrong("`(` is not closed")
            return inner
        if not self.tokens or not self.tokens[-1][1]:
            raise self.wrong(
                f"a part of a name is missing {f'before `{self.tokens[-1][0]}`' if self.tokens else 'at the end'}"
            )
        part = self.tokens.pop()[0].casefold()
        return lambda name: part in name.casefold()
