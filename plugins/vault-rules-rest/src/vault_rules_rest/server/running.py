"""Serving until a signal comes: the address is printed once calls are taken."""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import attrs
import uvicorn
from starlette.applications import Starlette

from vault_rules.errors import UsageError

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@attrs.frozen
class Listening:
    """Where a server listens; with `cert` and `key` it speaks TLS."""

    host: str = "127.0.0.1"
    port: int = 0
    cert: Path | None = None
    key: Path | None = None


def run(app: Starlette, listening: Listening, tell: Callable[[str], None]) -> None:
    """Serve until SIGINT or SIGTERM. Raises `UsageError` where the address cannot be had."""
    config = uvicorn.Config(
        app,
        http="h11",
        ws="none",
        lifespan="off",
        loop="asyncio",
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=5,
        ssl_certfile=listening.cert,
        ssl_keyfile=listening.key,
    )
    _load(config)
    bound = _bound(listening)
    _Server(config, lambda: tell(_address(listening, bound))).run([bound])


class _Server(uvicorn.Server):
    """Tells when it takes calls, and leaves with exit code 0 when it is asked to stop."""

    def __init__(self, config: uvicorn.Config, tell: Callable[[], None]) -> None:
        super().__init__(config)
        self._tell = tell
        for one in _SIGNALS:  # uvicorn raises what it caught once more after it has stopped: that ends up here
            signal.signal(one, self._stop)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self.should_exit = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._tell()


def _load(config: uvicorn.Config) -> None:
    try:
        config.load()
    except OSError as why:
        raise UsageError(f"the certificate or its key cannot be read: {why.strerror or why}") from None


def _bound(listening: Listening) -> socket.socket:
    family = socket.AF_INET6 if ":" in listening.host else socket.AF_INET
    # said to be TCP, so that asyncio does not let the end of an answer wait for an acknowledgement (Nagle)
    found = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind((listening.host, listening.port))
    except OSError as why:
        found.close()
        raise UsageError(f"{listening.host} port {listening.port} cannot be had: {why.strerror or why}") from None
    return found


def _address(listening: Listening, bound: socket.socket) -> str:
    host = f"[{listening.host}]" if ":" in listening.host else listening.host
    return f"{'http' if listening.cert is None else 'https'}://{host}:{bound.getsockname()[1]}"
