"""`vault-rules-fix serve`: an order book in files, served over FIX to programs on this machine."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from threading import Event, Thread

import click

from vault_rules.errors import VaultRulesError


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Traders over FIX 4.4, for vault-rules."""


@main.command()
@click.option(
    "--book", type=click.Path(path_type=Path, exists=True), required=True, help="Folder or workbook of offers."
)
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Where to listen; 0: any that is free.")
@click.option("--name", default="TRADER", show_default=True, help="Our CompID.")
@click.option(
    "--customer", "customers", multiple=True, default=["VAULT"], show_default=True, help="Theirs; again for more."
)
@click.option("--state", type=click.Path(path_type=Path), help="Folder of sequence numbers; else `fix` in the book's.")
@click.option("--username", help="Who may log on.")
@click.option("--password-env", help="The variable that holds the password of whoever may.")
@click.option("--until-closed", is_flag=True, help="End when standard input is closed.")
def serve(
    book: Path, port: int, name: str, customers: tuple[str, ...], state: Path | None, username: str | None,
    password_env: str | None, until_closed: bool,
) -> None:  # fmt: skip
    """Answer requests for quote and take orders, from a reference order book, until interrupted.

    Whatever is held or bought stands in the book's `holds.jsonl`, and is still so after a restart.
    """
    from vault_rules_fix.desk import Desk
    from vault_rules_fix.server import Counter, Served, Server

    if os.name == "nt":
        raise click.ClickException("this runs on POSIX systems only: QuickFIX would listen on every interface")
    password = None if password_env is None else os.environ.get(password_env)
    if password_env is not None and not password:
        raise click.UsageError(f"the password comes from the environment, where {password_env} is not set")
    folder = (book if book.is_dir() else book.parent) / "fix" if state is None else state
    served = Served(name, customers, folder, username, password)
    try:
        server = Server(Counter(Desk(book), served), served, port)
    except (OSError, VaultRulesError) as why:
        raise click.ClickException(f"cannot serve: {why}") from None
    click.echo(f"serving {book.name} at 127.0.0.1:{server.port}, as {name} to {', '.join(customers)}")
    sys.stdout.flush()
    _wait(until_closed)
    server.stop()


def _wait(until_closed: bool) -> None:
    """Until we are asked to end."""
    over = Event()
    for one in (signal.SIGINT, signal.SIGTERM):
        signal.signal(one, lambda *_: over.set())
    if until_closed:
        Thread(target=_until_closed, args=(over,), daemon=True).start()
    while not over.wait(0.2):  # so that signals are seen
        pass


def _until_closed(over: Event) -> None:
    sys.stdin.read()
    over.set()
