"""Where statements begin, found without a parser: what recovery stands on."""

from __future__ import annotations

import re
from collections.abc import Iterator

from vault_rules.domain.spelling import did_you_mean
from vault_rules.source.alike import Alike, node

STATEMENT_WORDS = (
    "policy use mineral trader buyer group let field table tier advisory require forbid route waterfall cap target "
    "exception store book test always"
).split()

_TOKEN = re.compile(
    r'"[^"\\\n]*(?:\\[^\n][^"\\\n]*)*"|"[^\n]*|#[^\n]*|[{}]|\n[ \t]*|(?P<word>[A-Za-z_]\w*)'
    r'|\|[^"#\n]*(?:"[^"\\\n]*(?:\\[^\n][^"\\\n]*)*"[^"#\n]*)*\||\S'
)
_FOLLOWING = re.compile(r'[ \t]*(?:(?P<text>")|(?P<word>[A-Za-z_]\w*)|(?P<mark>[=!<>+\-*/&.,)\[\](]))')
# after these words a value goes on, so that what stands before them is a value and no statement
OPERATOR_WORDS = frozenset("and or not in is of then else by descending per where when".split())
# a line that begins with one of these goes on with the statement above
CLAUSE_STARTS = OPERATOR_WORDS | frozenset(
    "if for from before through until because cites to take premium share over place only otherwise as set expect "
    "currency version fiscal_year serve least_award compare show waive".split()
)
_NAMED = re.compile(r"[ \t]+[A-Za-z_]\w*[ \t]*:")
# one of these may be a clause of an exception: inside braces only with a name does it begin a statement
_CLAUSE_WORDS = frozenset(("require", "forbid"))


@node
class Chunk(Alike):
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
    known = True
    base = 0
    line_indent: int | None = len(text) - len(text.lstrip(" \t"))
    for found in _TOKEN.finditer(text):
        piece = found[0]
        if piece[0] == "\n":
            line_indent = len(piece) - 1
            continue
        if piece == "{":
            depth += 1
        elif piece == "}":
            depth = max(0, depth - 1)
        elif line_indent is not None and _begins(found["word"], text, found.end(), depth, line_indent - base, known):
            starts.append(found.start())
            known = found["word"] in STATEMENT_WORDS
            base = line_indent
            depth = 0
        if piece[0] != "#":
            line_indent = None
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        piece = text[start:end]
        if piece.strip():
            yield Chunk(piece, start, defined_names(piece))


def _begins(word: str | None, text: str, end: int, depth: int, indent: int, after_known: bool) -> bool:
    """Whether a word at the start of a line begins a statement, though the lines around it may be broken."""
    if word is None or (depth > 0 and (indent > 0 or (word in _CLAUSE_WORDS and not _NAMED.match(text, end)))):
        return False
    following = _FOLLOWING.match(text, end)
    next_word, is_text = (following["word"], following["text"] is not None) if following else (None, False)
    goes_on = next_word in OPERATOR_WORDS or (following is not None and following["mark"] is not None)
    if word in STATEMENT_WORDS:
        named = is_text if word in ("use", "test", "always") else next_word is not None
        return not goes_on and (named or (indent <= 0 and depth == 0))
    if indent > 0 or depth > 0 or goes_on or word in CLAUSE_STARTS or not (is_text or next_word):
        return False
    # two names in a row: a misspelt statement, or words that belong to none
    return after_known or did_you_mean(word.lower(), STATEMENT_WORDS) is not None


def defined_names(text: str) -> tuple[str, ...]:
    """The names that a statement was about to define, should it turn out that it cannot be read.

    Its own, and the first words of its lines: where a word is misspelt or missing, more than one statement may be lost.
    `use` where one of them brings a file, `NAMELESS` where one has no name.
    """
    names: dict[str, None] = {}
    for line in text.splitlines():
        words = _WORDS.findall(line.strip().removeprefix("advisory "))[:4]
        if line.lstrip().startswith('"') or (words[:1] == ["use"] and words[1:2] != ["book"]):
            names[BROKEN_USE] = None
        if words and not line[0].isspace() and words[0] in STATEMENT_WORDS and not _is_name(words[1:2]):
            names[NAMELESS] = None
        names.update((one, None) for one in words if _is_name([one]))
    return tuple(names)


def _is_name(words: list[str]) -> bool:
    return any(one[0].isalpha() and one not in _NEVER_NAMES for one in words)


BROKEN_USE, NAMELESS = "use", "="
"""What stands in the place of a name where a broken statement may have brought any, or may have had any."""
_WORDS = re.compile(r"[A-Za-z]\w*|[^\s\w]")
_NEVER_NAMES = frozenset((*STATEMENT_WORDS, "when", "otherwise"))
