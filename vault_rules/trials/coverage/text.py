"""Coverage as a person reads it: every place with something missing quoted, then the figures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import groupby

from vault_rules.source import snippet
from vault_rules.source.display import clean
from vault_rules.source.quotation import STRONG, Quotation, Spot
from vault_rules.trials.coverage.gaps import Gap, gaps
from vault_rules.trials.coverage.measuring import Coverage, Figure
from vault_rules.trials.coverage.points import KINDS, ROWS

LABELS = {kind: kind for kind in KINDS} | {ROWS: "table rows"}
_YELLOW = "1;33"


def percent(ratio: Fraction) -> str:
    """A ratio in percent with one decimal, cut and not rounded: `100.0%` is said of everything only."""
    whole, tenths = divmod(ratio * 1000 // 1, 10)
    return f"{whole}.{tenths}%"


def render(coverage: Coverage, by: str, *, colour: bool = False) -> str:
    """The report. `by` says what was measured: `4 tests`."""
    blocks = ["".join(f"{row}\n" for row in _block(group, coverage, colour)) for group in _grouped(coverage)]
    return "\n".join([*blocks, "".join(f"{row}\n" for row in _figures(coverage, by))])


def _grouped(coverage: Coverage) -> Iterator[list[Gap]]:
    """The gaps of one rule or definition after the other."""
    found = gaps(coverage, fold_rows=True)
    for _, group in groupby(found, key=lambda one: (one.file, one.of)):
        yield list(group)


def _block(group: Sequence[Gap], coverage: Coverage, colour: bool) -> Iterator[str]:
    of, file = group[0].of, group[0].file
    points = [one for one in coverage.points if (one.of, one.file) == (of, file)]
    spots = [Spot(one.span, one.message, one.is_headline) for one in group]
    drawn = Quotation(len(str(max(one.line for one in spots))), _YELLOW, colour)
    count = f": {sum(map(coverage.is_covered, points)):,} of {len(points):,} covered"
    yield drawn.paint(clean(of), snippet.PRIMARY) + drawn.paint(count, STRONG)
    yield from drawn.block("-->", spots)


def _figures(coverage: Coverage, by: str) -> Iterator[str]:
    yield f"coverage of {clean(coverage.policy.name)} by {by}"
    yield ""
    rows = [(LABELS[kind], coverage.figure(kind)) for kind in KINDS]
    yield from _table([row for row in rows if row[1].points])
    yield ""
    if len(coverage.files) > 1:
        yield "rule coverage by file"
        yield ""
        yield from _table([(clean(file), coverage.figure(file=file)) for file in coverage.files])
        yield ""
    whole = coverage.figure()
    counted = f"{whole.covered:,} of {whole.points:,} rules, steps, exceptions and table rows decided something"
    yield f"rule coverage {percent(whole.ratio)}: {counted}"


def _table(rows: Sequence[tuple[str, Figure]]) -> Iterator[str]:
    wide = max(len(label) for label, _ in rows)
    counts = [f"{figure.covered:,} of {figure.points:,}" for _, figure in rows]
    widest = max(map(len, counts))
    for (label, figure), count in zip(rows, counts, strict=True):
        yield f"  {label:<{wide}}  {percent(figure.ratio):>6}  {count:>{widest}}"
