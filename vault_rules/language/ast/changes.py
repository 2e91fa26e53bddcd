"""Exceptions, and the clauses that they restate."""

from __future__ import annotations

import attrs

from vault_rules.language.ast.expressions import Expr
from vault_rules.language.ast.nodes import Identifier, Node
from vault_rules.language.ast.statements import CapBody, Clauses, Place, Statement


@attrs.frozen
class Waive(Node):
    """`{ waive }`."""


@attrs.frozen
class NewValue(Node):
    value: Expr


@attrs.frozen
class NewCondition(Node):
    kind: str
    condition: Expr


@attrs.frozen
class NewWhen(Node):
    condition: Expr


@attrs.frozen
class NewCap(Node):
    body: CapBody


@attrs.frozen
class NewRoute(Node):
    sellers: tuple[tuple[Expr, ...], ...]


@attrs.frozen
class StepChange(Node):
    step: Identifier
    clauses: Clauses


@attrs.frozen
class NewSteps(Node):
    changes: tuple[StepChange, ...]


@attrs.frozen
class NewPlaces(Node):
    places: tuple[Place, ...]


Change = Waive | NewValue | NewCondition | NewWhen | NewCap | NewRoute | NewSteps | NewPlaces


@attrs.frozen
class Exception_(Statement):
    target: Identifier
    change: Change
