"""Diagnostics as workflow commands, which GitHub shows beside the lines of a pull request."""

from __future__ import annotations

from collections.abc import Iterable

from vault_rules.source.diagnostic import Diagnostic, in_file_order
from vault_rules.source.place import place_of

_COMMANDS = {"error": "error", "warning": "warning"}


def render_github(diagnostics: Iterable[Diagnostic]) -> str:
    """One command a line, in file order."""
    return "".join(f"{_command(one)}\n" for one in in_file_order(diagnostics))


def _command(diagnostic: Diagnostic) -> str:
    place = place_of(diagnostic.span)
    properties = {
        "file": place.file,
        "line": place.line,
        "col": place.column,
        "endLine": place.end_line,
        "endColumn": place.end_column,
        "title": diagnostic.code,
    }
    listed = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
    return f"::{_COMMANDS.get(diagnostic.severity, 'notice')} {listed}::{_data(_message(diagnostic))}"


def _message(diagnostic: Diagnostic) -> str:
    """The whole of it: an annotation shows one place, so the others are named in words."""
    lines = [diagnostic.message]
    for label in diagnostic.labels:
        place = place_of(label.span)
        lines.append(f"{place.file}:{place.line}:{place.column}: {label.message}")
    if diagnostic.help:
        lines.append(f"help: {diagnostic.help}")
    return "\n".join(lines)


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
