"""Changes that nothing noticed, as a person reads them: each at its place, with what was changed; then the score."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from vault_rules.source import snippet
from vault_rules.source.display import clean
from vault_rules.source.quotation import STRONG, Quotation, Spot
from vault_rules.source.text import Span
from vault_rules.trials.coverage.text import percent
from vault_rules.trials.mutation.mutant import CELLS, KINDS, Mutant
from vault_rules.trials.mutation.results import EQUIVALENT, FATES, KILLED, STILLBORN, SURVIVED, Mutation, score_of

MOST_CELLS = 4
"""More changes than this to the rows of one table are counted: one is noticed like the other."""
_RED = "1;31"
_NOTHING = "–"


def render(mutation: Mutation, *, colour: bool = False) -> str:
    """The report."""
    blocks = ["".join(f"{row}\n" for row in _block(group, mutation, colour)) for group in _grouped(mutation)]
    return "\n".join([*blocks, "".join(f"{row}\n" for row in _figures(mutation))])


def _grouped(mutation: Mutation) -> Iterator[list[Mutant]]:
    """The survivors of one statement after the other."""
    for _, group in groupby(mutation.survivors, key=lambda one: one.of):
        yield list(group)


def _block(group: Sequence[Mutant], mutation: Mutation, colour: bool) -> Iterator[str]:
    of = group[0].of
    all_of = [fate.what for mutant, fate in mutation.tried if mutant.of == of]
    counted = all_of.count(KILLED) + all_of.count(SURVIVED)
    spots, more = _spots(group)
    drawn = Quotation(len(str(max(one.line for one in spots))), _RED, colour)
    lost = f": {len(group):,} of {counted:,} change{'' if counted == 1 else 's'} noticed by nothing"
    yield drawn.paint(clean(of), snippet.PRIMARY) + drawn.paint(lost, STRONG)
    yield from drawn.block("-->", spots)
    if more:
        yield drawn.gutter()
        yield f"{' ' * drawn.margin}{drawn.paint('=', STRONG)} and {more:,} more in its rows"


def _spots(group: Sequence[Mutant]) -> tuple[list[Spot], int]:
    """What is marked: each place once, with all that was changed there; and how many changes are only counted."""
    cells = [one for one in group if one.kind == CELLS]
    hidden = cells[MOST_CELLS:] if len(cells) > MOST_CELLS + 1 else []
    places: dict[tuple[int, int], list[Mutant]] = {}
    for one in group:
        if one not in hidden:
            places.setdefault((one.span.start, one.span.end), []).append(one)
    return [Spot(_span(some), _said(some), primary=True) for some in places.values()], len(hidden)


def _span(some: Sequence[Mutant]) -> Span:
    return some[0].span


def _said(some: Sequence[Mutant]) -> str:
    """What was changed at one place: what only became something else is said once, with all that it became."""
    found: dict[str, list[str]] = {}
    for one in some:
        before, became, after = one.said.partition(" became ")
        found.setdefault(before + became, []).append(after)
    return "; ".join(
        before + (" or " if "," not in after[0] else ", or ").join(after) for before, after in found.items()
    )


def _figures(mutation: Mutation) -> Iterator[str]:
    yield f"changes of {clean(mutation.policy.name)} tried on {_by(mutation)}"
    yield ""
    rows = [_row(kind, mutation) for kind in KINDS]
    yield from _table([("", *FATES, "score"), *(one for one in rows if any(cell != "0" for cell in one[1:5]))])
    yield ""
    yield headline(mutation)


def headline(mutation: Mutation) -> str:
    """The score, and what it counts."""
    counts = {what: len(mutation.of(what)) for what in FATES}
    counted = counts[KILLED] + counts[SURVIVED]
    said = f"{counts[KILLED]:,} of {counted:,} change{'' if counted == 1 else 's'} noticed"
    beside = f"{counts[EQUIVALENT]:,} change nothing, {counts[STILLBORN]:,} make no policy"
    return f"mutation score {percent(mutation.score)}: {said}; {beside}"


def _by(mutation: Mutation) -> str:
    tests = f"{mutation.tests:,} test{'' if mutation.tests == 1 else 's'}"
    if not mutation.laws:
        return tests
    laws = f"{mutation.laws:,} law{'' if mutation.laws == 1 else 's'}"
    return f"{tests}, and {laws} on {mutation.drafts:,} small book{'' if mutation.drafts == 1 else 's'}"


def _row(kind: str, mutation: Mutation) -> tuple[str, ...]:
    fates = [fate for mutant, fate in mutation.tried if mutant.kind == kind]
    counts = [sum(fate.what == what for fate in fates) for what in FATES]
    score = percent(score_of(fates)) if counts[0] + counts[1] else _NOTHING
    return (kind, *(f"{count:,}" for count in counts), score)


def _table(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    wide = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    for name, *cells in rows:
        right = "  ".join(f"{cell:>{width}}" for cell, width in zip(cells, wide[1:], strict=True))
        yield f"  {name:<{wide[0]}}  {right}"
