"""What came of tests: each expectation that was not met, beside what is the case, and why."""

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
class FileResult:
    """The tests of one file that were chosen; `diagnostics` are what its check says."""

    file: str
    diagnostics: tuple[Diagnostic, ...] = ()
    tests: tuple[TestResult, ...] = ()
    left_out: int = 0
    """Tests of the file that were not chosen."""

    @property
    def passed(self) -> bool:
        return not has_errors(self.diagnostics) and all(one.passed for one in self.tests)


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
    def left_out(self) -> int:
        return sum(one.left_out for one in self.files)
