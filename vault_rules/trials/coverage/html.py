"""Coverage as one page of HTML that needs nothing else: each file with marks, and what is missing under its line.

Marks are told by sign and word, never by colour alone. The page follows the reader's choice of dark or light.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from itertools import pairwise

import attrs

from vault_rules.source.place import bounds
from vault_rules.source.text import Source
from vault_rules.trials.coverage.gaps import Gap, gaps
from vault_rules.trials.coverage.html_style import STYLE
from vault_rules.trials.coverage.measuring import Coverage, Figure
from vault_rules.trials.coverage.points import KINDS
from vault_rules.trials.coverage.text import LABELS, percent

_SIGNS = {"all": ("+", "covered"), "some": ("~", "in part"), "none": ("!", "not covered"), "": ("", "")}


def render(coverages: Sequence[Coverage], by: Sequence[str]) -> str:
    """The page for some policies; `by` says what each was measured by: `4 tests`."""
    names = ", ".join(one.policy.name for one in coverages)
    body = "".join("".join(_policy(one, words)) for one, words in zip(coverages, by, strict=True))
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>Coverage of {escape(names)}</title>\n<style>\n{STYLE}</style>\n</head>\n"
        f"<body>\n<main>\n{body}</main>\n</body>\n</html>\n"
    )


def _policy(coverage: Coverage, by: str) -> Iterator[str]:
    name, whole = coverage.policy.name, coverage.figure()
    yield f"<h1>Coverage of {escape(name)} by {escape(by)}</h1>\n"
    yield f"<p>Rule coverage <strong>{percent(whole.ratio)}</strong>: {whole.covered:,} of {whole.points:,} rules, "
    yield "steps, exceptions and table rows decided something.</p>\n"
    rows = [(escape(LABELS[kind]), coverage.figure(kind)) for kind in KINDS]
    yield from _figures("What is covered", "Kind", [row for row in rows if row[1].points])
    if len(coverage.files) > 1:
        links = [(_link(name, file), coverage.figure(file=file)) for file in coverage.files]
        yield from _figures("Rule coverage by file", "File", links)
    found = gaps(coverage)
    for file in coverage.files:
        source = next(one.span.source for one in coverage.points if one.file == file)
        yield f'<section aria-labelledby="{_anchor(name, file)}">\n'
        yield f'<h2 id="{_anchor(name, file)}">{escape(file)}</h2>\n'
        yield from _source(source, coverage, [one for one in found if one.file == file])
        yield "</section>\n"


def _anchor(name: str, file: str) -> str:
    return escape(f"{name}-{file}".replace(" ", "-"))


def _link(name: str, file: str) -> str:
    return f'<a href="#{_anchor(name, file)}">{escape(file)}</a>'


def _figures(caption: str, what: str, rows: Iterable[tuple[str, Figure]]) -> Iterator[str]:
    yield f'<table class="figures">\n<caption>{caption}</caption>\n'
    yield f'<thead><tr><th scope="col">{what}</th><th scope="col">Covered</th><th scope="col">Of</th>'
    yield '<th scope="col">Part</th></tr></thead>\n<tbody>\n'
    for label, figure in rows:
        yield f'<tr><th scope="row">{label}</th><td>{figure.covered:,}</td><td>{figure.points:,}</td>'
        yield f"<td>{percent(figure.ratio)}</td></tr>\n"
    yield "</tbody>\n</table>\n"


# ---- the source --------------------------------------------------------------------------------------------------


@attrs.frozen
class _Mark:
    """Characters of the source between two offsets, and what is missing there."""

    start: int
    end: int
    gap: Gap


def _source(source: Source, coverage: Coverage, found: Sequence[Gap]) -> Iterator[str]:
    standing = _standing(source, coverage)
    marks = [_Mark(*bounds(one.span), one) for one in found]
    yield '<table class="source">\n<thead class="unseen"><tr><th scope="col">Line</th><th scope="col">Covered</th>'
    yield '<th scope="col">Policy</th></tr></thead>\n<tbody>\n'
    for number in range(1, source.text.count("\n") + 1 + (not source.text.endswith("\n"))):
        start, end = source.line_range(number)
        state = standing.get(number, "")
        sign, word = _SIGNS[state]
        said = [one.gap.message for one in marks if source.line_column(one.start)[0] == number]
        code = _marked(source.text, start, end, marks)
        notes = "".join(f"<li>{escape(message)}</li>" for message in said)
        seen = f'<span aria-hidden="true">{sign}</span><span class="unseen">{word}</span>' if sign else ""
        yield f'<tr class="{state}"><th scope="row">{number}</th><td class="sign">{seen}</td><td><code>{code}</code>'
        yield (f"<ul>{notes}</ul>" if notes else "") + "</td></tr>\n"
    yield "</tbody>\n</table>\n"


def _standing(source: Source, coverage: Coverage) -> dict[int, str]:
    """For each line on which something can be covered: whether all, some or none of it is."""
    lines: dict[int, list[bool]] = {}
    for one in coverage.points:
        if one.span.source is source:
            lines.setdefault(one.span.line, []).append(coverage.is_covered(one))
    return {line: "all" if all(done) else "some" if any(done) else "none" for line, done in lines.items()}


def _marked(text: str, start: int, end: int, marks: Sequence[_Mark]) -> str:
    """A line's text, cut where marks begin and end; each piece is marked by the innermost that holds it."""
    near = [one for one in marks if one.start < end and one.end > start]
    cuts = sorted({start, end, *(max(one.start, start) for one in near), *(min(one.end, end) for one in near)})
    pieces = []
    for left, right in pairwise(cuts):
        inside = [one for one in near if one.start <= left and right <= one.end]
        piece = escape(text[left:right])
        if inside:
            gap = min(inside, key=lambda one: one.end - one.start).gap
            strong = ' class="strong"' if gap.is_headline else ""
            piece = f'<mark{strong} title="{escape(gap.message)}">{piece}</mark>'
        pieces.append(piece)
    return "".join(pieces)
