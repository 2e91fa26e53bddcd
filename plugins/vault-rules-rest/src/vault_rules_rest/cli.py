"""The command `vault-rules-rest`: the reference server, and the protocol's document."""

from __future__ import annotations

import os
from pathlib import Path

import click

from vault_rules.errors import UsageError
from vault_rules_rest import __version__
from vault_rules_rest.config import is_loopback

TOKEN = "VAULT_RULES_REST_TOKEN"  # noqa: S105  # the variable's name


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def main() -> None:
    """Traders and warehouses of vault-rules over HTTP."""


@main.command()
def openapi() -> None:
    """Print the protocol's OpenAPI document."""
    from vault_rules_rest.document import text

    click.echo(text(), nl=False)


_FOLDER = click.Path(exists=True, path_type=Path)
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@main.command()
@click.option("--book", type=_FOLDER, help="A trader's order book: a folder, a workbook, or a file of offers.")
@click.option("--warehouse", type=_FOLDER, help="A warehouse: a folder or workbook of facilities and holdings.")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(0, 65535), default=0, show_default=True, help="0: any that is free.")
@click.option("--cert", type=_FILE, help="A certificate (PEM): the server speaks TLS.")
@click.option("--key", type=_FILE, help="The certificate's key (PEM).")
def serve(book: Path | None, warehouse: Path | None, host: str, port: int, cert: Path | None, key: Path | None) -> None:
    """Serve an order book, a warehouse or both, until SIGINT or SIGTERM. Prints its address.

    What is held is kept in a journal beside the files, and outlives the server. Where the environment has a
    VAULT_RULES_REST_TOKEN, whoever calls must give it; outside of this machine there must be one, and TLS.
    """
    token = os.environ.get(TOKEN) or None
    if book is None and warehouse is None:
        raise click.UsageError("Say --book, --warehouse or both.")
    if (cert is None) != (key is None):
        raise click.UsageError("--cert and --key go together.")
    if not is_loopback(host) and (cert is None or token is None):
        raise click.UsageError(f"Outside of this machine, --cert, --key and {TOKEN} are needed.")
    try:
        _serve(book, warehouse, (host, port, cert, key), token)
    except UsageError as why:
        raise click.UsageError(str(why)) from None


def _serve(
    book: Path | None, warehouse: Path | None, at: tuple[str, int, Path | None, Path | None], token: str | None
) -> None:
    from vault_rules.adapters.files_config import FilesConfig
    from vault_rules.adapters.files_storage import FilesStorage
    from vault_rules.adapters.files_trader import FilesTrader
    from vault_rules.adapters.registration import Setup

    try:
        from vault_rules_rest.server.app import build
        from vault_rules_rest.server.running import Listening, run
    except ImportError as why:
        raise UsageError(f"{why.name} is missing: pip install 'vault-rules-rest[server]'") from None

    here = Setup("files", Path.cwd())
    trader = None if book is None else FilesTrader(FilesConfig(book), here)
    storage = None if warehouse is None else FilesStorage(FilesConfig(warehouse), here)
    run(build(trader, storage, token), Listening(*at), click.echo)
