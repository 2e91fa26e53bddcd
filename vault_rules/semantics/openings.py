"""What a law may compare two evaluations by: the words after `when`."""

from __future__ import annotations

from collections.abc import Mapping

from vault_rules.domain.spelling import did_you_mean
from vault_rules.language import ast
from vault_rules.semantics import typed
from vault_rules.semantics.elaboration import Elaboration
from vault_rules.source.diagnostic import Label

OPENINGS: Mapping[str, str] = {
    "a cap is raised": "cap_raised",
    "an offer is added": "offer_added",
    "an offer is withdrawn": "offer_withdrawn",
    "a request is added": "request_added",
    "price rises": "price_rises",
    "price falls": "price_falls",
}
"""Each change by its words. `cap NAME is raised` is the first, for one cap."""


def read_opening(opening: ast.Opening, of: Elaboration) -> typed.Change | None:
    """The change that a law compares by; None (after an error) where there is no such change."""
    words = [one.name for one in opening.words]
    phrase = " ".join(words)
    kind = OPENINGS.get(phrase)
    if kind == "cap_raised":
        return typed.Change(kind, None, opening.span) if _has_caps(opening, of) else None
    if kind is not None:
        return typed.Change(kind, None, opening.span)
    if words[0] == "cap" and words[2:] == ["is", "raised"]:
        return _named(opening, of)
    near = did_you_mean(phrase, OPENINGS)
    known = ", ".join(f"`when {one}`" for one in OPENINGS)
    help = f"did you mean `when {near}`?" if near else f"a law compares {known}, `when cap NAME is raised`"
    of.report("V0319", f"no law compares `when {phrase}`", opening.span, help=help)
    return None


def _caps(of: Elaboration) -> dict[str, ast.Cap]:
    return {name: one for name, one in of.names.rules.items() if isinstance(one, ast.Cap)}


def _binds(cap: ast.Cap) -> bool:
    return cap.kind == "cap" and not cap.advisory


def _has_caps(opening: ast.Opening, of: Elaboration) -> bool:
    if any(map(_binds, _caps(of).values())) or of.names.incomplete or of.names.broken:
        return True
    help = "only a `cap` can be raised: the limits of steps, of targets and of advisory caps are none"
    of.report("V0319", "this policy has no cap that could be raised", opening.span, help=help)
    return False


def _named(opening: ast.Opening, of: Elaboration) -> typed.Change | None:
    word = opening.words[1]
    cap = _caps(of).get(word.name)
    if cap is None:
        near = did_you_mean(word.name, sorted(name for name, one in _caps(of).items() if _binds(one)))
        if not of.names.is_lost(word.name, near):
            help = f"did you mean `{near}`?" if near else "name a `cap` of this policy, or say `when a cap is raised`"
            of.report("V0319", f"there is no cap `{word.name}`", word.span, help=help)
        return None
    if not _binds(cap):
        what = "a target" if cap.kind == "target" else "an advisory cap"
        assert cap.name is not None
        labels = (Label(cap.name.span, "it decides nothing"),)
        message = f"`{word.name}` is {what}: raising it changes no award"
        of.report("V0319", message, word.span, labels=labels, help="name a `cap` that is not advisory")
        return None
    return typed.Change("cap_raised", word.name, opening.span)
