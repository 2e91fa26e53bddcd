"""Results as a person reads them: every test with its time, every law with its books; then what failed, and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest

from vault_rules.domain.trace import Trace, TraceEntry
from vault_rules.report.layout import breadth, clean, fit, wrapped
from vault_rules.report.traces import entry_lines
from vault_rules.source.render_text import render_text
from vault_rules.source.text import Span
from vault_rules.trials.results import Failure, FileResult, LawResult, Ran, TestResult

WIDTH = 100
_GREEN, _RED, _BOLD, _DIM, _PLAIN = "\x1b[32m", "\x1b[1;31m", "\x1b[1m", "\x1b[2m", "\x1b[0m"


def told(ran: Ran, colour: bool = False, width: int = WIDTH) -> str:
    """All files, then the tests that failed, then how many of each there were."""
    pen = Pen(colour, width)
    lines: list[str] = []
    for file in ran.files:
        lines += [*_file(file, pen), ""]
    for file in ran.files:
        for test in file.tests:
            if not test.passed:
                lines += [*failed(test, pen), ""]
        for law in file.laws:
            if not law.passed:
                lines += [*broken(law, pen), ""]
    return "\n".join([*lines, summary(ran, pen)]) + "\n"


class Pen:
    """Colour where it is wanted, and the width of a line."""

    def __init__(self, colour: bool, width: int) -> None:
        self.colour, self.width = colour, width

    def ink(self, text: str, code: str) -> str:
        return f"{code}{text}{_PLAIN}" if self.colour and text else text


def _file(file: FileResult, pen: Pen) -> Iterator[str]:
    yield pen.ink(clean(file.file), _BOLD)
    errors = [one for one in file.diagnostics if one.is_error]
    if errors:
        yield from render_text(errors, pen.colour).splitlines()
    elif not file.tests and not file.laws:
        yield "  no tests and no laws" if not file.left_out else "  nothing of this file is chosen"
    for test in file.tests:
        yield _row(test.passed, seconds(test.seconds), test.title, pen)
    for law in file.laws:
        yield _row(law.passed, _books(law), law.title, pen)


def _row(passed: bool, measure: str, title: str, pen: Pen) -> str:
    verdict = pen.ink("ok    ", _GREEN) if passed else pen.ink("FAILED", _RED)
    return f"  {verdict} {pen.ink(f'{measure:>11}', _DIM)}  {fit(clean(title), pen.width - 22)}"


def _books(law: LawResult) -> str:
    return "1 book" if law.examples == 1 else f"{law.examples:,} books"


def seconds(time: float) -> str:
    """How long something took."""
    return f"{time:.2f} s" if time < 100 else f"{time:,.0f} s"


def failed(test: TestResult, pen: Pen) -> Iterator[str]:
    """One test that failed, with each thing that is not as it says."""
    title = clean(f'test "{test.title}"')
    yield f"{pen.ink('FAILED', _RED)} {pen.ink(fit(title, pen.width - 7), _BOLD)}"
    explained: set[Trace] = set()
    for failure in test.failures:
        yield from _failure(failure, explained, pen)


def broken(law: LawResult, pen: Pen) -> Iterator[str]:
    """One law that does not hold: of what, and the book that shows it."""
    title = clean(f'always "{law.title}"')
    yield f"{pen.ink('FAILED', _RED)} {pen.ink(fit(title, pen.width - 7), _BOLD)}"
    yield ""
    if law.broken is None:
        why = f"{place(law.span)}: it could not be tried: {clean(law.untried or '')}"
        yield from _indented(wrapped(why, pen.width - 2), 2)
        return
    for span, said in law.broken.said:
        yield from _indented(wrapped(f"{place(span)}: {clean(said)}", pen.width - 2), 2)
    yield ""
    number = f"book {law.broken.number:,} of --seed {law.seed}" if law.broken.number else "a book kept from before"
    kept = "" if law.broken.kept is None else f", kept in {clean(law.broken.kept)}"
    yield from _indented(wrapped(f"Shown by {number}{kept}; made small, as a test to paste:", pen.width - 2), 2)
    yield ""
    yield from (pen.ink(clean(line), _GREEN) for line in law.broken.test.splitlines())


def place(span: Span) -> str:
    """Where something stands, as editors and terminals know it."""
    return clean(f"{span.source.name}:{span.line}:{span.column}")


def _failure(failure: Failure, explained: set[Trace], pen: Pen) -> Iterator[str]:
    """An explanation stands once in a test, however many things it explains."""
    only = "" if failure.engine is None else f", on the {failure.engine} engine only"
    yield ""
    yield from _indented(wrapped(f"{place(failure.span)}: {clean(failure.message)}{only}", pen.width - 2), 2)
    if failure.expected or failure.actual:
        yield from _indented(_side_by_side(failure.expected, failure.actual, pen), 4)
    for trace in failure.why:
        if trace not in explained:
            yield ""
            yield from _indented(_why(trace, pen), 4)
    above = [clean(trace.offer) for trace in failure.why if trace in explained]
    if above:
        yield from ("", *_indented([f"{pen.ink('why', _DIM)}  see above, of {' and '.join(above)}"], 4))
    explained.update(failure.why)


def _indented(lines: Iterable[str], by: int) -> Iterator[str]:
    return (f"{' ' * by}{line}" if line else "" for line in lines)


def _side_by_side(expected: Sequence[str], actual: Sequence[str], pen: Pen) -> Iterator[str]:
    """Two columns where both fit, else one below the other."""
    left, right = [*map(clean, expected)] or ["-"], [*map(clean, actual)] or ["-"]
    wide = max(map(breadth, (*left, "expected"))) + 3
    if wide + max(map(breadth, (*right, "actual"))) <= pen.width - 4:
        yield f"{pen.ink('expected', _DIM)}{' ' * (wide - 8)}{pen.ink('actual', _DIM)}"
        for one, other in zip_longest(left, right, fillvalue=""):
            gap = " " * (wide - breadth(one)) if other else ""
            yield f"{pen.ink(one, _GREEN)}{gap}{pen.ink(other, _RED)}"
        return
    for title, texts, code in (("expected", left, _GREEN), ("actual", right, _RED)):
        yield pen.ink(title, _DIM)
        for text in texts:
            yield from (f"  {pen.ink(line, code)}" for line in wrapped(text, pen.width - 6))


def _why(trace: Trace, pen: Pen) -> Iterator[str]:
    """What came of an offer, and the clauses that decided it."""
    first, *more = wrapped(clean(trace.outcome), pen.width - 9)
    yield f"{pen.ink('why', _DIM)}  {first}"
    yield from (f"     {line}" for line in more)
    for entry in trace.entries:
        if _decides(entry):
            yield from (f"     {line}" for line in entry_lines(entry, pen.colour, pen.width - 9))


def _decides(entry: TraceEntry) -> bool:
    """A clause that stood against nothing, or a tier that another one followed, explains nothing."""
    return entry.verdict != "holds" and not (entry.stage == "tier" and entry.verdict == "fails")


def summary(ran: Ran, pen: Pen) -> str:
    """`1 failed, 3 passed in 0.41 s`."""
    bad = ran.failed
    wrong = sum(any(one.is_error for one in file.diagnostics) for file in ran.files)
    counts = [
        (wrong, "file with errors" if wrong == 1 else "files with errors", _RED),
        (bad, "failed", _RED),
        (len(ran.tests) + len(ran.laws) - bad, "passed", _GREEN),
        (ran.left_out, "not chosen", _DIM),
    ]
    said = [pen.ink(f"{number:,} {what}", code) for number, what, code in counts if number or what == "passed"]
    return f"{', '.join(said)} in {seconds(ran.seconds)}"
