"""The fields of an object that came over the wire: each asked for by name and kind, and none left over."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from enum import Enum
from fractions import Fraction
from typing import Any, NoReturn, TypeVar

from vault_rules_rest.strict_json import Odd, shown

T = TypeVar("T")
E = TypeVar("E", bound=Enum)

LONGEST_NUMBER = 100
KEY = re.compile(r"[A-Za-z0-9_.:-]{1,100}", re.ASCII)
DECIMAL = re.compile(r"(0|[1-9][0-9]*)(\.[0-9]+)?", re.ASCII)
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)", re.ASCII)
DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_NUMBER = 'a plain decimal as text, such as "34.50"'


class BadField(ValueError):
    """What is wrong with a field, as a sentence that names it."""


class Fields:
    """An object's fields. `where` is the object's place in the whole; `hide` takes secrets out of a text."""

    def __init__(self, said: Any, where: str = "", hide: Callable[[str], str] = str) -> None:
        if not isinstance(said, dict):
            raise BadField(f"{f'`{where}`' if where else 'the body'} is an object, not {_kind(said)}")
        self._said: Mapping[str, Any] = said
        self._where, self._hide = where, hide
        self._asked: set[str] = set()

    def done(self) -> None:
        """Raise `BadField` where a field was not asked for: what it means is not known."""
        left = next((name for name in self._said if name not in self._asked), None)
        if left is not None:
            raise BadField(f"`{self._place(shown(self._hide(left)))}` is no field of the protocol")

    # ---- kinds -------------------------------------------------------------------------------------------------------

    def text(self, name: str) -> str:
        """A text that is not empty."""
        value = self._of(name, str, "a text")
        return value or self._bad(name, "a text that is not empty", value)

    def words(self, name: str) -> str | None:
        """The same, where it may be left out."""
        return None if self._blank(name) else self.text(name)

    def prose(self, name: str) -> str:
        """What is for people: it may be empty or left out."""
        return "" if self._blank(name) else self._of(name, str, "a text")

    def key(self, name: str) -> str:
        value = self.text(name)
        return value if KEY.fullmatch(value) else self._bad(name, "a key", value)

    def above_zero(self, name: str) -> Fraction:
        value = self.amount(name)
        return value if value > 0 else self._bad(name, "above zero", value)

    def above_zero_or_none(self, name: str) -> Fraction | None:
        return None if self._blank(name) else self.above_zero(name)

    def amount(self, name: str) -> Fraction:
        """Zero or more."""
        value = self._get(name)
        if not isinstance(value, str):
            self._bad(name, _NUMBER, value)
        if len(value) > LONGEST_NUMBER or not DECIMAL.fullmatch(value):
            self._bad(name, _NUMBER, value)
        return Fraction(value)

    def amount_or_zero(self, name: str) -> Fraction:
        return Fraction(0) if self._blank(name) else self.amount(name)

    def one_of(self, name: str, kind: type[E]) -> E:
        value = self.text(name)
        known = {one.value: one for one in kind}
        return known[value] if value in known else self._bad(name, f"one of {', '.join(known)}", value)

    def one_of_or_none(self, name: str, kind: type[E]) -> E | None:
        return None if self._blank(name) else self.one_of(name, kind)

    def moment_or_none(self, name: str) -> datetime | None:
        what = "a time with its zone, such as 2027-08-01T12:00:00Z"
        return None if self._blank(name) else self._parsed(name, MOMENT, datetime.fromisoformat, what)

    def day(self, name: str) -> date:
        return self._parsed(name, DAY, date.fromisoformat, "a day such as 2027-08-01")

    def whole(self, name: str, most: int = 10**12) -> int:
        """A whole number from 1: rows and versions are counted, nothing else is a number."""
        value = self._get(name)
        if type(value) is not int or not 1 <= value <= most:
            self._bad(name, "a whole number from 1", value)
        return value

    def whole_or_none(self, name: str) -> int | None:
        return None if self._blank(name) else self.whole(name)

    def objects(self, name: str) -> Iterator[Fields]:
        """Each object of a list."""
        for at, one in enumerate(self._of(name, list, "a list")):
            yield Fields(one, self._place(f"{name}[{at}]"), self._hide)

    def part(self, name: str) -> Fields:
        """An object in this one."""
        return Fields(self._get(name), self._place(name), self._hide)

    def cells(self) -> Iterator[tuple[str, str | None]]:
        """All fields of an object whose names are free: texts or null."""
        for name in self._said:
            yield name, None if self._blank(name) else self._of(name, str, "a text or null")

    # ---- how ---------------------------------------------------------------------------------------------------------

    def _get(self, name: str) -> Any:
        self._asked.add(name)
        if name not in self._said:
            raise BadField(f"`{self._place(name)}` is missing")
        return self._said[name]

    def _blank(self, name: str) -> bool:
        self._asked.add(name)
        return self._said.get(name) is None

    def _of(self, name: str, kind: type[T], what: str) -> T:
        value = self._get(name)
        if type(value) is not kind:
            self._bad(name, what, value)
        if isinstance(value, str):
            _must_be_text(self._place(name), value)
            return self._hide(value)  # type: ignore[return-value]  # a text it stays
        return value

    def _parsed(self, name: str, form: re.Pattern[str], make: Callable[[str], T], what: str) -> T:
        value = self._of(name, str, what)
        try:
            return make(value) if form.fullmatch(value) else self._bad(name, what, value)
        except BadField:
            raise
        except ValueError:
            return self._bad(name, what, value)

    def _place(self, name: str) -> str:
        return f"{self._where}.{name}" if self._where else name

    def bad(self, name: str, what: str, value: Any) -> BadField:
        """What to raise where a field is not what it must be."""
        value = self._hide(value) if isinstance(value, str) else value
        return BadField(f"`{self._place(shown(self._hide(name)))}` is {what}, not {_kind(value)}")

    def _bad(self, name: str, what: str, value: Any) -> NoReturn:
        raise self.bad(name, what, value)


def _must_be_text(place: str, value: str) -> None:
    """JSON can write halves of letters, which no file and no screen can."""
    if any("\ud800" <= letter <= "\udfff" for letter in value):
        raise BadField(f"`{place}` holds half a letter (a lone surrogate)")


def _kind(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, Odd):
        return f"the number {shown(value)}"
    if isinstance(value, (bool, int)):
        return f"{'the number ' if type(value) is int else ''}{str(value).lower()}"
    if isinstance(value, (str, Fraction)):
        return f"`{shown(value)}`"
    return "a list" if isinstance(value, list) else "an object"
