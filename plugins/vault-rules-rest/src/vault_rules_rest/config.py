"""What the adapters `rest` are told in `vault.toml`."""

from __future__ import annotations

import re
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

import attrs

from vault_rules.adapters.registration import Secret

_TOKEN = re.compile(r"[\x21-\x7e]{1,4096}")


def is_loopback(host: str) -> bool:
    """Whether a host is this machine."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _address(instance: object, attribute: attrs.Attribute[Any], value: str) -> None:
    """Raises `ValueError`, which never shows the address: it might hold a password."""
    try:
        parts = urlsplit(value)
        parts.port  # noqa: B018  # a port that is none raises
    except ValueError:
        raise ValueError("`url` is no address") from None
    why = _why_not(parts, value)
    if why:
        raise ValueError(f"`url` {why}")


def _why_not(parts: SplitResult, value: str) -> str:
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return "is an address such as https://rfq.acme.example"
    if "@" in parts.netloc:
        return "holds a user or a password: a token is taken from the environment by `token`"
    if "?" in value or "#" in value:
        return "ends with its path: what follows `?` or `#` is not used"
    if not value.isascii() or not value.isprintable() or " " in value or "\\" in value:
        return "holds a letter that no address has"
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        return "is not encrypted: outside of this machine only https:// is used"
    return ""


def _fits_a_header(instance: object, attribute: attrs.Attribute[Any], value: Secret | None) -> None:
    if value is not None and not _TOKEN.fullmatch(value.reveal()):
        raise ValueError(f"`token` is {value}, which holds what no token has: blanks, line ends or no ASCII")


def _between(least: int, most: int) -> Any:
    def check(instance: object, attribute: attrs.Attribute[Any], value: int) -> None:
        if not least <= value <= most:
            raise ValueError(f"`{attribute.name}` is a whole number from {least:,} to {most:,}")

    return check


@attrs.frozen
class RestConfig:
    """`url`: where the protocol's paths begin; `token`: sent as a bearer token, there and nowhere else.

    `ca`: a file of certificates (PEM) that are trusted instead of the machine's. `attempts`: how often a call is sent
    in all where it gets lost on its way. `page`: how many rows are asked for at once. `max_bytes`: no page is larger.
    """

    url: str = attrs.field(validator=_address)
    token: Secret | None = attrs.field(default=None, validator=_fits_a_header)
    ca: Path | None = None
    attempts: int = attrs.field(default=3, validator=_between(1, 10))
    page: int = attrs.field(default=500, validator=_between(1, 1000))
    max_bytes: int = attrs.field(default=4_000_000, validator=_between(1_000, 100_000_000))
