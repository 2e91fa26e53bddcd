"""How many rejections each code has, without making a single one."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import polars as pl

from vault_rules.engine.fast import codes
from vault_rules.engine.fast.kept_back import Unsaid
from vault_rules.engine.fast.lanes import asks
from vault_rules.engine.fast.lost import NONE
from vault_rules.engine.fast.verdicts import NO_TIER
from vault_rules.engine.fast.walk import Blocked, Walk
from vault_rules.semantics import typed

if TYPE_CHECKING:
    from vault_rules.engine.fast.evaluation import FastEvaluation


def rejection_counts(evaluation: FastEvaluation) -> dict[str, int]:
    """For each reason code how many offers that won nothing have it, sorted by code."""
    found: Counter[str] = Counter()
    for of in evaluation.causes.ineligible_counts.values():
        found.update(of)
    won = set(evaluation.serving.ledger.rows)
    last = {row: event for row, event in evaluation.passed_over.last.items() if row not in won}
    failed: dict[tuple[int, int], tuple[Walk, typed.Step, list[int]]] = {}
    blocked: dict[int, tuple[Walk, list[Blocked]]] = {}
    for row, (walk, step, one) in last.items():
        if step is None:
            found["not_in_waterfall"] += 1
        elif one is None:
            failed.setdefault((walk.number, step.number), (walk, step, []))[2].append(row)
        else:
            blocked.setdefault(walk.number, (walk, []))[1].append(one)
    for walk, step, rows in failed.values():
        found.update(_failed(evaluation, walk, step, rows))
    for walk, ones in blocked.values():
        found.update(_blocked(evaluation, walk, ones))
    found["not_needed"] += _may_serve(evaluation) - len(won) - len(last)
    return {code: count for code, count in sorted(found.items()) if count}


def _failed(evaluation: FastEvaluation, walk: Walk, step: typed.Step, rows: list[int]) -> dict[str, int]:
    """For how many of some offers each code kept them from a step."""
    lanes, request = evaluation.serving.lanes, walk.request
    queue, lost = evaluation.serving.queue(walk, step).queue, evaluation.lost
    if lost is not None:
        these, kept = frozenset(rows), dict(lost.step(queue, request.mineral))
        for code, of in lost.terms(request).items():
            kept[code] = kept.get(code, NONE) | of
        return {code: len(these & of) for code, of in kept.items()}
    masks = [*codes.of_step(lanes, queue)]
    if any(one is not None for one in asks(request)):
        masks += codes.of_terms(request, lanes.sight_of(queue))
    mine = pl.col("row").is_in(pl.Series(rows, dtype=pl.UInt32).implode())
    here = lanes.rows(lanes.sight_of(queue), request.mineral).lazy().filter(mine).collect()
    return codes.by_mineral(here, codes.together(masks), lanes.names).get(request.mineral, {})


def _blocked(evaluation: FastEvaluation, walk: Walk, ones: list[Blocked]) -> Counter[str]:
    """For how many of some offers that were asked, or passed over together, each code kept them back."""
    found: Counter[str] = Counter()
    rest = {(one.step, one.row): one for one in ones}
    for sifted in walk.told:
        places = pl.int_range(sifted.start, sifted.stop, eager=True)
        here = sifted.lane.segment.frame["row"][places]
        rows = [row for row in here.to_list() if (sifted.step, row) in rest]
        if rows:
            try:
                found.update(evaluation.causes.counts_of(walk, sifted, rows))
            except Unsaid:
                continue
            for row in rows:
                del rest[sifted.step, row]
    for said in evaluation.causes.blocked_codes(walk, list(rest.values())):
        found.update(said)
    return found


def _may_serve(evaluation: FastEvaluation) -> int:
    """How many offers passed steps 3 and 4, asked for or not."""
    verdicts = evaluation.serving.verdicts
    code = verdicts.tier_code
    held = verdicts.eligible & (code != NO_TIER) & (code != verdicts.unknown_tier)
    found: int = verdicts.table.frame.lazy().with_columns(held=held).select(pl.col("held").sum()).collect().item()
    return found
