"""What installed plugins add to policies and to plans: functions, and the findings of reviewers.

Plugins are looked for only when something of theirs may be needed, since looking takes a while: functions when a policy
calls one that is not ours, reviewers when a plan is made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

import attrs

from vault_rules.errors import PluginError
from vault_rules.semantics.functions import type_of
from vault_rules.semantics.operators import FUNCTIONS, REFERENCES, Signature

if TYPE_CHECKING:
    from vault_rules.adapters.manager import Offered, Plugins
    from vault_rules.adapters.registration import Function, Reviewer
    from vault_rules.domain.plan import Finding, Missing, Plan
    from vault_rules.engine.engines import Evaluated


class InstalledFunctions(Mapping[str, Signature]):
    """The functions of installed plugins as rows of the signature table. Raises `PluginError` where one is broken."""

    @cached_property
    def _rows(self) -> Mapping[str, Signature]:
        return signatures(plugins())

    def __getitem__(self, name: str) -> Signature:
        return self._rows[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)


def plugins() -> Plugins:
    """The installed plugins. Raises `PluginError` where one cannot be used."""
    from vault_rules.adapters.manager import installed

    return installed().sound()


def signatures(found: Plugins) -> Mapping[str, Signature]:
    """The functions of some plugins as rows of the signature table. Raises `PluginError` with every one that cannot
    be such a row.
    """
    rows: dict[str, Signature] = {}
    problems: list[str] = []
    for name, one in found.functions.items():
        try:
            rows[name] = _signature(one)
        except ValueError as why:
            problems.append(f"plugin `{one.plugin.name}` of {one.plugin.source} has the function `{name}`, {why}")
    if problems:
        raise PluginError(problems)
    return rows


def _signature(one: Offered[Function]) -> Signature:
    """Raises `ValueError`, in words that follow the function's name."""
    function = one.what
    if function.name in (*FUNCTIONS, *REFERENCES):
        raise ValueError("whose name is taken by a function of the language")
    kinds = {word: type_of(word) for word in (*function.parameters, function.result)}
    for word, kind in kinds.items():
        if kind is None:
            raise ValueError(f"which speaks of the kind `{word}`: kinds are mass, price, ratio, `set of country` …")
    parameters = tuple(kind for word in function.parameters if (kind := kinds[word]) is not None)
    result = kinds[function.result]
    if not parameters or result is None:
        raise ValueError("which takes no value: a policy would write a `let`")
    return Signature(
        function.name, parameters, result, function.apply, function.doc, function.may_be_undefined, one.plugin.source
    )


# ---- plans -----------------------------------------------------------------------------------------------------------


def with_additions(evaluated: Evaluated, missing: tuple[Missing, ...]) -> Evaluated:
    """The plan with what is not its own: who was missing in its book, and what reviewers find.

    Nothing that it decides is touched: reviewers read another plan than the one that is given back.
    """
    reviewers = _reviewers()
    if not missing and not reviewers:
        return evaluated
    plan = _with(evaluated.plan, missing, lambda: _reviewed(reviewers, evaluated.again))
    return attrs.evolve(evaluated, plan=plan)


def _reviewers() -> Mapping[str, Offered[Reviewer]]:
    from vault_rules.adapters import points

    return plugins().reviewers if points.installed_points() else {}


def _with(plan: Plan, missing: tuple[Missing, ...], review: Callable[[], tuple[Finding, ...]]) -> Plan:
    makers: dict[str, Callable[[], Any]] | None = getattr(plan, "_makers", None)
    if makers is None:
        texts = (*map(str, missing), *plan.warnings)
        return attrs.evolve(plan, missing=missing, warnings=texts, findings=(*plan.findings, *review()))
    own_warnings, own_findings = makers["warnings"], makers["findings"]
    more: dict[str, Callable[[], Any]] = {
        "missing": lambda: missing,
        "warnings": lambda: (*map(str, missing), *own_warnings()),
        "findings": lambda: (*own_findings(), *review()),
    }
    object.__setattr__(plan, "_makers", makers | more)
    return plan


def _reviewed(reviewers: Mapping[str, Offered[Reviewer]], again: Callable[[], Plan]) -> tuple[Finding, ...]:
    """What all reviewers find, by their names: the order of plugins cannot matter."""
    return tuple(finding for name, one in reviewers.items() for finding in _findings(name, one, again()))


def _findings(name: str, one: Offered[Reviewer], plan: Plan) -> Iterator[Finding]:
    from vault_rules.domain.plan import Finding

    who = f"reviewer `{name}` of {one.plugin.source}"
    try:
        found = tuple(one.what.review(plan))
    except Exception as why:  # whatever somebody else's reviewer raises
        raise PluginError([f"{who} fails: {type(why).__name__}: {why}"]) from why
    for finding in found:
        if not isinstance(finding, Finding):
            raise PluginError([f"{who} gives a {type(finding).__name__}, where a Finding is wanted"])
        yield attrs.evolve(finding, kind="review")
