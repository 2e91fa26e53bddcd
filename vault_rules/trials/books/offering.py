"""Offers of a generated book: most may be bought, in each tier as often as in another; some fail by one thing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from vault_rules.domain.rows import Offer, PriorAward, Request
from vault_rules.domain.tables import named
from vault_rules.engine.eligibility import Eligibility, Standing
from vault_rules.engine.markets import Markets
from vault_rules.engine.world import View, World
from vault_rules.semantics import typed
from vault_rules.semantics.meaning import value_of
from vault_rules.trials.books.edges import Edges, positive
from vault_rules.trials.books.figures import beside, days_beside
from vault_rules.trials.books.scene import Scene
from vault_rules.trials.books.snapping import snap
from vault_rules.trials.books.tiering import Recipes, recipes

Row = dict[str, Any]
_KINDS = {name: column.kind for name, column in named("offers").items()}
_ALWAYS = ("offer", "trader", "mineral", "price", "quantity")
_UNITS = ("currency", "per", "unit")
_TRIES = 10


class Offers:
    """Makes the offers of one scene, in a world that has no others: each sees the market of those before it."""

    def __init__(self, scene: Scene, world: World) -> None:
        self.scene, self.world = scene, world
        self.requests: Mapping[str, Request] = {one.mineral: one for one in world.requests.values()}
        self.eligibility = Eligibility(world)
        self.kinds = _KINDS | {name: one.type.kind for name, one in scene.policy.fields.items()}
        self.optional = [name for name in self.kinds if name not in (*_ALWAYS, *_UNITS) and self._matters(name)]
        self.made: list[Row] = []
        self.passed: list[Offer] = []

    def _matters(self, column: str) -> bool:
        return self.scene.reads("field" if column in self.scene.policy.fields else "offer", column)

    def make(self, count: int) -> list[Row]:
        """So many offers."""
        for at in range(count):
            row = self._offer(at)
            self.made.append(row)
            standing = self._standing(row)
            if standing.passed:
                self.passed.append(standing.offer)
            self.world.markets = Markets(self.world)
            self.world.markets.open(self.passed)
        return self.made

    def _offer(self, at: int) -> Row:
        scene, choose = self.scene, self.scene.choose
        mineral = scene.minerals[0] if at == 0 or choose.chance(60) else choose.one(scene.minerals)
        row: Row = {"offer": f"o{at + 1}", "mineral": mineral}
        for column in ("trader", "price", "quantity", *self.optional):
            row[column] = self._value(column)
        tiers = self._recipes(mineral)
        self._conform(row, choose.one([*tiers]) if tiers else None)
        self._tie(row)
        if "unfit" in scene.has and choose.chance(50):
            self._misfit(row)
        if "boundaries" in scene.has and choose.chance(45):
            edges = scene.shared.edges_for(mineral, scene.day)
            snap(row, ("offer", "field"), self.kinds, edges.comparisons, choose, self._view)
        return row

    def _value(self, column: str, nulls: int = 20) -> Any:
        """A value for a column; now and then none, where it may be blank."""
        choose = self.scene.choose
        if column == "trader":
            return self.scene.a_name("trader")
        if column in ("lot", "min_quantity"):
            nulls = 50
        elif "nulls" not in self.scene.has:
            nulls = 0
        if column not in _ALWAYS and choose.chance(nulls):
            return None
        if column == "form" and choose.chance(75):
            return self.scene.form
        if column in ("lot", "min_quantity"):
            return self.scene.a_size()
        owner = "field" if column in self.scene.policy.fields else "offer"
        return self.scene.value(owner, column, self.kinds[column])

    def _tie(self, row: Row) -> None:
        """Now and then what an offer before has: or its price, dearer or cheaper by just what a rule allows."""
        choose = self.scene.choose
        others = [one for one in self.made if one["mineral"] == row["mineral"]]
        if not others:
            return
        for column in ("price", "delivery", "quantity"):
            if column in row and choose.chance(15):
                row[column] = choose.one(others)[column]
        if self.scene.ratios and choose.chance(25):
            ratio = choose.one(self.scene.ratios)
            factor = choose.one((1 + ratio, 1 / (1 + ratio), max(1 - ratio, ratio)))
            row["price"] = self.scene.near(choose.one(others)["price"] * factor, "price")

    # ---- that it may be bought --------------------------------------------------------------------------------------

    def _recipes(self, mineral: str) -> Recipes:
        """What leads to each tier; kept, since it is the same in most books."""
        kept, day = self.scene.shared.recipes, self.world.day
        edges = self.scene.shared.edges_for(mineral, day.as_of)
        columns = self._changeable(name for one in day.tiers for name in edges.read_by.get(one.name, ()))
        tiers = tuple(one.name for one in day.tiers if one.scope.has_mineral(mineral))
        exceptions = tuple(one.name for one in day.exceptions if one.scope.has_mineral(mineral))
        key = (mineral, day.as_of, tiers, exceptions, tuple(columns))
        if key not in kept:
            groups = {column: self._groups(column, edges) for column in columns}
            choices = {column: found for column, found in groups.items() if found}
            kept[key] = recipes(day, mineral, choices)
        found: Recipes = kept[key]
        return found

    def _groups(self, column: str, edges: Edges) -> Sequence[Sequence[Any]]:
        """The values of a column by what the policy tells apart."""
        owner, kind = "field" if column in self.scene.policy.fields else "offer", self.kinds[column]
        if kind == "country" or column == "trader":
            return self.scene.names("country" if kind == "country" else "trader")
        if kind == "boolean":
            return ((True,), (False,))
        if kind == "text":
            return [[text] for text in (*edges.named.get((owner, column), ()), f"other {column}")]
        limits = edges.limits.get((owner, column), ())
        if kind == "date":
            return [[day] for day in days_beside(limits)]
        return [[one] for one in positive(beside(positive(limits), "ratio" if kind == "purity" else kind))]

    def _conform(self, row: Row, tier: str | None) -> None:
        """Put the offer into a tier; then choose again what stands against it, until nothing does."""
        if tier is not None:
            way = self.scene.choose.one(self._recipes(row["mineral"])[tier])
            row |= {column: self.scene.choose.one(values) for column, values in way.items()}
        for _ in range(_TRIES):
            wrong = self._wrong(row)
            if not wrong:
                return
            for column in wrong:
                row[column] = self._value(column, nulls=0)

    def _misfit(self, row: Row) -> None:
        """Let one rule stand against the offer, or change one of its columns, whatever comes of it."""
        choose = self.scene.choose
        rules = [one for one in self.world.day.rules_for(row["mineral"])[0] if one.kind != "route"]
        if not rules or choose.chance(25):
            column = choose.one(["trader", *self.optional])
            row[column] = self._value(column, nulls=40)
            return
        rule = choose.one(rules)
        read_by = self.scene.shared.edges_for(row["mineral"], self.scene.day).read_by
        for _ in range(_TRIES):
            if any(reason.code == f"{rule.kind}:{rule.name}" for reason in self._standing(row).reasons):
                return
            for column in self._changeable(read_by.get(rule.name, ())):
                if choose.chance(70):
                    row[column] = self._value(column, nulls=0)

    def _wrong(self, row: Row) -> Iterable[str]:
        """The columns to choose again."""
        standing = self._standing(row)
        read_by = self.scene.shared.edges_for(row["mineral"], self.scene.day).read_by
        for reason in standing.reasons:
            kind, _, name = reason.code.partition(":")
            match kind:
                case "not_routed":
                    return ("trader",)
                case "missing":
                    return self._changeable((name,))
                case "require" | "forbid":
                    return self._changeable(read_by.get(name, ()))
        return ()

    def _changeable(self, columns: Iterable[str]) -> list[str]:
        return [one for one in dict.fromkeys(columns) if one in ("trader", "price", "quantity", *self.optional)]

    def _standing(self, row: Row) -> Standing:
        offer, compare = made(row, self.scene.policy), self.scene.policy.compare
        self.world.compared.pop(offer.offer, None)
        value = offer.price if compare is None else value_of(compare, self.world.view(offer))
        if value is not None:
            self.world.compared[offer.offer] = value
        self.world.tier_of.pop(offer.offer, None)
        return self.eligibility.stand(offer)

    def _view(self, row: Mapping[str, Any]) -> View:
        offer, compared = made(row, self.scene.policy), self.world.compared
        compared.pop(offer.offer, None)
        view = self.world.view(offer, self.requests.get(row["mineral"]))
        # what it was found eligible with may be gone: markets that count it ask for a compared price all the same
        compare = self.scene.policy.compare
        found = None if compare is None else value_of(compare, view)
        compared[offer.offer] = offer.price if found is None else found
        return view


def made(row: Mapping[str, Any], policy: typed.TypedPolicy) -> Offer:
    """The row as the engine reads it."""
    return Offer(**_parted(row, policy))


def awarded(row: Mapping[str, Any], policy: typed.TypedPolicy) -> PriorAward:
    """A row of the awards of before, likewise."""
    return PriorAward(**_parted(row, policy))


def _parted(row: Mapping[str, Any], policy: typed.TypedPolicy) -> dict[str, Any]:
    own = {name: value for name, value in row.items() if name not in policy.fields}
    return own | {"fields": {name: row[name] for name in policy.fields if row.get(name) is not None}}


def snap_request(row: Row, scene: Scene, world: World, offers: Iterable[Row]) -> None:
    """Move a figure of a request to a boundary, as it is for an offer of its mineral."""
    offer = next((one for one in offers if one["mineral"] == row["mineral"]), None)
    against = None if offer is None else made(offer, scene.policy)
    kinds = {name: column.kind for name, column in named("requests").items()}
    comparisons = scene.shared.edges_for(row["mineral"], scene.day).comparisons

    def view(changed: Mapping[str, Any]) -> View:
        return world.view(against, Request(**changed))

    snap(row, ("request",), kinds, comparisons, scene.choose, view)
