"""The rule in engines that decide one offer at a time, and as a plain Python function.

Each is written in the way that was quickest of those tried. Engines without a quick look-up of constants get one
compiled expression for each mineral, its constants written in, and the host picks the expression by a `dict`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs

from benchmarks import data
from benchmarks.rule_text import CEL, RULE_ENGINE, ZEN, Mineral, each_mineral, rule_text

Row = dict[str, Any]
Decide = Callable[[list[Row]], list[Any]]
"""Offers to `[eligible, tier, within the premium]` each."""


@attrs.frozen
class RowPeer:
    """`prepare` imports and compiles, outside of what is timed; an ImportError means that the peer is not there."""

    name: str
    distribution: str
    how: str
    prepare: Callable[[], Decide]
    most: int = 100_000
    """Rows that it can do in a few seconds."""


def as_rows(book: data.Offers, most: int) -> list[Row]:
    """The first offers as dicts: names as text, numbers and days whole. Making them is not timed."""
    named = {"mineral": data.MINERALS, "trader": data.TRADERS, "origin": data.COUNTRIES, "processed_in": data.COUNTRIES}
    columns = {name: [names[code] for code in getattr(book, name)[:most].tolist()] for name, names in named.items()}
    columns |= {name: getattr(book, name)[:most].tolist() for name in ("price", "purity", "valid_until")}
    return [dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]


def plain_python() -> Decide:
    minerals = each_mineral()
    traders = {one.name: frozenset(one.traders) for one in minerals}
    required = {one.name: one.required for one in minerals}
    caps = {one.name: {tier: one.reference * (100 + more) for tier, more in data.PREMIUMS.items()} for one in minerals}
    covered, allies, today = frozenset(data.COVERED), frozenset(("US", *data.ALLIES)), data.TODAY

    def one(row: Row) -> tuple[bool, str, bool]:
        mineral, origin, processed_in = row["mineral"], row["origin"], row["processed_in"]
        eligible = (
            origin not in covered
            and row["trader"] in traders[mineral]
            and row["purity"] >= required[mineral]
            and row["valid_until"] >= today
        )
        tier = "other"
        if origin == "US" and processed_in == "US":
            tier = "domestic"
        elif origin in allies and processed_in in allies:
            tier = "allied"
        return eligible, tier, row["price"] * 100 <= caps[mineral][tier]

    return lambda rows: [one(row) for row in rows]


def zen_expressions() -> Decide:
    import zen

    rules = {one.name: zen.compile_expression(rule_text(one, ZEN)).evaluate for one in each_mineral()}
    return lambda rows: [rules[row["mineral"]](row) for row in rows]


def zen_map() -> Decide:
    """All offers of a mineral in one call: fewer crossings from Python."""
    import zen

    rules = {
        one.name: zen.compile_expression(f"map(offers, {rule_text(one, ZEN, row='#.')})").evaluate
        for one in each_mineral()
    }

    def decide(rows: list[Row]) -> list[Any]:
        places: dict[str, list[int]] = {}
        for place, row in enumerate(rows):
            places.setdefault(row["mineral"], []).append(place)
        found: list[Any] = [None] * len(rows)
        for mineral, where in places.items():
            answers = rules[mineral]({"offers": [rows[place] for place in where]})
            for place, answer in zip(where, answers, strict=True):
                found[place] = answer
        return found

    return decide


def zen_decisions() -> Decide:
    """Decision graphs, of one expression node each."""
    import zen

    made = zen.ZenEngine().create_decision
    rules = {one.name: made(_zen_graph(rule_text(one, ZEN))).evaluate for one in each_mineral()}
    return lambda rows: [rules[row["mineral"]](row)["result"]["found"] for row in rows]


def _zen_graph(text: str) -> str:
    import json

    content = {"expressions": [{"id": "1", "key": "found", "value": text}]}
    nodes = [
        {"id": "in", "type": "inputNode", "name": "in", "content": {}},
        {"id": "rule", "type": "expressionNode", "name": "rule", "content": content},
        {"id": "out", "type": "outputNode", "name": "out", "content": {}},
    ]
    ends = (("in", "rule"), ("rule", "out"))
    edges = [{"id": a + b, "type": "edge", "sourceId": a, "targetId": b} for a, b in ends]
    return json.dumps({"nodes": nodes, "edges": edges})


def cel_in_rust() -> Decide:
    import cel

    rules = {one.name: cel.compile(rule_text(one, CEL)).execute for one in each_mineral()}
    return lambda rows: [rules[row["mineral"]](row) for row in rows]


def cel_in_cpp() -> Decide:
    from cel_expr_python import cel

    kinds = dict.fromkeys(("mineral", "trader", "origin", "processed_in"), cel.Type.STRING)
    kinds |= dict.fromkeys(("price", "purity", "valid_until"), cel.Type.INT)
    environment = cel.NewEnv(variables=kinds)
    rules = {one.name: environment.compile(rule_text(one, CEL)).eval for one in each_mineral()}
    return lambda rows: [rules[row["mineral"]](data=row).plain_value() for row in rows]


def rule_engine_rules() -> Decide:
    import rule_engine

    rules = {one.name: rule_engine.Rule(rule_text(one, RULE_ENGINE)).evaluate for one in each_mineral()}
    return lambda rows: [rules[row["mineral"]](row) for row in rows]


def cedar() -> Decide:
    """Cedar permits or forbids: each answer is a policy of its own, and the reasons name those that hold."""
    import json

    import cedarpy

    policies = cedarpy.PolicySet.from_str(_cedar_text())
    entities = cedarpy.Entities.from_json_str(json.dumps([_cedar_entity(one) for one in each_mineral()]))
    who = {"principal": 'Buyer::"reserve"', "action": 'Action::"buy"'}

    def decide(rows: list[Row]) -> list[Any]:
        asked = [{**who, "resource": f'Mineral::"{row["mineral"]}"', "context": row} for row in rows]
        answers = cedarpy.is_authorized_batch(asked, policies, entities)
        held = [set(one.diagnostics.id_annotations_by_reason.values()) for one in answers]
        return [("eligible" in one, next(tier for tier in data.TIERS if tier in one), "within" in one) for one in held]

    return decide


def _cedar_entity(one: Mineral) -> dict[str, Any]:
    attributes = {"traders": list(one.traders), "required": one.required, "reference": one.reference}
    return {"uid": {"type": "Mineral", "id": one.name}, "attrs": attributes, "parents": []}


def _cedar_text() -> str:
    from benchmarks.rule_text import texts

    home = 'context.origin == "US" && context.processed_in == "US"'
    allies = texts(("US", *data.ALLIES))
    allied = f"{allies}.contains(context.origin) && {allies}.contains(context.processed_in)"
    first, second, third = (100 + data.PREMIUMS[tier] for tier in data.TIERS)
    rules = {
        "eligible": f"!{texts(data.COVERED)}.contains(context.origin) && resource.traders.contains(context.trader) "
        f"&& context.purity >= resource.required && context.valid_until >= {data.TODAY}",
        "domestic": home,
        "allied": f"{allied} && !({home})",
        "other": f"!({allied})",
        "within": "context.price * 100 <= resource.reference * "
        f"(if {home} then {first} else if {allied} then {second} else {third})",
    }
    return "\n".join(
        f'@id("{name}") permit(principal, action, resource) when {{ {text} }};' for name, text in rules.items()
    )


_EACH = "one compiled expression a mineral: "
PEERS = (
    RowPeer("Python function", "", "`dict` and `frozenset` look-ups", plain_python, 1_000_000),
    RowPeer(
        "zen-engine, map",
        "zen-engine",
        _EACH + "`zen.compile_expression('map(offers, …)').evaluate`",
        zen_map,
        1_000_000,
    ),
    RowPeer(
        "zen-engine, expression",
        "zen-engine",
        _EACH + "`zen.compile_expression(…).evaluate`",
        zen_expressions,
        1_000_000,
    ),
    RowPeer(
        "zen-engine, decision",
        "zen-engine",
        "one decision graph a mineral, one expression node: `ZenEngine().create_decision(…).evaluate`",
        zen_decisions,
        5_000,
    ),
    RowPeer(
        "common-expression-language",
        "common-expression-language",
        _EACH + "`cel.compile(…).execute`",
        cel_in_rust,
        50_000,
    ),
    RowPeer(
        "cel-expr-python", "cel-expr-python", _EACH + "`Env.compile(…).eval(data=…).plain_value()`", cel_in_cpp, 50_000
    ),
    RowPeer("rule-engine", "rule-engine", _EACH + "`rule_engine.Rule(…).evaluate`", rule_engine_rules, 5_000),
    RowPeer(
        "cedarpy",
        "cedarpy",
        "`is_authorized_batch` with a parsed `PolicySet` and `Entities`, five policies, the reasons read",
        cedar,
        5_000,
    ),
)
