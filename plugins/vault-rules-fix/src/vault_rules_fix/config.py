"""What the adapter `fix` is told in `vault.toml`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import attrs

from vault_rules.adapters.registration import Secret

_COMP_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}", re.ASCII)
_HOST = re.compile(r"[A-Za-z0-9][A-Za-z0-9.:-]{0,252}", re.ASCII)


def _comp_ids(instance: object, attribute: attrs.Attribute[Any], value: str | tuple[str, ...]) -> None:
    names = (value,) if isinstance(value, str) else value
    if not names or len(set(names)) < len(names) or not all(_COMP_ID.fullmatch(one) for one in names):
        raise ValueError(f"`{attribute.name}` is a CompID: letters, digits, `.`, `-` and `_`, each once")


def _host(instance: object, attribute: attrs.Attribute[Any], value: str) -> None:
    if not _HOST.fullmatch(value):
        raise ValueError("`host` is the name or address of a machine")


def _text(instance: object, attribute: attrs.Attribute[Any], value: str | None) -> None:
    if value is not None and not (value and value.isprintable()):
        raise ValueError(f"`{attribute.name}` is a text of letters that can be seen")


@attrs.frozen
class FixConfig:
    """`sender` is our CompID, or several, one for each session that may be open at once: the adapter takes the first
    that is free. `state` is the folder in which sequence numbers are kept.

    `reset_on_logon` begins at 1 with every logon, where the counterparty wants it so. `heartbeat` in seconds.
    """

    host: str = attrs.field(validator=_host)
    port: int = attrs.field(validator=[attrs.validators.ge(1), attrs.validators.le(65535)])
    sender: str | tuple[str, ...] = attrs.field(validator=_comp_ids)
    target: str = attrs.field(validator=_comp_ids)
    username: str | None = attrs.field(default=None, validator=_text)
    password: Secret | None = None
    account: str | None = attrs.field(default=None, validator=_text)
    heartbeat: int = attrs.field(default=30, validator=[attrs.validators.ge(1), attrs.validators.le(3600)])
    reset_on_logon: bool = False
    state: Path = Path("fix-state")

    @property
    def senders(self) -> tuple[str, ...]:
        return (self.sender,) if isinstance(self.sender, str) else self.sender

    @property
    def place(self) -> str:
        return f"{self.host}:{self.port}"
