"""What pytest collects of a `.vault` file, and how it is run and shown."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from vault_rules.errors import PolicyError, UsageError

if TYPE_CHECKING:
    from vault_rules.api import Policy


class VaultFile(pytest.File):
    """A policy: its tests and laws in file order. One with errors cannot be collected, and they are said."""

    def collect(self) -> Iterator[VaultItem]:
        policy = self._policy()
        names = Counter[str]()
        for kind, block in _blocks(policy):
            names[block.title] += 1
            count = names[block.title]
            name = block.title if count == 1 else f"{block.title} ({count})"
            yield kind.from_parent(self, name=name, policy=policy, block=block)

    def _policy(self) -> Policy:
        from vault_rules.api import load_policy
        from vault_rules.source.render_text import render_text

        try:
            return load_policy(_shown(self.path, self.config))
        except PolicyError as error:
            raise self.CollectError(render_text(error.diagnostics).rstrip()) from None
        except UsageError as error:
            raise self.CollectError(f"error: {error}") from None


def _blocks(policy: Policy) -> list[tuple[type[VaultItem], Any]]:
    from vault_rules.trials.blocks import laws_of, tests_of

    tests = [(VaultTest, one) for one in tests_of(policy)]
    laws = [(VaultLaw, one) for one in laws_of(policy)]
    return sorted([*tests, *laws], key=lambda one: one[1].span.start)


def _shown(path: Path, config: pytest.Config) -> str:
    """The file as a person would name it from where pytest was started; other drives are named whole."""
    try:
        return os.path.relpath(path, config.invocation_params.dir)
    except ValueError:
        return str(path)


class VaultItem(pytest.Item):
    """A test or a law of a policy."""

    word = ""

    def __init__(self, *, policy: Policy, block: Any, **more: Any) -> None:
        super().__init__(**more)
        self.policy, self.block = policy, block
        self.extra_keyword_matches.add(self.word)

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, self.block.span.line - 1, self.name


class VaultTest(VaultItem):
    """A `test` block, run on both engines."""

    word = "test"

    def runtest(self) -> None:
        raise NotImplementedError


class VaultLaw(VaultItem):
    """An `always` block, tried with books made for its policy."""

    word = "law"

    def runtest(self) -> None:
        raise NotImplementedError
