"""The rows around the offers of a generated book: requests, what is held and was awarded before, prices, facilities."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

from vault_rules.trials.books.figures import STEPS, days_beside, shifted
from vault_rules.trials.books.regimes import starts_before
from vault_rules.trials.books.scene import Scene

Row = dict[str, Any]
_YEAR = 365


def requests(scene: Scene) -> list[Row]:
    """One to three requests, the first for the scene's first mineral."""
    choose = scene.choose
    count = choose.one((1, 1, 1, 2, 2, 3))
    rows = []
    for at in range(count):
        mineral = scene.minerals[0] if at == 0 else choose.one(scene.minerals)
        row: Row = {"request": f"r{at + 1}", "buyer": _buyer(scene, mineral), "mineral": mineral}
        row["quantity"] = scene.mass if at == 0 and choose.chance(60) else scene.a_mass()
        for column, kind in (("purity", "purity"), ("need_by", "date"), ("max_price", "price")):
            if column in scene.has and choose.chance(60):
                row[column] = scene.value("request", column, kind)
        if "form" in scene.has and choose.chance(40):
            row["form"] = choose.one((scene.form, scene.a_text("offer", "form")))
        if count > 1 and ("request", "priority") in scene.edges.columns and choose.chance(50):
            row["priority"] = choose.one((Fraction(1), Fraction(2)))
        rows.append(row)
    return rows


def _buyer(scene: Scene, mineral: str) -> str:
    """A buyer for whom a waterfall is in force."""
    walks = [one for one in scene.policy.waterfalls if one.window.holds(scene.day) and one.scope.has_mineral(mineral)]
    if all(one.scope.buyers is None for one in walks):
        return scene.a_name("buyer")
    served = [
        name for names in scene.names("buyer") for name in names if any(one.scope.holds(mineral, name) for one in walks)
    ]
    return scene.choose.one(served)


def holdings(scene: Scene) -> list[Row]:
    """What is held of each mineral, where the policy reads it: so many days of its demand, or a limit less a part."""
    reads = {name for edges in scene.all_edges for name in edges.contexts}
    if not reads & {"stock", "demand", "days_of_cover"}:
        return []
    return [_holding(scene, mineral) for mineral in scene.minerals if not _left_out(scene)]


def _holding(scene: Scene, mineral: str) -> Row:
    choose, edges = scene.choose, scene.shared.edges_for(mineral, scene.day)
    row: Row = {"mineral": mineral}
    demand = scene.mass * choose.one((Fraction(_YEAR, 10), Fraction(_YEAR, 100), Fraction(_YEAR, 50), Fraction(1)))
    if not _left_out(scene):
        row["demand_per_year"] = demand
    covers = [*edges.constants.get("days", ()), *(r * _YEAR for r in edges.constants.get("ratio", ()))]
    if "stock" not in scene.has or not covers:
        return row | {"quantity": Fraction(0)}
    stock = min(choose.one(covers), choose.one(covers)) * demand / _YEAR
    if choose.chance(40):  # so that what is left under a limit is a part of what is asked for
        stock -= scene.a_mass()
    elif choose.chance(40):
        stock += choose.one((STEPS["mass"], -STEPS["mass"], demand / _YEAR, -demand / _YEAR))
    row["quantity"] = max(stock, Fraction(0))
    return row


def _left_out(scene: Scene) -> bool:
    return "nulls" in scene.has and scene.choose.chance(20)


def benchmarks(scene: Scene) -> list[Row]:
    """Published prices, as old as a rule allows, or a day older, or of tomorrow."""
    choose = scene.choose
    found: dict[tuple[Any, ...], Row] = {}
    for mineral in scene.minerals:
        edges = scene.shared.edges_for(mineral, scene.day)
        ages = [int(one) for one in edges.constants.get("days", ())]
        limits = [day for age in ages if (day := shifted(scene.day, -age)) is not None]
        dates = [scene.day, *days_beside(limits), *days_beside((scene.day,))]
        for index in edges.indexes:
            for _ in range(choose.one((1, 1, 0, 2))):
                row: Row = {"mineral": mineral, "price": scene.a_price(), "date": choose.one(dates), "index": index}
                if scene.reads("offer", "form"):
                    row["form"] = choose.one((None, scene.form, scene.a_text("offer", "form")))
                found[mineral, index, row["date"], row.get("form")] = row
    return list(found.values())


def facilities(scene: Scene) -> list[Row]:
    """Up to three facilities, where a `store` is in force."""
    if not scene.edges.stores:
        return []
    choose = scene.choose
    rows = []
    for at in range(choose.one((1, 2, 3, 0))):
        row: Row = {"facility": f"f{at + 1}", "kind": scene.a_name("kind"), "capacity": scene.a_mass()}
        if scene.reads("facility", "operator"):
            row["operator"] = None if _left_out(scene) else scene.a_name("trader")
        if scene.reads("facility", "country"):
            row["country"] = None if _left_out(scene) else scene.a_name("country")
        if scene.reads("facility", "cost"):
            row["cost"] = choose.one((Fraction(1), Fraction(2), None))
        if choose.chance(15):
            row["accepts"] = frozenset((scene.minerals[-1],))
        rows.append(row)
    return rows


def awards(scene: Scene, asked: list[Row], offer: Row) -> list[Row]:
    """Up to two awards of before, to a request or to none: of what an offer such as this would have given."""
    choose = scene.choose
    left = {row["request"]: row["quantity"] for row in asked}
    rows = []
    for _ in range(choose.one((1, 1, 2))):
        request = choose.one([*asked, None])
        quantity = scene.a_mass()
        row: Row = {"mineral": scene.minerals[0]}
        if request is not None:
            row |= {"request": request["request"], "mineral": request["mineral"], "buyer": request["buyer"]}
            if quantity > left[request["request"]]:
                quantity = left[request["request"]] * choose.one((Fraction(1), Fraction(1, 2), Fraction(1, 4)))
            if quantity <= 0:
                continue
            left[request["request"]] -= quantity
        row |= {"quantity": quantity, "cost": _cost(scene, quantity), "date": choose.one(_dates_before(scene))}
        row["received"] = choose.one((None, scene.day, shifted(scene.day, -1), shifted(scene.day, 1)))
        copied = ("trader", "form", "origin", "processed_in", "melted_in", "producer", "purity", *scene.policy.fields)
        row |= {name: offer[name] for name in copied if offer.get(name) is not None and not choose.chance(10)}
        rows.append(row | _step(scene, row["mineral"]))
    return rows


def _cost(scene: Scene, quantity: Fraction) -> Fraction:
    moneys = scene.edges.constants.get("money", ())
    whole = Fraction(round(quantity * scene.price * 100), 100)
    if not moneys or "money" not in scene.has:
        return whole
    now = Fraction(round(scene.mass * scene.price * 100), 100)
    rest: Fraction = scene.choose.one(moneys) - scene.choose.one((now, now / 2, Fraction(0)))
    return max(rest, Fraction(0))


def _dates_before(scene: Scene) -> list[date]:
    """Days up to today: the first and last of the periods around it."""
    day = scene.day
    edges = starts_before(day, scene.edges.periods, scene.policy.fiscal_year)
    found = [day, *days_beside(edges), shifted(day, -30)]
    return [one for one in dict.fromkeys(found) if one is not None and one <= day]


def _step(scene: Scene, mineral: str) -> Row:
    """A tier, and often the waterfall and step that gave the award."""
    choose = scene.choose
    row: Row = {}
    if scene.policy.tiers:
        row["tier"] = choose.one([one.name for one in scene.policy.tiers])
    walks = [one for one in scene.policy.waterfalls if one.window.holds(scene.day) and one.scope.has_mineral(mineral)]
    if walks and choose.chance(60):
        steps = choose.one(walks).clauses["steps"]
        row |= {"waterfall": choose.one(walks).name, "step": choose.one(steps).number}
    return row
