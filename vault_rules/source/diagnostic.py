"""A diagnostic is data: what is wrong, where, and what would help. Renderers live beside it."""

from __future__ import annotations

from collections.abc import Iterable

import attrs

from vault_rules.source.text import Span

ERROR = "error"
WARNING = "warning"


@attrs.frozen
class Label:
    """A second place, and what stands there."""

    span: Span
    message: str


@attrs.frozen
class Diagnostic:
    """One mistake, in the author's words.

    `label` is said under the primary `span`; `labels` are the other places; `help` says what to write instead.
    """

    code: str
    severity: str
    message: str
    span: Span
    label: str = ""
    labels: tuple[Label, ...] = ()
    help: str | None = None

    @property
    def is_error(self) -> bool:
        return self.severity == ERROR

    def __str__(self) -> str:
        return (
            f"{self.span.source.name}:{self.span.line}:{self.span.column}: {self.severity}[{self.code}]: {self.message}"
        )


def has_errors(diagnostics: Iterable[Diagnostic]) -> bool:
    """Whether any of them stops the policy (a warning does not)."""
    return any(one.is_error for one in diagnostics)


def in_file_order(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Sorted by file, place and code, each once: the order in which every renderer prints them."""
    unique = {(d.span.source.name, d.span.start, d.span.end, d.code, d.message): d for d in diagnostics}
    return tuple(unique[key] for key in sorted(unique))
