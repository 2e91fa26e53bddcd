"""The inner loop: offers that give all they have, or nothing at all, one after the other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from vault_rules.engine.fast.at_once import EACH, NOT_KNOWN
from vault_rules.engine.fast.tallies import UNKNOWN, Bound, Room

if TYPE_CHECKING:
    from vault_rules.engine.fast.step import Step


def through(step: Step, columns: Mapping[str, list[Any]], at: int, end: int) -> int:
    """Take from offers; the place of the first that is cut short by anything and has to be asked closely, or `end`.

    Everything that an award changes is kept in local names and noted at the end: this loop is all that large plans wait
    for.
    """
    serving, walk = step.serving, step.walk
    share = _share(step)
    if share <= 0 or any(len(cap.names) > 1 for cap in step.caps):
        return at
    rows, quantities, prices = columns["row"], columns["#quantity"], columns["#price"]
    lots, minima = columns["#lot"], columns["#min_quantity"]
    caps = [(cap, columns[cap.names[0]] if cap.names else None, cap.known, cap.money) for cap in step.caps]
    left, least_award, milligram = serving.left, step.least, step.tallies.milligram
    limit = min(walk.need, share)
    made = len(serving.ledger.rows)
    got_rows: list[int] = []
    got: list[int] = []
    blocked: list[tuple[int, int, int]] = []
    nothing: tuple[()] = ()
    while at < end and limit > 0:
        row = rows[at]
        has = left.get(row)
        if has is None:
            has = quantities[at]
        elif has == 0:
            at += 1
            continue
        minimum = minima[at]
        if has > limit or lots[at] is not None or has < least_award or (minimum is not None and has < minimum):
            break
        rooms = []
        stop = dead = False
        for cap, codes, known, money in caps:
            bound = known.get(nothing if codes is None else codes[at], UNKNOWN)
            if bound is None:
                continue
            if isinstance(bound, Bound):
                rest = bound.whole - bound.room.used
                if rest <= 0 and (not money or bound.top <= bound.room.used):
                    dead = True
                    continue
                if money:
                    if not step.tallies.surely(has + milligram, prices[at], rest):
                        stop = True
                        break
                elif (rest if milligram == 1 or bound.exact else rest // milligram * milligram) < has:
                    stop = True
                    break
                rooms.append((bound.room, money))
            elif isinstance(bound, Room):
                rooms.append((bound, money))
            else:
                stop = True
                break
        if stop:
            break
        if dead:
            blocked.append((row, has, made))
            at += 1
            continue
        made += 1
        cost = None
        for room, money in rooms:
            if money:
                if cost is None:
                    cost = step.tallies.invoice(has, prices[at])
                room.used += cost
            else:
                room.used += has
            room.made.append(made)
            room.uses.append(room.used)
        left[row] = 0
        got_rows.append(row)
        got.append(has)
        limit -= has
        at += 1
    _note(step, got_rows, got, blocked)
    return at


def _share(step: Step) -> int:
    """What the step's share surely allows, however it is rounded on the way."""
    if step.share is None:
        return step.walk.need
    if step.ratio is EACH:
        return 0
    rest = step.share_left(0)
    if rest is NOT_KNOWN:
        return 0
    if rest is None:
        return step.walk.need
    milligram = step.tallies.milligram
    return int(rest) if milligram == 1 else int(rest) - milligram


def _note(step: Step, rows: list[int], quantities: list[int], blocked: list[tuple[int, int, int]]) -> None:
    walk, number = step.walk, step.step.number
    if rows:
        step.serving.award_all(walk, number, rows, quantities)
    if blocked:
        _, blocked_rows, had, after = walk.run(number)
        for row, has, made in blocked:
            blocked_rows.append(row)
            had.append(has)
            after.append(made)
