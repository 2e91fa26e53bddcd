"""An acceptor of QuickFIX on this machine alone.

QuickFIX listens on every interface and does not say on which port. So it is given a port of no importance, and the
socket on which it listens is replaced by one of ours, which listens where it should.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator

LOCAL = "127.0.0.1"


def free_port() -> int:
    """A port on which nobody listens just now."""
    with socket.socket() as one:
        one.bind((LOCAL, 0))
        return int(one.getsockname()[1])


def local_listener(port: int) -> socket.socket:
    """A socket that listens here. Raises `OSError` where the port is taken."""
    mine = socket.socket()
    try:
        mine.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        mine.bind((LOCAL, port))
        mine.listen(128)
        mine.setblocking(False)
    except OSError:
        mine.close()
        raise
    return mine


def replace_listener(start: Callable[[], object], mine: socket.socket) -> None:
    """Have what begins to listen listen at this socket instead."""
    before = dict(_listening())
    start()
    for descriptor, _ in _listening():
        if descriptor not in before:
            os.dup2(mine.fileno(), descriptor, inheritable=False)


def _listening() -> Iterator[tuple[int, int]]:
    """The sockets of this process that listen, with their ports."""
    for name in sorted(os.listdir("/dev/fd")):  # noqa: PTH208  # no files, and gone while we look
        try:
            one = socket.socket(fileno=int(name))
        except OSError:
            continue  # no socket
        try:
            if one.family == socket.AF_INET and one.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
                yield int(name), one.getsockname()[1]
        finally:
            one.detach()  # it is somebody else's
