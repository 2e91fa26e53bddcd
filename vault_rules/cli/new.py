"""`vault-rules new`: a policy of one's own, from a shipped pack or from the simplest one."""

from __future__ import annotations

from pathlib import Path

import click

from vault_rules.cli.running import DONE


@click.command("new")
@click.argument("policy", metavar="[POLICY]", required=False, type=click.Path(path_type=Path))
@click.option("--from", "pack", metavar="PACK", help="The pack to begin from; else the simplest policy.")
def command(policy: Path | None, pack: str | None) -> int:
    """Write POLICY.vault, a policy to begin with: a copy of a shipped pack under
    its new name, or the simplest policy. Without POLICY, list the packs.

    A file that is there is never overwritten.
    """
    from vault_rules.cli.packs import pack_named, packs, write_policy

    if policy is None:
        if pack is not None:
            raise click.UsageError("Say what the new policy is called: vault-rules new POLICY --from PACK.")
        known = packs()
        width = max(len(one.name) for one in known)
        for one in known:
            click.echo(f"{one.name:<{width}}  {one.title}")
        return DONE
    file = write_policy(policy, None if pack is None else pack_named(pack))
    click.echo(f"{file} is written; what next: vault-rules check {file}")
    return DONE
