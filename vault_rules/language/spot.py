"""One place where reading stopped: what stands there, what stood before, and what could have stood there."""

from __future__ import annotations

import re
from functools import cached_property

from vault_rules.language.driver import SyntaxMistake
from vault_rules.language.statements import STATEMENT_WORDS, Chunk
from vault_rules.source.diagnostic import ERROR, Diagnostic, Label
from vault_rules.source.text import Source, Span

NEAR = 200
"""How far around a mistake its cause is looked for: on lines of megabytes a search may not start over at each place."""

MODIFIER_WORDS = tuple("for from before through because cites where when premium share by per of".split())
ALL_WORDS = frozenset(
    (
        *STATEMENT_WORDS,
        *MODIFIER_WORDS,
        *"and or not in is then else over depth within take place descending to as if none allow reject".split(),
    )
)
WORD = re.compile(r"[A-Za-z_]\w*")
_FOUND = re.compile(r'"[^"\n]*"?|[A-Za-z_]\w*|\d[\w.,]*|[<>=!&|]+|.', re.DOTALL)
_CODE = re.compile(r'"[^"\\\n]*(?:\\[^\n][^"\\\n]*)*"|#[^\n]*|\S')
_COMMENT = re.compile(r"#[^\n]*")
_LAST = re.compile(r"([A-Za-z_]\w*|\d[\w.]*%?|[^\s\w])\s*\Z")


class Spot:
    """A syntax error, ready to be recognised. `expected` holds the parser's names: they are never shown."""

    def __init__(self, error: SyntaxMistake, source: Source, chunk: Chunk) -> None:
        self.source, self.chunk = source, chunk
        text = chunk.text
        self.at = error.at
        self.rest = text[error.at :]
        self.at_end = not _COMMENT.sub("", self.rest).strip()
        if self.at_end:
            self.at = _end_of_code(text)
        self.before = text[: self.at]
        found = _FOUND.match(self.rest)
        self.word = "" if self.at_end or found is None else found[0]
        self.expected = error.expected

    @cached_property
    def near_before(self) -> str:
        """What stood just before, without comments."""
        return _COMMENT.sub("", self.before[-NEAR:])

    @cached_property
    def previous(self) -> str:
        """The word or mark just before."""
        found = _LAST.search(self.near_before)
        return found[1] if found else ""

    @cached_property
    def head(self) -> str:
        """The word that the statement begins with; after `advisory` the next."""
        words = _COMMENT.sub("", self.chunk.text[: 4 * NEAR]).split(None, 2)
        found = words[1] if words[:1] == ["advisory"] and len(words) > 1 else words[0] if words else ""
        match = WORD.match(found)
        return match[0] if match else ""

    @property
    def is_word(self) -> bool:
        return WORD.fullmatch(self.word) is not None

    @cached_property
    def line_after(self) -> str:
        """The rest of the line, from the place on."""
        return self.rest[:NEAR].partition("\n")[0]

    def span(self, start: int | None = None, end: int | None = None) -> Span:
        at = self.at if start is None else start
        until = at + max(len(self.word), 1) if end is None else end
        base = self.chunk.start
        return Span(self.source, base + at, min(base + until, len(self.source.text)))

    def span_of_previous(self) -> Span:
        """Where the word or mark just before stands."""
        end = len(self.before.rstrip())
        return self.span(end - len(self.previous), end)

    def error(
        self,
        code: str,
        message: str,
        *,
        help: str,
        span: Span | None = None,
        label: str = "",
        labels: tuple[Label, ...] = (),
    ) -> Diagnostic:
        return Diagnostic(code, ERROR, message, span or self.span(), label, labels, help)


def _end_of_code(text: str) -> int:
    """Where the last thing that is neither space nor comment ends."""
    end = 0
    for found in _CODE.finditer(text):
        if not found[0].startswith("#"):
            end = found.end()
    return end
