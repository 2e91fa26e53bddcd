"""Strategies for policies."""

from __future__ import annotations

from functools import cache

from hypothesis import reject
from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

from vault_rules.api import Policy, format_text
from vault_rules.testing.strategies.features import Features
from vault_rules.testing.strategies.names import Names
from vault_rules.testing.strategies.writer import Writer
from vault_rules.testing.texts import NAME, check_text
from vault_rules.trials.books.strategy import Drawn


def policy_texts(names: Names | None = None, features: Features | None = None) -> st.SearchStrategy[str]:
    """The texts of policies, in the layout of `fmt`.

    Well-typed by construction: no name is unknown, no value has the wrong kind, nothing that may be undefined is left
    without `else`, no two exceptions clash. Warnings are as likely as in policies of people. Where an example fails
    it becomes smaller statement by statement, down to a header, what is declared, and one step.

    `names` are the minerals, countries, traders and buyers, `features` what a policy may have. Raises
    `InvalidArgument` for names that no policy can have.
    """
    return _texts(_valid(names or Names()), features or Features())


def policies(names: Names | None = None, features: Features | None = None) -> st.SearchStrategy[Policy]:
    """The same as policies that are checked and can be evaluated; a failing test shows their text."""
    return _policies(_valid(names or Names()), features or Features())


@st.composite
def _texts(draw: st.DrawFn, names: Names, features: Features) -> str:
    statements = Writer(Drawn(draw), names, features=features).policy()
    return format_text("\n".join(statements) + "\n", NAME)[1]


@st.composite
def _policies(draw: st.DrawFn, names: Names, features: Features) -> Policy:
    policy, _ = check_text(draw(_texts(names, features)))
    if policy is None:
        reject()  # what the writer does not foresee: one in thousands
    return policy


@cache
def _valid(names: Names) -> Names:
    """The names, if a policy can have them. Raises `InvalidArgument`."""
    countries = f"group known = {{{', '.join(names.countries)}}}"
    statements = ["policy p { currency USD }", *names.declared, countries, "waterfall w { take all }"]
    policy, found = check_text("\n".join(statements) + "\n")
    if policy is None:
        raise InvalidArgument(f"no policy can have these names: {next(one.message for one in found if one.is_error)}")
    return names
