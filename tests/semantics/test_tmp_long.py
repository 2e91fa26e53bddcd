"""Whatever an author leaves out, doubles or swaps: the checker answers in words, and never breaks."""

from __future__ import annotations

import re
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vault_rules.semantics.check import check
from vault_rules.semantics.load import load
from vault_rules.source.codes import CODES
from vault_rules.source.render_text import render_text
from vault_rules.source.text import Source

GOLDEN = Path(__file__).parents[1] / "golden"
TEXTS = [
    path.read_text(encoding="utf-8")
    for path in (GOLDEN / "tour.vault", *sorted(GOLDEN.glob("*/good/*.vault")))
    if "use " not in path.read_text(encoding="utf-8")
]
PIECES = re.compile(r'"[^"\n]*"|\w+|[^\w\s]|\n')
WORDS = sorted({piece for text in TEXTS for piece in PIECES.findall(text)})
FOREIGN = re.compile(r"\$END|Unexpected|\bNone\b|Traceback|\b_[A-Z]+\b|_clause|<class|frozenset", re.ASCII)
many = settings(max_examples=6000, derandomize=False, suppress_health_check=list(HealthCheck))


@st.composite
def mistakes(draw: st.DrawFn) -> str:
    """A right policy with a few pieces left out, doubled, swapped or replaced."""
    text = draw(st.sampled_from([one for one in TEXTS if one.strip()]))
    spans = [found.span() for found in PIECES.finditer(text)]
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(spans) - 1))
        start, end = spans[at]
        piece = draw(st.sampled_from(["", text[start:end] * 2, draw(st.sampled_from(WORDS))]))
        text = text[:start] + piece + text[end:]
        spans = [found.span() for found in PIECES.finditer(text)]
        if not spans:
            break
    return text


@many
@given(mistakes())
def test_any_mistake_is_answered_in_words(text: str) -> None:
    source = Source("p.vault", text)
    loaded, found = load(source, lambda beside, path: None)
    policy, more = check(loaded)
    everything = (*found, *more)
    for one in everything:
        assert one.code in CODES
        assert one.severity == CODES[one.code].severity
        assert one.help
        assert 0 <= one.span.start <= one.span.end <= len(text)
    said = re.sub(r"`[^`]*`|^ *\d* \|.*$", "", render_text(everything), flags=re.MULTILINE)
    assert not FOREIGN.search(said), said
    assert (policy is None) <= any(one.is_error for one in everything)
