"""What is measured of vault-rules: its quickest engine that is there, never beyond what that engine can do in time."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

import vault_rules as vr
from benchmarks import policies
from vault_rules.engine.engines import ENGINES

BASE = "vault-rules"
_LARGEST = {"reference": 2_000}


def best() -> str:
    """The fast engine, where there is one."""
    return "fast" if "fast" in ENGINES else ENGINES[0]


def reaches(engine: str, size: int) -> bool:
    """Whether the engine is meant for books of that size."""
    return size <= _LARGEST.get(engine, size)


def too_slow(engine: str, size: int) -> str:
    return f"the engine `{engine}` is not run on {size:,} offers"


def policy(text: str) -> Any:
    """A policy of a text; the file lives as long as it takes to load it."""
    with tempfile.TemporaryDirectory() as folder:
        return vr.load_policy(policies.write(text, Path(folder), "measured"))


def decide(engine: str, policy: Any, book: Any, as_of: date) -> pl.DataFrame:
    """The decisions alone: `offer`, `eligible`, `tier`, `within_premium`."""
    quick = getattr(vr, "decide", None)
    if quick is not None and engine != "reference":
        found = quick(policy, book, as_of)
        assert isinstance(found, pl.DataFrame)
        return found
    made = vr.evaluate(policy, book, as_of, engine=engine)
    standings = made._evaluated._evaluation.standings.values()  # type: ignore[union-attr]  # the reference's own
    rows = [(one.offer.offer, one.may_serve, one.tier if one.may_serve else None, None) for one in standings]
    schema = {"offer": pl.String, "eligible": pl.Boolean, "tier": pl.String, "within_premium": pl.Boolean}
    return pl.DataFrame(rows, schema=schema, orient="row")


def plan(engine: str, policy: Any, book: Any, as_of: date) -> Any:
    """A whole evaluation: who gets what, before any of it is shown."""
    return vr.evaluate(policy, book, as_of, engine=engine)


def awards(engine: str, policy: Any, book: Any, as_of: date) -> pl.DataFrame:
    """The awards of a whole evaluation, as the plan's frame."""
    frame: pl.DataFrame = plan(engine, policy, book, as_of).awards
    return frame
