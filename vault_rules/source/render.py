"""Diagnostics in the form asked for; what a form looks like is its own module's business."""

from __future__ import annotations

from collections.abc import Iterable

from vault_rules.source.diagnostic import Diagnostic

FORMATS = ("text", "json", "github", "sarif")


def render(diagnostics: Iterable[Diagnostic], format: str = "text", colour: bool = False) -> str:
    """The diagnostics in file order. `colour` concerns the text only."""
    if format == "text":
        from vault_rules.source.render_text import render_text

        return render_text(diagnostics, colour)
    if format == "json":
        from vault_rules.source.render_json import render_json

        return render_json(diagnostics)
    if format == "github":
        from vault_rules.source.render_github import render_github

        return render_github(diagnostics)
    if format == "sarif":
        from vault_rules.source.render_sarif import render_sarif

        return render_sarif(diagnostics)
    raise ValueError(f"no such format: {format!r}; there are {', '.join(FORMATS)}")
