"""An explanation as text for people and as JSON for programs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from vault_rules.domain.exact import plain
from vault_rules.domain.trace import Trace, TraceEntry
from vault_rules.report.as_json import dump, rule_fields
from vault_rules.report.columns import number, place
from vault_rules.report.layout import clean, fit, measured, wrapped
from vault_rules.report.reasons import in_words

SCHEMA = "vault-rules/trace/1"
_COLOURS = {
    "holds": "\x1b[32m",
    "takes": "\x1b[32m",
    "fails": "\x1b[31m",
    "unknown": "\x1b[31m",
    "limits": "\x1b[33m",
    "waived": "\x1b[2m",
}
_BOLD, _PLAIN = "\x1b[1m", "\x1b[0m"
_INDENT = 9


def trace_to_json(trace: Trace) -> str:
    """The chain of clauses, schema `vault-rules/trace/1`."""
    return dump({"schema": SCHEMA, **trace_fields(trace)})


def trace_fields(trace: Trace) -> dict[str, Any]:
    """The chain of clauses as plain values."""
    return {
        "offer": trace.offer,
        "request": trace.request,
        "mineral": trace.mineral,
        "outcome": trace.outcome,
        "entries": [_fields(entry) for entry in trace.entries],
    }


def _fields(entry: TraceEntry) -> dict[str, Any]:
    return {
        "stage": entry.stage,
        "name": entry.name,
        "verdict": entry.verdict,
        "code": entry.code,
        "text": entry.text,
        "actual": entry.actual,
        "limit": entry.limit,
        "flip_price_per_kg": number(entry.flip_price),
        "exceptions": list(entry.exceptions),
        "rule": rule_fields(entry.rule),
    }


def trace_to_text(trace: Trace, colour: bool = False, width: int = 80) -> str:
    """The chain in the order of deciding: verdict, clause as written, what was compared, the flip price."""
    asked = "" if trace.request is None else f", for request {trace.request}"
    title = fit(clean(f"offer {trace.offer} of {trace.mineral}{asked}"), width)
    lines = [f"{_BOLD}{title}{_PLAIN}" if colour else title, *wrapped(clean(trace.outcome), width)]
    for entry in trace.entries:
        lines += ["", *entry_lines(entry, colour, width)]
    return "\n".join(lines) + "\n"


def entry_lines(entry: TraceEntry, colour: bool = False, width: int = 80) -> Iterator[str]:
    """One clause: its verdict and place, its text, what was compared."""
    head, where = clean(f"{entry.stage} {entry.name}".rstrip()), clean(place(entry.rule) or "")
    room = width - _INDENT
    line = f"{head}  ({where})" if where else head
    lines = wrapped(line, room)
    # a ban that holds for an offer would read as if it banned it
    said = "passes" if entry.stage == "forbid" and entry.verdict == "holds" else entry.verdict
    verdict = fit(clean(said), _INDENT - 1).ljust(_INDENT)
    code = _COLOURS.get(entry.verdict, "") if colour else ""
    yield f"{code}{verdict}{_PLAIN}{lines[0]}" if code else f"{verdict}{lines[0]}"
    for text in (*lines[1:], *_details(entry, room)):
        yield f"{' ' * _INDENT}{text}"


def _details(entry: TraceEntry, room: int) -> Iterator[str]:
    if entry.text:
        yield from wrapped(clean(entry.text), room)
    sides = (("actual", entry.actual), ("limit", entry.limit))
    compared = [f"{name} {_value(value)}" for name, value in sides if value is not None]
    if compared:
        yield from wrapped(", ".join(compared), room)
    for code in (entry.code or "").split(", "):
        if code:
            yield from wrapped(clean(f"{code}: {in_words(code)}"), room)
    if entry.flip_price is not None:
        yield from wrapped(f"this falls away at {plain(entry.flip_price)} per kg", room)
    if entry.exceptions:
        word = "exception" if len(entry.exceptions) == 1 else "exceptions"
        yield from wrapped(clean(f"under {word} {', '.join(entry.exceptions)}"), room)


def _value(text: str) -> str:
    """An explanation hides no digit."""
    return measured(text, places=12)
