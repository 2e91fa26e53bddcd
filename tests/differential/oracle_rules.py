"""The statements of a policy, which of them are in force, and what exceptions make of them (sections 2 and 4)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import attrs

from tests.differential.oracle_values import Scene, as_set, nulls, union, value
from vault_rules.language import ast

if TYPE_CHECKING:
    from tests.differential.oracle_world import World

EVERYBODY = "*"  # where `for buyers` is not asked: what is held or in demand is of no buyer
BARE: Any = None  # what is made here stands nowhere in a text


class Rules:
    """One file's statements by kind, in file order."""

    def __init__(self, file: ast.PolicyFile, world: World) -> None:
        self.world = world
        self.lets = {one.name.name: one for one in file.statements if isinstance(one, ast.Let) and one.name}
        self.groups = {one.name.name: one for one in file.statements if isinstance(one, ast.Group) and one.name}
        self.tables = {one.name.name: one for one in file.statements if isinstance(one, ast.Table) and one.name}
        self.fields = {one.name.name: one for one in file.statements if isinstance(one, ast.Field) and one.name}
        self.tiers = [one for one in file.statements if isinstance(one, ast.Tier)]
        self.offer_rules = [one for one in file.statements if isinstance(one, ast.Condition | ast.Route)]
        self.waterfalls = [one for one in file.statements if isinstance(one, ast.Waterfall)]
        self.caps = [one for one in file.statements if isinstance(one, ast.Cap)]
        self.stores = [one for one in file.statements if isinstance(one, ast.Store)]
        self.exceptions = [one for one in file.statements if isinstance(one, ast.Exception_)]
        header = next(one for one in file.statements if isinstance(one, ast.Header))
        self.entries: dict[str, Any] = {one.kind: one.value for one in header.entries}
        self.compare: ast.Expr = self.entries.get("compare", ast.Name("price", span=BARE))

    # ---- in force -------------------------------------------------------------------------------------------------

    def modifier(self, rule: ast.Statement, kind: str) -> Any:
        return next((one.value for one in rule.modifiers if one.kind == kind), None)

    def is_dated_now(self, rule: ast.Statement) -> bool:
        day, now = {one.kind: one.value for one in rule.modifiers}, Scene(self.world)
        as_of = self.world.as_of
        if "from" in day and as_of < value(_expr(day["from"]), now):
            return False
        if "before" in day and as_of >= value(_expr(day["before"]), now):
            return False
        return "through" not in day or as_of <= value(_expr(day["through"]), now)

    def covers(self, rule: ast.Statement, mineral: str | None, buyer: str | None) -> bool:
        """Whether `for` and `for buyers` let the rule speak of these."""
        minerals, buyers = self.modifier(rule, "for"), self.modifier(rule, "for_buyers")
        now = Scene(self.world)
        return (minerals is None or mineral in as_set(value(minerals, now))) and (
            buyers is None or buyer == EVERYBODY or buyer in as_set(value(buyers, now))
        )

    # ---- exceptions -----------------------------------------------------------------------------------------------

    def changes(self, target: str, scene: Scene) -> list[ast.Change]:
        """What the exceptions that hold here say of a rule; later ones, to exceptions, speak over earlier ones."""
        found: list[ast.Change] = []
        for one in self.exceptions:
            if one.target.name != target or not self._holds(one, scene):
                continue
            over = self.changes(one.name.name if one.name else "", scene)
            if not any(isinstance(change, ast.Waive) for change in over):
                # what restates a waiver puts something else in its place
                found += over if over and isinstance(one.change, ast.Waive) else [one.change, *over]
        return found

    def _holds(self, one: ast.Exception_, scene: Scene) -> bool:
        if not (self.is_dated_now(one) and self.covers(one, scene.mineral, scene.buyer)):
            return False
        when = self.modifier(one, "when")
        return when is None or value(when, scene) is True

    def is_waived(self, rule: ast.Statement, scene: Scene) -> bool:
        return any(isinstance(one, ast.Waive) for one in self.changes(name_of(rule), scene))

    def let(self, name: str, scene: Scene) -> ast.Expr:
        new = [one.value for one in self.changes(name, scene) if isinstance(one, ast.NewValue)]
        return new[-1] if new else self.lets[name].value

    def condition(self, rule: ast.Condition, scene: Scene) -> ast.Expr:
        new = [one.condition for one in self.changes(name_of(rule), scene) if isinstance(one, ast.NewCondition)]
        return new[-1] if new else rule.condition

    def tier_when(self, tier: ast.Tier, scene: Scene) -> ast.Expr | None:
        new = [one.condition for one in self.changes(name_of(tier), scene) if isinstance(one, ast.NewWhen)]
        return new[-1] if new else tier.when

    def cap_body(self, cap: ast.Cap, scene: Scene) -> ast.CapBody:
        body = cap.body
        for one in self.changes(name_of(cap), scene):
            if isinstance(one, ast.NewCap):
                new = one.body
                of = new.of or (body.of if "share" in new.measure else None)
                per, where = new.per or body.per, new.where or body.where
                body = attrs.evolve(new, by=new.by or body.by, of=of, per=per, where=where)
        return body

    def sellers(self, route: ast.Route, scene: Scene) -> list[frozenset[str]]:
        new = [one.sellers for one in self.changes(name_of(route), scene) if isinstance(one, ast.NewRoute)]
        groups = new[-1] if new else route.sellers
        return [union(value(one, scene) for one in group) for group in groups]

    def places(self, store: ast.Store, scene: Scene) -> tuple[ast.Place, ...]:
        new = [one.places for one in self.changes(name_of(store), scene) if isinstance(one, ast.NewPlaces)]
        return new[-1] if new else store.places

    def steps(self, waterfall: ast.Waterfall, scene: Scene) -> list[ast.Step]:
        steps = list(waterfall.steps)
        for change in self.changes(name_of(waterfall), scene):
            for one in change.changes if isinstance(change, ast.NewSteps) else ():
                at = self._step_named(steps, one.step.name)
                steps[at] = attrs.evolve(steps[at], clauses=_over(steps[at].clauses, one.clauses))
        return steps

    def tiers_of(self, step: ast.Step) -> set[str]:
        every = {name_of(one) for one in self.tiers} or {"all"}
        return every if step.tiers is None else {one.name for one in step.tiers}

    def _step_named(self, steps: list[ast.Step], name: str) -> int:
        """By its label, or by a tier if exactly one step takes that tier and no other."""
        labelled = [at for at, one in enumerate(steps) if one.label is not None and one.label.name == name]
        return (labelled or [at for at, one in enumerate(steps) if self.tiers_of(one) == {name}])[0]

    # ---- who judges a rule ----------------------------------------------------------------------------------------

    def is_per_request(self, rule: ast.Condition, mineral: str | None, *, for_all: bool = False) -> bool:
        """Whether it says `for buyers` or reads the request: itself, by a `let`, or by an exception for this mineral.

        `for_all`: whatever some buyers are excepted from. References see what a rule says of everybody, because an
        exception changes nothing outside of its scope.
        """
        if self.modifier(rule, "for_buyers") is not None:
            return True
        parts = (rule.condition, *self._restated(name_of(rule), mineral, for_all))
        return any(part is None or self._reads_request(part, mineral, for_all) for part in parts)

    def _restated(self, target: str, mineral: str | None, for_all: bool) -> Iterator[ast.Expr | None]:
        """What exceptions for this mineral say instead; None for one that is for some buyers."""
        for one in self.exceptions:
            is_meant = one.target.name == target and self.is_dated_now(one)
            is_bought_by_some = self.modifier(one, "for_buyers") is not None
            if not is_meant or not self.covers(one, mineral, EVERYBODY) or (for_all and is_bought_by_some):
                continue
            if is_bought_by_some:
                yield None
            if isinstance(one.change, ast.NewCondition):
                yield one.change.condition
            if isinstance(one.change, ast.NewValue):
                yield one.change.value
            yield from self._restated(name_of(one), mineral, for_all)

    def _reads_request(self, expr: ast.Expr, mineral: str | None, for_all: bool) -> bool:
        names = {part.name for part in walk(expr) if isinstance(part, ast.Name)}
        parts = [
            part
            for name in names & self.lets.keys()
            for part in (self.lets[name].value, *self._restated(name, mineral, for_all))
        ]
        return "request" in names or any(part is None or self._reads_request(part, mineral, for_all) for part in parts)

    # ---- small questions ------------------------------------------------------------------------------------------

    def missing(self, expr: ast.Expr, scene: Scene) -> list[str]:
        return [f"missing:{name}" for name in nulls(expr, scene)]


def walk(expr: Any) -> Iterator[ast.Expr]:
    """An expression and all in it."""
    if isinstance(expr, tuple):
        for one in expr:
            yield from walk(one)
    elif isinstance(expr, ast.Expr):
        yield expr
        for field in attrs.fields(type(expr)):
            if field.name != "span":
                yield from walk(getattr(expr, field.name))


def name_of(rule: ast.Statement) -> str:
    assert rule.name is not None
    return rule.name.name


def _expr(found: ast.Expr | str) -> ast.Expr:
    assert not isinstance(found, str)
    return found


def _over(old: ast.Clauses, new: ast.Clauses) -> ast.Clauses:
    """The step's clauses, with those that are restated."""
    premium = new.premium or old.premium
    if new.premium and old.premium:
        premium = attrs.evolve(
            new.premium,
            references=new.premium.references or old.premium.references,
            if_none=new.premium.if_none or old.premium.if_none,
        )
    return attrs.evolve(
        old, when=new.when or old.when, premium=premium, share=new.share or old.share, keys=new.keys or old.keys
    )
