"""`vault-rules evaluate`: the plan."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vault_rules.cli.evaluating import Day, make_plan
from vault_rules.cli.gathered import Asked, make_gathered_plan
from vault_rules.cli.running import DONE, SHORTFALL, colour, emit, emit_pieces

if TYPE_CHECKING:
    from vault_rules.api import Plan


@click.command("evaluate")
@click.argument("policy", type=click.Path())
@click.option("--book", type=click.Path(), help="A folder of tables, a workbook, or a snapshot.")
@click.option("--config", type=click.Path(path_type=Path), help="Ask those whom this vault.toml names, instead.")
@click.option("--requests", type=click.Path(path_type=Path), help="With --config: the file of requests.")
@click.option("--allow-missing", is_flag=True, help="With --config: a plan also where somebody does not answer.")
@click.option("--snapshot", type=click.Path(path_type=Path), help="With --config: where what was gathered is kept.")
@click.option("--as-of", required=True, type=Day(), help="The day to evaluate for, as in 2027-08-01.")
@click.option(
    "--format", "form", type=click.Choice(["table", "json", "csv", "xlsx"]), default="table", show_default=True
)
@click.option("--output", type=click.Path(path_type=Path), help="A file; for csv a folder. csv and xlsx need it.")
@click.option(
    "--rejections",
    type=click.Choice(["all", "summary", "none"]),
    help="How offers that won nothing are shown; by default `summary` in a table, `all` in JSON.",
)
@click.option("--request", metavar="ID", help="Show only what concerns one request.")
@click.option(
    "--set", "pairs", metavar="NAME=VALUE", multiple=True, help="Another value for a parameter; may be repeated."
)
@click.option(
    "--engine",
    type=click.Choice(["fast", "reference"]),
    default="fast",
    show_default=True,
    help="`reference` is slow and obvious; the plan is the same.",
)
@click.option("--fail-on-shortfall", is_flag=True, help="Exit with 5 where a request is not filled.")
def command(
    policy: str,
    book: str | None,
    config: Path | None,
    requests: Path | None,
    allow_missing: bool,
    snapshot: Path | None,
    as_of: date,
    form: str,
    output: Path | None,
    rejections: str | None,
    request: str | None,
    pairs: tuple[str, ...],
    engine: str,
    fail_on_shortfall: bool,
) -> int:
    """Evaluate POLICY against a book: what to buy, from whom, for whom, and why nothing else."""
    if form in ("csv", "xlsx") and output is None:
        raise click.UsageError(f"--format {form} needs --output.")
    if form in ("csv", "xlsx") and (rejections is not None or request is not None):
        raise click.UsageError(
            f"--format {form} writes the whole plan: --request and --rejections are for table and json."
        )
    asked = None if config is None else Asked(config, requests, allow_missing, snapshot)
    if asked is None and (requests is not None or allow_missing or snapshot is not None):
        raise click.UsageError("--requests, --allow-missing and --snapshot go with --config.")
    plan = _plan(policy, book, asked, as_of, pairs, engine)
    if request is not None and not plan.has_request(request):
        raise click.UsageError(f"the book has no request '{request}'")
    _write(plan, form, output, rejections, request)
    return SHORTFALL if fail_on_shortfall and plan.rows.shortfalls else DONE


def _plan(policy: str, book: str | None, asked: Asked | None, as_of: date, pairs: tuple[str, ...], engine: str) -> Plan:
    if (book is None) == (asked is None):
        raise click.UsageError("Give the book by --book, or those who are asked by --config: one of the two.")
    if book is not None:
        return make_plan(policy, book, as_of, pairs, engine=engine)
    assert asked is not None
    return make_gathered_plan(policy, asked, as_of, pairs, engine=engine)


def _write(plan: Plan, form: str, output: Path | None, rejections: str | None, request: str | None) -> None:
    if form == "json":
        from vault_rules.report.as_json import json_pieces

        emit_pieces(json_pieces(plan.rows, rejections=rejections or "all", request=request), output)
    elif form == "csv" and output is not None:
        plan.to_csv(output)
        for text in plan.rows.warnings:  # the other formats hold them
            click.echo(f"warning: {text}", err=True)
    elif form == "xlsx" and output is not None:
        plan.to_excel(output)
    else:
        from vault_rules.report.tables import plan_to_text

        lit = output is None and colour(sys.stdout)
        emit(plan_to_text(plan.rows, rejections=rejections or "summary", request=request, colour=lit), output)
