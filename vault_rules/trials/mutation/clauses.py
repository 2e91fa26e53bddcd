"""Changes of the clauses that rules are made of: orders, steps, places, limits, dates and scopes."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from vault_rules.language import ast
from vault_rules.semantics.caps import PERIODS
from vault_rules.source.text import Span
from vault_rules.trials.coverage.points import head_of
from vault_rules.trials.mutation import literals
from vault_rules.trials.mutation.expressions import Expressions, Place
from vault_rules.trials.mutation.mutant import (
    CLAUSES,
    DATES,
    LIMITS,
    ORDER,
    REFERENCES,
    SETS,
    all_left_out,
    around,
    exchanged,
    first_word,
    short,
    token_before,
    token_between,
    without,
)

_PERIODS = {"month": "quarter", "quarter": "year", "year": "quarter", "fiscal_year": "quarter"}
_OF = {"requested": "demand", "demand": "requested", "stock": "demand"}


class Clauses(Expressions):
    """Finds the changes of clauses."""

    # ---- orders ---------------------------------------------------------------------------------------------------

    def keys(self, keys: Sequence[ast.Key], within: Place) -> None:
        """Changes of an order: each key left out, turned round, and put behind the next."""
        places = [(around(key.value, *within)[0], key.span.end) for key in keys]
        without(self.notes, ORDER, places)
        exchanged(self.notes, ORDER, places)
        for key, (start, end) in zip(keys, places, strict=True):
            value_end = around(key.value, *within)[1]
            text = short(self._text((start, value_end)))
            if key.descending:
                self.notes.note(ORDER, (start, end), (value_end, end, ""), f"`{text}` is no longer `descending`")
            else:
                self.notes.inserted(ORDER, key.span, end, " descending", f"`{text}` became `descending`")
            self.value(key.value, (start, end))

    def by(self, keys: Sequence[ast.Key] | None, within: Place) -> None:
        """The same after `by`, which is left out where it has one key."""
        if keys is None:
            return
        self.keys(keys, within)
        if len(keys) == 1:
            self._left_out("by", around(keys[0].value, *within)[0], keys[0].span.end, within, ORDER)

    def _left_out(self, word: str, start: int, end: int, within: Place, kind: str = CLAUSES) -> None:
        """A clause left out, from its word on."""
        self._clause_left_out(token_before(self.notes.source, within[0], start, word), end, kind)

    def _clause_left_out(self, start: int, end: int, kind: str = CLAUSES) -> None:
        self.notes.left_out(kind, start, end, span=first_word(self.notes.source, start, end))

    # ---- steps and places -----------------------------------------------------------------------------------------

    def steps(self, steps: Sequence[ast.Step], exceptions: Sequence[ast.Exception_]) -> None:
        """Changes of a waterfall's steps; with a step go the exceptions to it."""
        for step in steps:
            said = f"the step `{_step(step)}` was left out"
            gone = [one.span for one in exceptions if _changes_only(one, _names(step))]
            all_left_out(self.notes, CLAUSES, [step.span, *gone], said, head_of(step.span))
            if step.tiers is not None:
                without(self.notes, SETS, [(one.span.start, one.span.end) for one in step.tiers])
            self.clauses(step.clauses, (step.span.start, step.span.end), droppable=True)
        for one, other in pairwise(steps):
            places = [(step.span.start, step.span.end) for step in (one, other)]
            exchanged(
                self.notes, ORDER, places, f"`{_step(one)}` and `{_step(other)}` changed places", head_of(one.span)
            )

    def clauses(self, node: ast.Clauses, within: Place, *, droppable: bool) -> None:
        """Changes of the clauses of a step or place; `droppable` each may be left out."""
        if node.when is not None:
            place = around(node.when, *within)
            if droppable:
                self._left_out("when", *place, within)
            self.condition(node.when, place)
        if node.premium is not None:
            self._premium(node.premium, droppable)
        if node.share is not None:
            self._share(node.share, droppable)
        if droppable:
            self.by(node.keys, within)
        elif node.keys is not None:
            self.keys(node.keys, within)

    def _premium(self, node: ast.Premium, droppable: bool) -> None:
        place = node.span.start, node.span.end
        if droppable:
            self._clause_left_out(*place)
        _, end = around(node.ratio, *place)
        self.value(node.ratio, (node.span.start, end))
        places = []
        for reference in node.references:
            start, end = around(reference, end, node.span.end)
            places.append((start, end))
            self.value(reference, (start, end))
        without(self.notes, REFERENCES, places)
        word = token_between(self.notes.source, end, node.span.end, "allow", "reject")
        if node.if_none is not None and word is not None:
            other = "reject" if node.if_none == "allow" else "allow"
            said = f"`if none {node.if_none}` became `if none {other}`"
            self.notes.replaced(CLAUSES, *word, other, said)

    def _share(self, node: ast.Share, droppable: bool) -> None:
        place = node.span.start, node.span.end
        if droppable:
            self._clause_left_out(*place)
        self.value(node.ratio, place)
        _, end = around(node.ratio, *place)
        if node.of_awarded:
            self.notes.left_out(CLAUSES, end, node.span.end, "`of awarded` was left out")
        elif end == node.span.end:
            said = "the share became one `of awarded`"
            self.notes.inserted(CLAUSES, node.span, end, " of awarded", said)

    def places(self, places: Sequence[ast.Place]) -> None:
        """Changes of the places of a store."""
        spots = [(one.span.start, one.span.end) for one in places]
        for one, place in zip(places, spots, strict=True):
            if len(places) > 1:
                head = head_of(one.span)
                self.notes.left_out(CLAUSES, *place, f"`{short(head.text)}` was left out", head)
            without(self.notes, SETS, [(kind.span.start, kind.span.end) for kind in one.kinds])
            self.clauses(ast.Clauses(when=one.when, keys=one.keys, span=one.span), place, droppable=True)
        for first, second in pairwise(places):
            pair = [(one.span.start, one.span.end) for one in (first, second)]
            heads = head_of(first.span), head_of(second.span)
            said = f"`{short(heads[0].text)}` and `{short(heads[1].text)}` changed places"
            exchanged(self.notes, ORDER, pair, said, heads[0])

    def sellers(self, groups: Sequence[Sequence[ast.Expr]]) -> None:
        """Changes of those who may sell: each left out, groups exchanged and joined."""
        places = [(group[0].span.start, group[-1].span.end) for group in groups]
        for group in groups:
            without(self.notes, SETS, [(one.span.start, one.span.end) for one in group])
        for at, (start, end) in enumerate(places if len(places) > 1 else ()):
            edit = (places[at - 1][1], end) if at else (start, places[1][0])
            words = f"`{short(self._text((start, end)))}` was left out"
            self.notes.left_out(SETS, *edit, words, Span(self.notes.source, start, end))
        exchanged(self.notes, ORDER, places)
        for (_, end), (start, _) in pairwise(places):
            word = token_between(self.notes.source, end, start, "then")
            assert word is not None  # it parts them
            before = end if self._text((end, word[0])).isspace() else word[0]
            self.notes.note(ORDER, word, (before, word[1], ","), "`then` became `,`")

    # ---- limits ---------------------------------------------------------------------------------------------------

    def cap(self, node: ast.CapBody, *, droppable: bool) -> None:
        """Changes of what a cap or target says; `droppable` its parts may be left out."""
        place = node.span.start, node.span.end
        end = node.of_span.end if node.of_span is not None else around(node.limit, *place)[1]
        self.value(node.limit, (node.span.start, end))
        if node.of in _OF and node.of_span is not None:
            self.notes.replaced(LIMITS, node.of_span.start, node.of_span.end, _OF[node.of])
        if droppable and node.by_span is not None:
            self._left_out("by", node.by_span.start, node.by_span.end, place)
        for one in node.per:
            self._left_out("per", one.span.start, one.span.end, place)
            if one.name in PERIODS:
                self.notes.replaced(LIMITS, one.span.start, one.span.end, _PERIODS[one.name])
        if node.where is not None:
            start, end = around(node.where, *place)
            if droppable:
                self._left_out("where", start, end, place)
            self.condition(node.where, (start, end))

    # ---- dates and scopes -----------------------------------------------------------------------------------------

    def modifiers(self, modifiers: Sequence[ast.Modifier]) -> None:
        """Changes of when and for whom a rule holds."""
        for one in modifiers:
            if isinstance(one.value, str):
                continue  # what it is because of, and what it cites, decides nothing
            place = one.span.start, one.span.end
            is_date = one.kind in ("from", "before", "through")
            self._clause_left_out(*place, DATES if is_date else CLAUSES)
            if is_date:
                literals.day(self.notes, one.value, self.known)
            elif one.kind == "when":
                self.condition(one.value, place)
            else:
                self.members(one.value, place)


def _step(step: ast.Step) -> str:
    return short(head_of(step.span).text)


def _names(step: ast.Step) -> set[str]:
    """What exceptions may call a step: its label, or its tier where it takes no other."""
    found = {step.label.name} if step.label is not None else set()
    return found | ({step.tiers[0].name} if step.tiers is not None and len(step.tiers) == 1 else set())


def _changes_only(one: ast.Exception_, names: set[str]) -> bool:
    return isinstance(one.change, ast.NewSteps) and {it.step.name for it in one.change.changes} <= names
