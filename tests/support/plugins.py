"""Plugins typed out in a test, as if they were installed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import attrs
import pytest

from vault_rules.adapters import manager, points
from vault_rules.adapters.hookspecs import PREFIX, hookimpl
from vault_rules.adapters.manager import Plugins, discover


@attrs.frozen
class Distribution:
    name: str
    version: str


@attrs.frozen
class Point:
    """An entry point whose module is made by `make`."""

    name: str
    make: Callable[[], Any]
    dist: Distribution | None = Distribution("vault-rules-acme", "1.0")

    def load(self) -> Any:
        return self.make()


def module(**hooks: Sequence[Any]) -> ModuleType:
    """A module with these hooks, each of which hands in what stands here."""
    made = ModuleType("a_plugin")
    for hook, answer in hooks.items():
        setattr(made, PREFIX + hook, hookimpl(specname=PREFIX + hook)(_giving(answer)))
    return made


def _giving(answer: Any) -> Callable[[], Any]:
    def hook() -> Any:
        return answer

    return hook


def plugin(name: str = "acme", **hooks: Sequence[Any]) -> Point:
    """A plugin with these hooks."""
    return Point(name, lambda: module(**hooks))


def plugins(*given: Point) -> Plugins:
    return discover(given)


@contextmanager
def installed(*given: Point) -> Iterator[Plugins]:
    """Within it, these plugins are installed, and no others."""
    found = discover(given)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manager, "installed", lambda: found)
        patch.setattr(points, "installed_points", lambda: given)
        yield found
