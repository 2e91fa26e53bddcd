"""Where statements begin, found without a parser: what recovery stands on."""

from __future__ import annotations

import re
from collections.abc import Iterator

import attrs

STATEMENT_WORDS = (
    "policy use mineral trader buyer group let field table tier advisory require forbid route waterfall cap target "
    "exception store test always"
).split()

_TOKEN = re.compile(r'"(?:[^"\\\n]|\\[^\n])*"|#[^\n]*|[{}]|\n[ \t]*|(?P<word>[A-Za-z_]\w*)|\|[^\n]*')
_DEFINES = re.compile(
    r"\s*(?:advisory\s+)?(?:mineral|trader|buyer|group|let|field|table|tier|require|forbid|route|waterfall|cap|target|exception|store)"
    r"\s+([A-Za-z_]\w*)"
)
# a statement that opens with one of these words may stand where a clause could, so only at depth 0 does it begin one
_CLAUSE_WORDS = frozenset(("require", "forbid"))


@attrs.frozen
class Chunk:
    """One statement's text, where it starts, and the names it was about to define."""

    text: str
    start: int
    defines: tuple[str, ...]


def split_statements(text: str) -> Iterator[Chunk]:
    """Cut a text before each word that begins a statement at the start of a line.

    Inside braces only a word in the first column counts: there an author forgot to close them.
    """
    starts = [0]
    depth = 0
    line_indent: int | None = 0
    for found in _TOKEN.finditer(text):
        piece = found[0]
        if piece[0] == "\n":
            line_indent = len(piece) - 1
            continue
        if piece == "{":
            depth += 1
        elif piece == "}":
            depth = max(0, depth - 1)
        elif line_indent is not None and _begins(found["word"], depth, line_indent):
            starts.append(found.start())
            depth = 0
        if piece[0] != "#":
            line_indent = None
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        piece = text[start:end]
        if piece.strip():
            found_name = _DEFINES.match(piece)
            yield Chunk(piece, start, (found_name[1],) if found_name else ())


def _begins(word: str | None, depth: int, indent: int) -> bool:
    if word not in STATEMENT_WORDS:
        return False
    return depth == 0 or (indent == 0 and word not in _CLAUSE_WORDS)
