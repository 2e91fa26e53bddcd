"""Diagnostics as JSON: a list in file order, lines and columns from 1, columns in code points."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from vault_rules.source.diagnostic import Diagnostic, in_file_order
from vault_rules.source.place import place_of


def render_json(diagnostics: Iterable[Diagnostic]) -> str:
    """The list as `check --format json` prints it."""
    return json.dumps([as_dict(one) for one in in_file_order(diagnostics)], indent=2) + "\n"


def as_dict(diagnostic: Diagnostic) -> dict[str, Any]:
    """One diagnostic as plain values."""
    return {
        "code": diagnostic.code,
        "severity": diagnostic.severity,
        "message": diagnostic.message,
        **place_of(diagnostic.span).as_dict(),
        "label": diagnostic.label,
        "help": diagnostic.help,
        "labels": [{"message": one.message, **place_of(one.span).as_dict()} for one in diagnostic.labels],
    }
