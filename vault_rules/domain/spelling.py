"""What a misspelt word probably meant."""

from __future__ import annotations

from collections.abc import Iterable

_CUTOFF = 0.7
_LONGEST = 80  # nobody misspells a word of more letters, and the comparison takes time squared


def did_you_mean(word: str, candidates: Iterable[str]) -> str | None:
    """The candidate most like the word, or None. Case, blanks and hyphens do not count; ties go by code point."""
    if not word or len(word) > _LONGEST:
        return None
    from difflib import get_close_matches  # not before there is a mistake

    known = sorted(set(candidates))
    folded: dict[str, str] = {}
    for one in known:
        folded.setdefault(_fold(one), one)
    near = get_close_matches(_fold(word), folded, n=1, cutoff=_CUTOFF)
    return folded[near[0]] if near else None


def _fold(word: str) -> str:
    return word.casefold().replace("-", "_").replace(" ", "_")
