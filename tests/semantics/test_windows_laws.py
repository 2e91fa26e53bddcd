"""What dates and scopes show, compared with looking at every day, mineral and buyer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import combinations, product

import attrs
from hypothesis import given, settings
from hypothesis import strategies as st

from vault_rules.semantics.check import check
from vault_rules.semantics.load import load
from vault_rules.source.diagnostic import Diagnostic
from vault_rules.source.text import Source

FIRST = date(2027, 1, 1)
DAYS = [FIRST + timedelta(days=number) for number in range(-1, 9)]
MINERALS = ("cobalt", "copper", "gallium")
BUYERS = ("gm", "ge")
HEAD = "mineral cobalt\nmineral copper\nmineral gallium\nbuyer gm\nbuyer ge\ntier any otherwise\nlet limit = 15%\n"
COVER = range(5)
CONDITIONS = ("", "< 2", ">= 2", "<= 1", "> 3", "= 1")
few = settings(max_examples=60)


@attrs.frozen
class Case:
    """A rule's modifiers, and what they mean by looking."""

    start: int | None
    end: int | None
    minerals: frozenset[str] | None
    buyers: frozenset[str] | None

    def text(self) -> str:
        parts = []
        if self.minerals is not None:
            parts.append(f"for {{{', '.join(sorted(self.minerals))}}}")
        if self.buyers is not None:
            parts.append(f"for buyers {{{', '.join(sorted(self.buyers))}}}")
        if self.start is not None:
            parts.append(f"from {FIRST + timedelta(days=self.start)}")
        if self.end is not None:
            parts.append(f"before {FIRST + timedelta(days=self.end)}")
        return " ".join(parts)

    def holds(self, day: date, mineral: str, buyer: str | None) -> bool:
        number = (day - FIRST).days
        in_window = (self.start is None or self.start <= number) and (self.end is None or number < self.end)
        in_minerals = self.minerals is None or mineral in self.minerals
        return in_window and in_minerals and (self.buyers is None or buyer in self.buyers)


def windows() -> st.SearchStrategy[tuple[int | None, int | None]]:
    """From one of seven days to a later one, each end perhaps open."""
    pairs = st.tuples(st.none() | st.integers(0, 6), st.none() | st.integers(1, 7))
    return pairs.filter(lambda one: one[0] is None or one[1] is None or one[0] < one[1])


def some(names: tuple[str, ...]) -> st.SearchStrategy[frozenset[str] | None]:
    return st.none() | st.frozensets(st.sampled_from(names), min_size=1)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    start, end = draw(windows())
    return Case(start, end, draw(some(MINERALS)), draw(some(BUYERS)))


def said(text: str) -> tuple[Diagnostic, ...]:
    return check(load(Source("p.vault", HEAD + text), lambda beside, path: None)[0])[1]


def everywhere() -> Iterator[tuple[date, str, str | None]]:
    return product(DAYS, MINERALS, (*BUYERS, None))


@few
@given(st.lists(cases(), min_size=2, max_size=3))
def test_two_waterfalls_are_in_force_exactly_when_a_day_shows_it(rules: list[Case]) -> None:
    text = "".join(f"waterfall w{number} {rule.text()} {{ take any }}\n" for number, rule in enumerate(rules))
    found = {one.code for one in said(text)}
    twice = any(
        first.holds(*where) and second.holds(*where)
        for first, second in combinations(rules, 2)
        for where in everywhere()
    )
    assert ("V0301" in found) == twice


@few
@given(st.lists(cases(), min_size=2, max_size=3))
def test_a_gap_is_found_exactly_when_a_day_between_has_no_waterfall(rules: list[Case]) -> None:
    text = "".join(f"waterfall w{number} {rule.text()} {{ take any }}\n" for number, rule in enumerate(rules))
    buyers = {buyer for rule in rules for buyer in rule.buyers or ()}
    gap = False
    for mineral, buyer in product(MINERALS, (*sorted(buyers), None)):
        held = [any(rule.holds(day, mineral, buyer) for rule in rules) for day in DAYS]
        if True in held:
            last = len(held) - held[::-1].index(True)
            gap |= not all(held[held.index(True) : last])
    assert ("V0302" in {one.code for one in said(text)}) == gap


@few
@given(cases(), cases(), st.sampled_from(CONDITIONS), st.sampled_from(CONDITIONS), st.booleans())
def test_exceptions_clash_exactly_when_a_day_a_mineral_and_a_cover_show_it(
    first: Case, second: Case, one: str, other: str, same: bool
) -> None:
    values = ("60%", "60%" if same else "70%")
    text = "".join(
        f"exception e{number} to limit {rule.text()} {f'when days_of_cover {when} days' if when else ''} "
        f'because "x" {{ {value} }}\n'
        for number, (rule, when, value) in enumerate(zip((first, second), (one, other), values, strict=True))
    )
    clash = not same and any(
        first.holds(*where) and second.holds(*where) and _is(one, cover) and _is(other, cover)
        for where in everywhere()
        for cover in COVER
    )
    found = [diagnostic for diagnostic in said(text) if diagnostic.code == "V0305"]
    assert bool(found) == clash
    if found:
        assert len(found) == 1
        _is_a_witness(found[0].message, first, second)


def _is(when: str, cover: int) -> bool:
    if not when:
        return True
    operator, number = when.split()
    limit = int(number)
    return {"<": cover < limit, "<=": cover <= limit, ">": cover > limit, ">=": cover >= limit, "=": cover == limit}[
        operator
    ]


def _is_a_witness(message: str, first: Case, second: Case) -> None:
    """The message names a mineral and a day on which both hold."""
    words = message.replace(",", "").split()
    day = date.fromisoformat(words[-1])
    mineral = words[words.index("of") + 1]
    buyer = words[words.index("for") + 1] if "for" in words else None
    assert first.holds(day, mineral, buyer)
    assert second.holds(day, mineral, buyer)


@few
@given(st.lists(cases(), min_size=3, max_size=3), st.permutations(range(4)))
def test_the_order_in_the_file_never_matters(rules: list[Case], order: list[int]) -> None:
    lines = [f'exception e{n} to limit {rule.text()} because "x" {{ {60 + n}% }}\n' for n, rule in enumerate(rules)]
    lines.append('exception n0 to e0 because "x" { 90% }\n')
    codes = sorted(one.code for one in said("".join(lines)) if one.is_error)
    again = sorted(one.code for one in said("".join(lines[number] for number in order)) if one.is_error)
    assert bool(codes) == bool(again)
