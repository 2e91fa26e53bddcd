"""Diagnostics as SARIF 2.1.0, the form that code scanners exchange."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import quote

from vault_rules.source.codes import CODES, explain_page
from vault_rules.source.diagnostic import Diagnostic, in_file_order
from vault_rules.source.place import place_of
from vault_rules.source.text import Span

_LEVELS = {"error": "error", "warning": "warning"}


def render_sarif(diagnostics: Iterable[Diagnostic]) -> str:
    """One run, with a rule for each code that occurs."""
    found = in_file_order(diagnostics)
    codes = sorted({one.code for one in found})
    driver = {"name": "vault-rules", "rules": [_rule(code, found) for code in codes]}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(one, codes.index(one.code)) for one in found],
    }
    log = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=2) + "\n"


def _rule(code: str, found: Sequence[Diagnostic]) -> dict[str, Any]:
    known, page = CODES.get(code), explain_page(code)
    severity = known.severity if known else next(one.severity for one in found if one.code == code)
    rule: dict[str, Any] = {"id": code, "defaultConfiguration": {"level": _level(severity)}}
    if known:
        rule["shortDescription"] = {"text": known.title}
    if page:
        rule["help"] = {"text": page, "markdown": page}
    return rule


def _result(diagnostic: Diagnostic, rule: int) -> dict[str, Any]:
    text = f"{diagnostic.message}\nhelp: {diagnostic.help}" if diagnostic.help else diagnostic.message
    result: dict[str, Any] = {
        "ruleId": diagnostic.code,
        "ruleIndex": rule,
        "level": _level(diagnostic.severity),
        "message": {"text": text},
        "locations": [_location(diagnostic.span, diagnostic.label)],
    }
    if diagnostic.labels:
        places = enumerate(diagnostic.labels, 1)
        result["relatedLocations"] = [{"id": at, **_location(one.span, one.message)} for at, one in places]
    return result


def _location(span: Span, message: str) -> dict[str, Any]:
    place = place_of(span)
    region = {
        "startLine": place.line,
        "startColumn": place.column,
        "endLine": place.end_line,
        "endColumn": place.end_column,
    }
    file = {"uri": quote(place.file, safe="/", errors="replace")}
    location: dict[str, Any] = {"physicalLocation": {"artifactLocation": file, "region": region}}
    return {**location, "message": {"text": message}} if message else location


def _level(severity: str) -> str:
    return _LEVELS.get(severity, "note")
