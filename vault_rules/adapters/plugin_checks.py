"""What a plugin's hooks are called, and whether what they hand in is of the right form."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import attrs

from vault_rules.adapters import hookspecs
from vault_rules.adapters.hookspecs import PREFIX
from vault_rules.adapters.points import GROUP
from vault_rules.adapters.protocols import PROTOCOL
from vault_rules.adapters.registration import Function, Observer, Registration, Reviewer
from vault_rules.domain.spelling import did_you_mean

HOOKS: Mapping[str, type] = {
    "traders": Registration,
    "storages": Registration,
    "reference_prices": Registration,
    "functions": Function,
    "reviewers": Reviewer,
    "observers": Observer,
}
"""What each hook hands in, by its name without the prefix."""

OURS = ("adapter", "timeout", "retries", "prefix")
"""The keys of a section of `vault.toml` that are not the adapter's."""

_ADAPTER = re.compile(r"[a-z][a-z0-9_-]{0,40}", re.ASCII)
_FUNCTION = re.compile(r"[a-z][a-z0-9_]{0,40}", re.ASCII)


class BadPlugin(Exception):
    """Why a plugin cannot be used, in words that follow its name."""


def misspelt(word: str, module: Any) -> None:
    """Raise `BadPlugin` for a name that looks like a hook and is none, or that nobody would call."""
    name = word.removeprefix(PREFIX)
    if name not in HOOKS:
        near = did_you_mean(name, HOOKS)
        known = f"did you mean `{PREFIX}{near}`?" if near else f"there are {', '.join(PREFIX + one for one in HOOKS)}"
        raise BadPlugin(f"has `{word}`, which is no hook: {known}")
    if not hasattr(getattr(module, word), f"{GROUP}_impl"):
        raise BadPlugin(f"has `{word}` without `@hookimpl` above it: nobody would call it")


def checked(hook: str, kind: type, answer: Any) -> Iterator[Any]:
    """Each thing that a hook handed in. Raises `BadPlugin` for what is none."""
    if not isinstance(answer, (list, tuple)):
        raise BadPlugin(f"gives no list in `{PREFIX}{hook}`, but a {type(answer).__name__}")
    for one in answer:
        if not isinstance(one, kind):
            raise BadPlugin(f"gives a {type(one).__name__} in `{PREFIX}{hook}`, where a {kind.__name__} is wanted")
        pattern = _FUNCTION if isinstance(one, Function) else _ADAPTER
        name: Any = getattr(one, "name", None)
        if not (isinstance(name, str) and pattern.fullmatch(name)):
            raise BadPlugin(f"gives a {hookspecs.WORDS[hook]} of the name {name!r}: write it in small letters")
        if isinstance(one, Registration):
            _adapter(one)
        yield one


def _adapter(one: Registration) -> None:
    if one.protocol != PROTOCOL:
        newer = "a newer version of the plugin" if one.protocol < PROTOCOL else "a newer version of vault-rules"
        raise BadPlugin(
            f"has the adapter `{one.name}` for version {one.protocol} of the protocol, and this is version {PROTOCOL}: "
            f"install {newer}"
        )
    config: Any = one.config
    if not (isinstance(config, type) and attrs.has(config)):
        raise BadPlugin(f"has the adapter `{one.name}` whose `config` is no attrs class")
    taken = [field.name for field in attrs.fields(one.config) if field.name in OURS]
    if taken:
        raise BadPlugin(f"has the adapter `{one.name}` whose `config` has `{taken[0]}`, a key of vault-rules' own")
