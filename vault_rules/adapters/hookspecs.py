"""The hooks by which plugins are found. A plugin is a module with functions of these names, each under `@hookimpl`.

A distribution names its module in the entry-point group `vault_rules`::

    [project.entry-points.vault_rules]
    acme = "vault_rules_acme.plugin"
"""

from __future__ import annotations

from collections.abc import Sequence

import pluggy

from vault_rules.adapters.points import GROUP
from vault_rules.adapters.registration import Function, Observer, Registration, Reviewer

PREFIX = "vault_rules_"

WORDS = {
    "traders": "adapter of traders",
    "storages": "adapter of storages",
    "reference_prices": "adapter of reference prices",
    "functions": "function",
    "reviewers": "reviewer",
    "observers": "observer",
}
"""What each hook hands in, in words."""

hookspec = pluggy.HookspecMarker(GROUP)
hookimpl = pluggy.HookimplMarker(GROUP)

# what follows are specifications: pluggy reads their names and signatures and never calls their bodies


@hookspec
def vault_rules_traders() -> Sequence[Registration]:
    """Adapters of traders, whose factories give a `protocols.Trader`."""
    raise NotImplementedError


@hookspec
def vault_rules_storages() -> Sequence[Registration]:
    """Adapters of storages, whose factories give a `protocols.Storage`."""
    raise NotImplementedError


@hookspec
def vault_rules_reference_prices() -> Sequence[Registration]:
    """Sources of published prices, whose factories give a `protocols.ReferencePrices`."""
    raise NotImplementedError


@hookspec
def vault_rules_functions() -> Sequence[Function]:
    """Typed, pure functions that policies may call."""
    raise NotImplementedError


@hookspec
def vault_rules_reviewers() -> Sequence[Reviewer]:
    """Reviewers of plans, which may add findings and nothing else."""
    raise NotImplementedError


@hookspec
def vault_rules_observers() -> Sequence[Observer]:
    """Observers of executed steps."""
    raise NotImplementedError
