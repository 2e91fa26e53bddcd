"""Placing (5.8): every award, in award order, through the store in force."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from tests.differential.oracle_rules import name_of
from tests.differential.oracle_values import Row, Scene, union, value
from tests.differential.oracle_world import World, ordering
from vault_rules.domain.exact import invoice
from vault_rules.language import ast

if TYPE_CHECKING:
    from tests.differential.oracle_step import Award

Rows = list[tuple[Any, ...]]


def place_all(world: World, awards: list[Award]) -> tuple[Rows, Rows]:
    """Placements (request, offer, facility, store, mass, cost a month) and what fits nowhere."""
    room: dict[str, Fraction] = {one["facility"]: one["capacity"] for one in world.facilities}
    for held in world.holdings:
        if held["facility"] in room:
            room[held["facility"]] -= held["quantity"]
    placements: Rows = []
    unplaced: Rows = []
    for award in awards:
        offer, request = world.offers[award.offer], world.requests[award.request]
        scene = Scene(world, offer["mineral"], offer, award.tier, request)
        rest = award.quantity
        own = {"awarded": award.quantity, "premium": award.premium, "reference": award.reference}
        for store, facility in _facilities(world, scene, own):
            mass = min(rest, max(room[facility["facility"]], Fraction(0)))
            if mass:
                room[facility["facility"]] -= mass
                rest -= mass
                cost = None if facility["cost"] is None else invoice(mass * facility["cost"])
                placements.append((award.request, award.offer, facility["facility"], store, mass, cost))
        if rest:
            unplaced.append((award.request, award.offer, rest))
    return placements, unplaced


def _facilities(world: World, scene: Scene, award: Row) -> Rows:
    """The store in force, and its facilities for this award, in order."""
    rules = world.rules
    stores = [one for one in rules.stores if rules.is_dated_now(one) and not rules.is_waived(one, scene)]
    stores = [one for one in stores if rules.covers(one, scene.mineral, scene.buyer)]
    found: Rows = []
    for store in stores:
        for place in rules.places(store, scene):
            found += [(name_of(store), one) for one in _at(world, place, scene, award)]
    return found


def _at(world: World, place: ast.Place, scene: Scene, award: Row) -> list[Row]:
    kinds = union(value(one, scene) for one in place.kinds)
    found = []
    for facility in world.facilities:
        here = Scene(world, scene.mineral, scene.offer, scene.tier, scene.request, facility | award)
        accepts = facility["accepts"]
        takes = facility["kind"] in kinds and (not accepts or scene.mineral in accepts)
        if takes and (place.when is None or value(place.when, here) is True):
            found.append((ordering(place.keys or (), here), facility["facility"], facility))
    return [facility for _, _, facility in sorted(found, key=lambda one: one[:2])]
