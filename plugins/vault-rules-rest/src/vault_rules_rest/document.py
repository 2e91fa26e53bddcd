"""The protocol's OpenAPI document, as it is shipped."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any


def text() -> str:
    """The document as JSON."""
    return (files("vault_rules_rest") / "openapi.json").read_text(encoding="utf-8")


def document() -> dict[str, Any]:
    """The document as data."""
    found: dict[str, Any] = json.loads(text())
    return found
