"""What a test expects of a plan, and what is the case instead, in the same words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction

import attrs

from vault_rules.domain.exact import has_end, plain
from vault_rules.domain.plan import Award, Plan, Rejection, Shortfall
from vault_rules.domain.units import MASS_UNITS
from vault_rules.language import ast
from vault_rules.language.format_expressions import quote

MOST_LINES = 8
"""More lines than this of what is the case are counted instead."""


@attrs.frozen
class Met:
    """Nothing to tell: it is as expected."""


@attrs.frozen
class Unmet:
    """What is the case instead, and whom that is about: offers, each with the request that matters, or None."""

    actual: tuple[str, ...]
    about: tuple[tuple[str, str | None], ...] = ()


Judged = Met | Unmet
MET = Met()


def judge(item: ast.Expectation, plan: Plan) -> Judged:
    """Whether a plan is as expected. An expected error is not, since there is a plan."""
    return _JUDGES[item.kind](item, plan)


# ---- words -----------------------------------------------------------------------------------------------------------


def named(name: str) -> str:
    """An id as an expectation writes it."""
    return name if name.isidentifier() and name.isascii() else quote(name)


def mass(kilograms: Fraction, unit: str = "kg") -> str:
    """A mass in a unit, or in kg where it is no decimal in that unit; one that never ends is cut, which `…` says."""
    amount = kilograms / MASS_UNITS[unit]
    if has_end(amount):
        return f"{plain(amount)} {unit}"
    return f"{plain(kilograms)}{'' if has_end(kilograms) else '…'} kg"


def kilograms(quantity: ast.Quantity) -> Fraction:
    return quantity.value * MASS_UNITS[quantity.unit]


def _unit(item: ast.Expectation) -> str:
    return "kg" if item.quantity is None else item.quantity.unit


def _words(*pairs: tuple[str, ast.Identifier | str | None]) -> str:
    """`from a to r1`: each word with its name, where there is one."""
    texts = [(word, one.name if isinstance(one, ast.Identifier) else one) for word, one in pairs]
    return "".join(f" {word} {named(name)}" for word, name in texts if name is not None)


def _name(identifier: ast.Identifier | None) -> str | None:
    return None if identifier is None else identifier.name


def few(lines: Iterable[str]) -> tuple[str, ...]:
    """The first lines, and how many more there are."""
    found = tuple(lines)
    if len(found) <= MOST_LINES:
        return found
    return (*found[: MOST_LINES - 1], f"… and {len(found) - MOST_LINES + 1} more")


def _because(codes: Iterable[str]) -> str:
    said = ", ".join(codes)
    return f" because {said}" if said else ""


# ---- awards ----------------------------------------------------------------------------------------------------------


def _matching(item: ast.Expectation, awards: Iterable[Award]) -> list[Award]:
    offer, request = _name(item.offer), _name(item.request)
    return [one for one in awards if offer in (None, one.offer) and request in (None, one.request)]


def _award(item: ast.Expectation, plan: Plan) -> Judged:
    assert item.quantity is not None
    mine = _matching(item, plan.awards)
    given = sum((one.quantity for one in mine), Fraction(0))
    if given == kilograms(item.quantity):
        return MET
    whom = _words(("from", item.offer), ("to", item.request))
    first = f"award {mass(given, _unit(item))}{whom}" if mine else f"no award{whom}"
    return Unmet(few([first, *_instead(item, mine, plan)]), _about(item, plan))


def _instead(item: ast.Expectation, mine: list[Award], plan: Plan) -> list[str]:
    """Who else got what was asked for; where no offer is named, from whom it came."""
    request = _name(item.request)
    if item.offer is None:
        others = mine if len(mine) > 1 else []
    else:
        others = [one for one in plan.awards if one not in mine and request in (None, one.request)]
    return [awarded(one, _unit(item)) for one in others]


def awarded(award: Award, unit: str = "kg") -> str:
    return f"award {mass(award.quantity, unit)}{_words(('from', award.offer), ('to', award.request))}"


def _no_award(item: ast.Expectation, plan: Plan) -> Judged:
    mine = _matching(item, plan.awards)
    if not mine:
        return MET
    return Unmet(few(map(awarded, mine)), tuple((one.offer, one.request) for one in mine))


def _order(item: ast.Expectation, plan: Plan) -> Judged:
    wanted = [one.name for one in item.order]
    mine = _matching(item, plan.awards)
    found = [one.offer for one in mine]
    if found == wanted:
        return MET
    for_whom = _words(("for", item.request))
    line = f"order {', '.join(map(named, found))}{for_whom}" if found else f"no award{_words(('to', item.request))}"
    at = next((at for at, pair in enumerate(zip(wanted, found, strict=False)) if pair[0] != pair[1]), None)
    at = min(len(wanted), len(found)) if at is None else at
    about = dict.fromkeys([*wanted[at : at + 1], *found[at : at + 1]])
    return Unmet((line,), tuple((offer, _name(item.request)) for offer in about))


def _about(item: ast.Expectation, plan: Plan) -> tuple[tuple[str, str | None], ...]:
    """The offer that an expectation names; where it names none, who was passed over or cut short."""
    if item.offer is not None:
        return ((item.offer.name, _name(item.request)),)
    return _passed_over(_name(item.request), plan)


def _passed_over(request: str | None, plan: Plan) -> tuple[tuple[str, str | None], ...]:
    """Who won nothing, for this request or for a reason that left it open, but not since nobody needed them."""
    open_by = {code for one in plan.shortfalls if request in (None, one.request) for code in one.because}
    found = []
    for one in plan.rejections:
        codes = {reason.code for reason in one.reasons} - {"not_needed"}
        if codes and (request is None or one.request in (None, request) or codes & open_by):
            found.append((one.offer, one.request if request is None else request))
    return tuple(found)


# ---- rejections ------------------------------------------------------------------------------------------------------


def flip_price(rejection: Rejection) -> Fraction | None:
    """The highest price at which nothing in the price stands against it: the least of its reasons' flip prices."""
    return min((one.flip_price for one in rejection.reasons if one.flip_price is not None), default=None)


def _reject(item: ast.Expectation, plan: Plan) -> Judged:
    assert item.offer is not None
    offer, request = item.offer.name, _name(item.request)
    about = ((offer, request),)
    rejection = next((one for one in plan.rejections if one.offer == offer), None)
    if rejection is None:
        won = [awarded(one) for one in plan.awards if one.offer == offer]
        return Unmet(few(won or [f"no offer {named(offer)}"]), about if won else ())
    codes = [one.code for one in rejection.reasons]
    met = (
        (request is None or rejection.request in (None, request))
        and (not item.because or set(item.because) == set(codes))
        and (item.flip is None or _price(item.flip, plan) == flip_price(rejection))
    )
    if met:
        return MET
    line = f"reject {named(offer)}{_words(('for', rejection.request))}"
    return Unmet((f"{line}{_because(codes)}{_unless(item, rejection, plan)}",), about)


def _price(price: ast.Price, plan: Plan) -> Fraction | None:
    """Per kg; None in another currency than the plan's, in which no price of it is."""
    return price.value / MASS_UNITS[price.unit] if price.currency == plan.currency else None


def _unless(item: ast.Expectation, rejection: Rejection, plan: Plan) -> str:
    flip = flip_price(rejection)
    if item.flip is None:
        return ""
    if flip is None:
        return ", whatever its price"
    unit = item.flip.unit
    amount = flip * MASS_UNITS[unit]
    return f" unless price <= {plain(amount)}{'' if has_end(amount) else '…'} {plan.currency}/{unit}"


# ---- shortfalls ------------------------------------------------------------------------------------------------------


def _shortfalls(item: ast.Expectation, plan: Plan) -> list[Shortfall]:
    return [one for one in plan.shortfalls if _name(item.request) in (None, one.request)]


def _short(one: Shortfall, unit: str = "kg") -> str:
    return f"shortfall {mass(one.quantity, unit)}{_words(('for', one.request))}{_because(one.because)}"


def _shortfall(item: ast.Expectation, plan: Plan) -> Judged:
    assert item.quantity is not None
    mine = _shortfalls(item, plan)
    short = sum((one.quantity for one in mine), Fraction(0))
    causes = {code for one in mine for code in one.because}
    if short == kilograms(item.quantity) and (not item.because or set(item.because) == causes):
        return MET
    lines = [_short(one, _unit(item)) for one in mine] or [f"no shortfall{_words(('for', item.request))}"]
    return Unmet(few(lines), _passed_over(_name(item.request), plan))


def _no_shortfall(item: ast.Expectation, plan: Plan) -> Judged:
    mine = _shortfalls(item, plan)
    return Unmet(few(map(_short, mine)), _passed_over(_name(item.request), plan)) if mine else MET


# ---- where it lies ---------------------------------------------------------------------------------------------------


def _place(item: ast.Expectation, plan: Plan) -> Judged:
    assert item.quantity is not None and item.facility is not None
    of = [one for one in plan.placements if _name(item.offer) in (None, one.offer)]
    here = sum((one.quantity for one in of if one.facility == item.facility.name), Fraction(0))
    if here == kilograms(item.quantity):
        return MET
    whom = [(one, _words(("from", one.offer), ("in", one.facility))) for one in of]
    lines = [f"place {mass(one.quantity, _unit(item))}{words}" for one, words in whom]
    lines += _left(item, plan)
    return Unmet(few(lines) or ("nothing is placed",), _stored(item, plan))


def _left(item: ast.Expectation, plan: Plan) -> list[str]:
    mine = [one for one in plan.unplaced if _name(item.offer) in (None, one.offer)]
    return [f"unplaced {mass(one.quantity, _unit(item))}{_words(('from', one.offer))}" for one in mine]


def _stored(item: ast.Expectation, plan: Plan) -> tuple[tuple[str, str | None], ...]:
    """The offers whose placements are asked about."""
    won = [one for one in plan.awards if _name(item.offer) in (None, one.offer)]
    return tuple((one.offer, one.request) for one in won)


def _unplaced(item: ast.Expectation, plan: Plan) -> Judged:
    assert item.quantity is not None
    mine = [one for one in plan.unplaced if _name(item.offer) in (None, one.offer)]
    if sum((one.quantity for one in mine), Fraction(0)) == kilograms(item.quantity):
        return MET
    lines = _left(item, plan) or [f"no unplaced{_words(('from', item.offer))}"]
    return Unmet(few(lines), _stored(item, plan))


def _no_unplaced(item: ast.Expectation, plan: Plan) -> Judged:
    lines = _left(item, plan)
    return Unmet(few(lines), _stored(item, plan)) if lines else MET


# ---- totals, findings, errors ----------------------------------------------------------------------------------------


def _total(item: ast.Expectation, plan: Plan) -> Judged:
    assert item.name is not None and item.amount is not None
    which, totals = item.name.name, plan.totals
    if isinstance(item.amount, ast.Money):
        if (item.amount.value, item.amount.currency) == (Fraction(totals.cost), plan.currency):
            return MET
        return Unmet((f"total cost {totals.cost:.2f} {plan.currency}",))
    unit = item.amount.unit
    if item.by is None or item.subject is None:
        found, lines = getattr(totals, which), [f"total {which} {mass(getattr(totals, which), unit)}"]
    else:
        parts: Mapping[str, Fraction] = getattr(totals, f"by_{item.by.name}")
        found = parts.get(item.subject.name, Fraction(0))
        lines = [
            f"total {which} {mass(one, unit)} by {item.by.name} {named(name) if name else 'unknown'}"
            for name, one in parts.items()
        ]
    return MET if found == kilograms(item.amount) else Unmet(few(lines) or ("nothing is awarded",))


def _finding(item: ast.Expectation, plan: Plan) -> Judged:
    assert item.name is not None
    subject = _name(item.subject)
    mine = [one for one in plan.findings if one.rule == item.name.name and subject in (None, one.subject)]
    if all(one.holds for one in mine) == item.holds:
        return MET
    lines = [
        f"finding {one.rule} {'holds' if one.holds else 'fails'} for {named(one.subject)}"
        f": {one.actual or 'nothing'}, limit {one.limit or 'none'}"
        for one in mine
    ]
    return Unmet(few(lines) or (f"finding {item.name.name} holds: there is none that fails",))


def _error(item: ast.Expectation, plan: Plan) -> Judged:
    counts = [(len(plan.awards), "award"), (len(plan.shortfalls), "shortfall")]
    return Unmet(("a plan: " + ", ".join(f"{number} {what}{'' if number == 1 else 's'}" for number, what in counts),))


_JUDGES: Mapping[str, Callable[[ast.Expectation, Plan], Judged]] = {
    "award": _award, "no_award": _no_award, "order": _order, "reject": _reject, "shortfall": _shortfall,
    "no_shortfall": _no_shortfall, "place": _place, "unplaced": _unplaced, "no_unplaced": _no_unplaced,
    "total": _total, "finding": _finding, "error": _error,
}  # fmt: skip
