"""What pytest collects of a `.vault` file, and how it is run and shown."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from vault_rules.errors import PolicyError, UsageError, VaultRulesError
from vault_rules.testing import pytest_plugin

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


class NotSoError(Exception):
    """A test or law of a policy that does not hold; its text says all there is to say."""


class VaultItem(pytest.Item):
    """A test or a law of a policy. `word` chooses all of its kind, as in `-k law`."""

    word = ""

    def __init__(self, *, policy: Policy, block: Any, **more: Any) -> None:
        super().__init__(**more)
        self.policy, self.block = policy, block
        self.extra_keyword_matches.add(self.word)

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, self.block.span.line - 1, self.name

    def repr_failure(self, excinfo: Any, style: Any = None) -> Any:
        """What is not so, in the author's words; of anything else than that, as ever."""
        if isinstance(excinfo.value, NotSoError):
            return str(excinfo.value)
        if isinstance(excinfo.value, VaultRulesError) and not self.config.getoption("fulltrace", False):
            return f"error: {excinfo.value}"
        return super().repr_failure(excinfo, style)


class VaultTest(VaultItem):
    """A `test` block, run on both engines."""

    word = "test"

    def runtest(self) -> None:
        from vault_rules.trials.running import run_test
        from vault_rules.trials.telling.text import Pen, failed

        result = run_test(self.policy, self.block)
        if not result.passed:
            raise NotSoError("\n".join(failed(result, Pen(colour=False, width=_width(self.config)))))


class VaultLaw(VaultItem):
    """An `always` block, tried with books made for its policy."""

    word = "law"

    def runtest(self) -> None:
        from vault_rules.trials.hunts import Hunt, hunt_laws
        from vault_rules.trials.telling.text import Pen, broken

        asked = Hunt(pytest_plugin.examples(self.config), pytest_plugin.seed(self.config))
        (result,) = hunt_laws(self.policy, (self.block,), asked)
        self.user_properties += [("examples", result.examples), ("seed", result.seed)]
        if not result.passed:
            raise NotSoError("\n".join(broken(result, Pen(colour=False, width=_width(self.config)))))


def _width(config: pytest.Config) -> int:
    return min(max(config.get_terminal_writer().fullwidth, 60), 120)
