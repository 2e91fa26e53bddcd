"""Exceptions, and the clauses that they restate."""

from __future__ import annotations

import attrs

from vault_rules.language.ast.expressions import Expr
from vault_rules.language.ast.nodes import Identifier, Node
from vault_rules.language.ast.statements import CapBody, Clauses, Place, Statement


@attrs.frozen(eq=False, repr=False)
class Waive(Node):
    """`{ waive }`."""


@attrs.frozen(eq=False, repr=False)
class NewValue(Node):
    value: Expr


@attrs.frozen(eq=False, repr=False)
class NewCondition(Node):
    kind: str
    condition: Expr


@attrs.frozen(eq=False, repr=False)
class NewWhen(Node):
    condition: Expr


@attrs.frozen(eq=False, repr=False)
class NewCap(Node):
    body: CapBody


@attrs.frozen(eq=False, repr=False)
class NewRoute(Node):
    sellers: tuple[tuple[Expr, ...], ...]


@attrs.frozen(eq=False, repr=False)
class StepChange(Node):
    step: Identifier
    clauses: Clauses


@attrs.frozen(eq=False, repr=False)
class NewSteps(Node):
    changes: tuple[StepChange, ...]


@attrs.frozen(eq=False, repr=False)
class NewPlaces(Node):
    places: tuple[Place, ...]


Change = Waive | NewValue | NewCondition | NewWhen | NewCap | NewRoute | NewSteps | NewPlaces


@attrs.frozen(eq=False, repr=False)
class Exception_(Statement):
    target: Identifier
    change: Change
