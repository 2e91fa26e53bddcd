"""What Hypothesis finds by its entry point: a strategy for each type of a caller's, and how failing examples look.

Hypothesis calls `register` whenever it is imported, also where nothing of ours is tested: the strategies themselves
are imported when one is asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy
    from hypothesis.vendor.pretty import RepresentationPrinter

_SHOWN = {
    ("vault_rules.api", "Policy"): "show_policy",
    ("vault_rules.domain.book", "Book"): "show_book",
    ("vault_rules.trials.draft", "Draft"): "show_draft",
}


def register() -> None:
    """Teach `st.from_type` our types, and Hypothesis to show them as an author writes them."""
    from hypothesis import strategies as st
    from hypothesis.vendor import pretty

    from vault_rules.api import Plan, Policy
    from vault_rules.domain.book import Book
    from vault_rules.domain.rows import Offer, Request
    from vault_rules.trials.draft import Draft

    named = {Policy: "policies", Book: "books", Plan: "plans", Draft: "drafts", Offer: "offers", Request: "requests"}
    for kind, name in named.items():
        st.register_type_strategy(kind, _strategy(name))
    # not of what Hypothesis documents: where it is gone, examples are shown plainly, and nobody's tests break
    shown_as = getattr(pretty, "for_type_by_name", lambda *_: None)
    for (module, kind_name), function in _SHOWN.items():
        shown_as(module, kind_name, _shown(function))


def _strategy(name: str) -> Callable[[type], SearchStrategy[Any]]:
    def found(_type: type) -> SearchStrategy[Any]:
        strategy: SearchStrategy[Any] = getattr(import_module("vault_rules.testing.strategies"), name)()
        return strategy

    return found


def _shown(name: str) -> Callable[[Any, RepresentationPrinter, bool], None]:
    def show(value: Any, printer: RepresentationPrinter, cycle: bool) -> None:
        getattr(import_module("vault_rules.testing.texts"), name)(value, printer, cycle)

    return show
