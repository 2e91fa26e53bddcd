"""What the adapters of traders and of storages have in common."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from vault_rules.adapters.messages import Refusal, Status
from vault_rules.adapters.registration import Setup
from vault_rules.errors import Unavailable
from vault_rules_rest import paths, reading
from vault_rules_rest.call import Call
from vault_rules_rest.client import Http
from vault_rules_rest.config import RestConfig
from vault_rules_rest.fields import Fields
from vault_rules_rest.writing import Endless, said

T = TypeVar("T")


class Counterparty:
    """Somebody who speaks the protocol. `kind` is trader or storage, `base` where its paths begin."""

    kind: str
    base: str

    def __init__(self, config: RestConfig, setup: Setup) -> None:
        self._config = config
        self._http = Http(f"{self.kind} {setup.name}", config, setup)

    def health(self) -> str:
        """What it says of itself. Raises `Unavailable` where it speaks another version of the protocol."""
        version, text = self._http.must(Call(f"{self.base}{paths.HEALTH}", reading.health))
        if version != paths.VERSION:
            who = self._http.who
            raise Unavailable(f"{who} speaks version {version} of the protocol, and this is version {paths.VERSION}")
        return text

    def close(self) -> None:
        self._http.close()

    def status(self, key: str) -> Status:
        path = f"{self.base}{paths.STATUS}"
        return self._http.must(Call(path, reading.status, key, params=(("key", key),)))

    def _change(self, path: str, read: Callable[[Fields], T], key: str, message: Any = None) -> T | Refusal:
        """The answer to a call that changes something."""
        try:
            body = {} if message is None else said(message)
        except Endless as why:
            raise Unavailable(f"{self._http.who}: POST {path}: {why}; nothing was sent") from None
        return self._http.ask(Call(path, read, key, body))
