"""Exceptions, and the clauses that they restate."""

from __future__ import annotations

from vault_rules.language.ast.expressions import Expr
from vault_rules.language.ast.nodes import Identifier, Node
from vault_rules.language.ast.statements import CapBody, Clauses, Place, Statement
from vault_rules.source.alike import node


@node
class Waive(Node):
    """`{ waive }`."""


@node
class NewValue(Node):
    value: Expr


@node
class NewCondition(Node):
    kind: str
    condition: Expr


@node
class NewWhen(Node):
    condition: Expr


@node
class NewCap(Node):
    body: CapBody


@node
class NewRoute(Node):
    sellers: tuple[tuple[Expr, ...], ...]


@node
class StepChange(Node):
    step: Identifier
    clauses: Clauses


@node
class NewSteps(Node):
    changes: tuple[StepChange, ...]


@node
class NewPlaces(Node):
    places: tuple[Place, ...]


Change = Waive | NewValue | NewCondition | NewWhen | NewCap | NewRoute | NewSteps | NewPlaces


@node
class Exception_(Statement):
    target: Identifier
    change: Change
