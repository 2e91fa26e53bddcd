"""`vault-rules demo`: the shipped policy on the shipped book."""

from __future__ import annotations

import sys
from datetime import date

import click

from vault_rules.cli.evaluating import make_plan
from vault_rules.cli.running import DONE, colour

AS_OF = date(2027, 8, 1)
_NEXT = """
What to try next (the policy and the book lie in {folder}):

  vault-rules explain {policy} --book {book} --as-of {day} --offer {offer}
  vault-rules evaluate {policy} --book {book} --as-of {day} --set domestic_cap=40%
  vault-rules evaluate {policy} --book {book} --as-of {day} --request r001
  vault-rules evaluate {policy} --book {book} --as-of {day} --format xlsx --output plan.xlsx
  vault-rules check {policy}
"""


@click.command("demo")
def command() -> int:
    """Evaluate the shipped flagship policy on the shipped book, and print the plan.

    The offers are synthetic; prices and producing countries' shares are the USGS's.
    """
    from vault_rules import resources
    from vault_rules.report.choice import first_rejection
    from vault_rules.report.tables import plan_to_text

    folder = resources.policies_folder()
    policy, book = folder / "project_vault.vault", folder / "books" / "vault_2026"
    plan = make_plan(str(policy), str(book), AS_OF, (), warn=False)
    click.echo(plan_to_text(plan.rows, rejections="summary", colour=colour(sys.stdout)), nl=False)
    rejection = first_rejection(plan.rows)
    offer = plan.rows.awards[0].offer if rejection is None else rejection.offer
    text = _NEXT.format(
        folder=folder,
        policy=f"{folder.name}/{policy.name}",
        book=f"{folder.name}/books/{book.name}",
        day=AS_OF,
        offer=offer,
    )
    click.echo(text, nl=False)
    return DONE
