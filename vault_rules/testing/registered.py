"""What Hypothesis finds by its entry point: a strategy for each type of a caller's, and how failing examples look.

Hypothesis calls `register` whenever it is imported, also where nothing of ours is tested: the strategies themselves
are imported when one is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy
    from hypothesis.vendor.pretty import RepresentationPrinter


def register() -> None:
    """Teach `st.from_type` our types, and Hypothesis to show them as an author writes them."""
    from hypothesis import strategies as st
    from hypothesis.vendor import pretty

    from vault_rules.api import Policy

    st.register_type_strategy(Policy, _policies)
    # not of what Hypothesis documents: where it is gone, examples are shown plainly, and nobody's tests break
    shown_as = getattr(pretty, "for_type_by_name", lambda *_: None)
    shown_as("vault_rules.api", "Policy", _policy)


def _policies(_type: type) -> SearchStrategy[Any]:
    from vault_rules.testing.strategies import policies

    return policies()


def _policy(policy: Any, printer: RepresentationPrinter, cycle: bool) -> None:
    """The text from which `policy_of` makes it again."""
    (text, *others) = policy.files.values()
    if others:
        printer.text(repr(policy))
    else:
        printer.text(f'policy_of("""\\\n{text}""")')
