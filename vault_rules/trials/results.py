"""What came of tests and laws: what is not as they say, beside what is the case, and why."""

from __future__ import annotations

from typing import ClassVar

import attrs

from vault_rules.domain.trace import Trace
from vault_rules.source.diagnostic import Diagnostic, has_errors
from vault_rules.source.text import Span


@attrs.frozen
class Failure:
    """One thing that a test says and that is not so.

    `expected` and `actual` are lines in the words of expectations. `why` explains the offers that it is about, by the
    clauses that decided. `engine` names the one engine on which it fails; None: on both.
    """

    message: str
    expected: tuple[str, ...]
    actual: tuple[str, ...]
    why: tuple[Trace, ...]
    span: Span
    engine: str | None = None


@attrs.frozen
class TestResult:
    """One test, run on both engines. `span` is its heading, `seconds` how long it took."""

    __test__: ClassVar[bool] = False  # not one of pytest's own

    title: str
    span: Span
    failures: tuple[Failure, ...] = ()
    seconds: float = 0.0

    @property
    def passed(self) -> bool:
        return not self.failures


@attrs.frozen
class Broken:
    """A book that breaks a law. `number` is which of the books made for the policy it was, from 1; 0: an earlier one.

    `test` is the book made small, as a test that can be pasted; `said` what breaks the law there, each at its place.
    """

    number: int
    said: tuple[tuple[Span, str], ...]
    test: str
    kept: str | None = None
    """The file that it was added to, if it was."""


@attrs.frozen
class LawResult:
    """One law, tried on so many books. `span` is its heading."""

    title: str
    span: Span
    examples: int
    seed: int
    broken: Broken | None = None
    untried: str | None = None
    """Why no book could be made for it."""

    @property
    def passed(self) -> bool:
        return self.broken is None and self.untried is None


@attrs.frozen
class FileResult:
    """The tests and laws of one file that were chosen; `diagnostics` are what its check says."""

    file: str
    diagnostics: tuple[Diagnostic, ...] = ()
    tests: tuple[TestResult, ...] = ()
    laws: tuple[LawResult, ...] = ()
    left_out: int = 0
    """Tests and laws of the file that were not chosen."""
    hunted: float = 0.0
    """How many seconds all its laws took: each book is made and evaluated once for all of them."""

    @property
    def outcomes(self) -> tuple[TestResult | LawResult, ...]:
        """What came of its tests, then of its laws."""
        return (*self.tests, *self.laws)

    @property
    def passed(self) -> bool:
        return not has_errors(self.diagnostics) and all(one.passed for one in self.outcomes)


@attrs.frozen
class Ran:
    """All files that were asked for, in order; `seconds` by the clock on the wall."""

    files: tuple[FileResult, ...] = ()
    seconds: float = 0.0

    @property
    def passed(self) -> bool:
        return all(one.passed for one in self.files)

    @property
    def tests(self) -> tuple[TestResult, ...]:
        return tuple(test for file in self.files for test in file.tests)

    @property
    def laws(self) -> tuple[LawResult, ...]:
        return tuple(law for file in self.files for law in file.laws)

    @property
    def failed(self) -> int:
        """How many tests and laws did not pass."""
        return sum(not one.passed for file in self.files for one in file.outcomes)

    @property
    def left_out(self) -> int:
        return sum(one.left_out for one in self.files)
