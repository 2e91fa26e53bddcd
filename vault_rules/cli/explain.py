"""`vault-rules explain`: why an offer was bought or not; or what a diagnostic code means."""

from __future__ import annotations

import re
import sys
from datetime import date
from pathlib import Path

import click

from vault_rules.cli.evaluating import Day, make_plan
from vault_rules.cli.running import DONE, colour, emit


@click.command("explain")
@click.argument("policy", metavar="POLICY|CODE", type=click.Path())
@click.option("--book", type=click.Path(), help="A folder of tables, or a workbook.")
@click.option("--as-of", type=Day(), help="The day to evaluate for, as in 2027-08-01.")
@click.option("--offer", metavar="ID", help="The offer to explain.")
@click.option("--request", metavar="ID", help="For which request; else the one that decided.")
@click.option(
    "--set", "pairs", metavar="NAME=VALUE", multiple=True, help="Another value for a parameter; may be repeated."
)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Write to a file instead of stdout.")
def command(
    policy: str,
    book: str | None,
    as_of: date | None,
    offer: str | None,
    request: str | None,
    pairs: tuple[str, ...],
    form: str,
    output: Path | None,
) -> int:
    """The chain of clauses that decided about an offer, with values, limits and the
    price that would have turned it. `explain V0203` prints the page of a code.
    """
    if re.fullmatch(r"[Vv]\d{4}", policy):
        return _page(policy.upper(), output)
    if book is None or as_of is None or offer is None:
        raise click.UsageError(
            "To explain a verdict, give --book, --as-of and --offer; to explain a code, write it as in V0203."
        )
    from vault_rules.api import explain
    from vault_rules.report.traces import trace_to_json, trace_to_text

    plan = make_plan(policy, book, as_of, pairs, warn=False)
    trace = explain(plan, offer, request)
    emit(
        trace_to_json(trace) if form == "json" else trace_to_text(trace, colour=output is None and colour(sys.stdout)),
        output,
    )
    return DONE


def _page(code: str, output: Path | None) -> int:
    from vault_rules.source.codes import CODES, explain_page

    page = explain_page(code)
    if page is None:
        raise click.UsageError(f"There is no code {code}. There are {', '.join(sorted(CODES))}.")
    emit(page, output)
    return DONE
