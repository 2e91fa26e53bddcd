"""Coverage as JSON, schema `vault-rules/coverage/1`: the same inputs give the same bytes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from vault_rules.report.as_json import dump
from vault_rules.source.place import place_of
from vault_rules.trials.coverage.measuring import Coverage, Figure
from vault_rules.trials.coverage.minimum import Minimum
from vault_rules.trials.coverage.points import KINDS, Point
from vault_rules.trials.coverage.text import percent

SCHEMA = "vault-rules/coverage/1"


def as_dict(coverage: Coverage) -> dict[str, Any]:
    """The coverage of one policy as plain values."""
    policy = coverage.policy
    return {
        "policy": {"name": policy.name, "version": policy.version, "sha256": policy.typed.sha256},
        "drafts": coverage.drafts,
        "rule_coverage": _figure(coverage.figure()),
        "by_kind": {kind: _figure(coverage.figure(kind)) for kind in KINDS},
        "files": [
            {
                "file": file,
                "rule_coverage": _figure(coverage.figure(file=file)),
                "by_kind": {kind: _figure(coverage.figure(kind, file)) for kind in KINDS},
                "points": [_point(one, coverage) for one in coverage.points if one.file == file],
            }
            for file in coverage.files
        ],
    }


def render(coverages: Sequence[Coverage], measured: str) -> str:
    """The coverage of some policies as text, ending with a newline; `measured` is `tests`, `laws` or `both`."""
    return dump(fields(coverages, measured))


def fields(coverages: Sequence[Coverage], measured: str, minimums: Sequence[Minimum] = ()) -> dict[str, Any]:
    """The same as plain values, and which minimums each meets."""
    policies = [as_dict(one) for one in coverages]
    for said, coverage in zip(policies, coverages, strict=True) if minimums else ():
        said["minimums"] = [
            {"kind": one.kind, "percent": percent(one.ratio), "lacking": one.lacking(coverage)} for one in minimums
        ]
    return {"schema": SCHEMA, "measured": measured, "policies": policies}


def _figure(figure: Figure) -> dict[str, Any]:
    return {"covered": figure.covered, "points": figure.points, "percent": percent(figure.ratio)}


def _point(point: Point, coverage: Coverage) -> dict[str, Any]:
    place = place_of(point.span).as_dict()
    del place["file"]
    covered = coverage.is_covered(point)
    return {
        "kind": point.kind,
        "what": point.what,
        "of": point.of,
        **place,
        "covered": covered,
        "missing": None if covered else point.missing,
    }
