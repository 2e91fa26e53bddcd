"""`vault-rules test`: the tests of policies, on both engines, and their laws, on books made for them."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import click

from vault_rules.cli import test_extras
from vault_rules.cli.running import DONE, POLICY_ERROR, USAGE, colour, emit, progress, write_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from vault_rules.cli.test_extra import Added
    from vault_rules.trials.results import Ran
    from vault_rules.trials.suites import Suite


@attrs.frozen
class _Asked:
    paths: tuple[str, ...]
    select: str | None
    form: str
    output: Path | None
    junit: Path | None
    jobs: int | None
    examples: int | None
    seed: int
    keep: bool
    more: Mapping[str, Any]

    def suites(self) -> tuple[Suite, ...]:
        from vault_rules.trials.choosing import chosen
        from vault_rules.trials.suites import found

        return found(self.paths, chosen(self.select))


@click.command("test")
@click.argument("paths", metavar="[PATH]...", nargs=-1, type=click.Path())
@click.option("-k", "select", metavar="EXPR", help="Only those whose file or title holds this; and, or, not, ( ).")
@click.option("--examples", type=click.IntRange(min=0), help="Books that laws are tried on; by default 200.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="What they are made from.")
@click.option("--keep/--no-keep", default=True, show_default=True, help="Keep the books that break laws.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Write to a file instead of stdout.")
@click.option("--junit", type=click.Path(dir_okay=False, path_type=Path), help="Write JUnit XML to this file, too.")
@click.option("-j", "--jobs", type=click.IntRange(min=1), help="How many processes; by default as many as are of use.")
@click.option("--watch", is_flag=True, help="Run again whenever a file changes, until Ctrl-C.")
def command(
    paths: tuple[str, ...],
    select: str | None,
    examples: int | None,
    seed: int,
    keep: bool,
    form: str,
    output: Path | None,
    junit: Path | None,
    jobs: int | None,
    watch: bool,
    **more: Any,
) -> int:
    """Run the tests and laws of policies: of the files and folders PATH, by default
    of the folder you are in.

    Every test runs on both engines, which must agree; every law is tried on books
    made for its policy. Exit code 1: one failed, or a policy has errors.
    """
    if watch and (form != "text" or output is not None):
        raise click.UsageError("--watch shows text on the terminal: leave --format and --output out.")
    asked = _Asked(paths or (".",), select, form, output, junit, jobs, examples, seed, keep, more)
    return _watch(asked) if watch else _once(asked, asked.suites())


command.params.extend(test_extras.options())


def _once(asked: _Asked, suites: Sequence[Suite]) -> int:
    from vault_rules.trials.hunts import EXAMPLES, Hunt
    from vault_rules.trials.suites import run

    if not suites:
        raise click.UsageError(f"There is no policy in {', '.join(asked.paths)}.")
    number = sum(len(one.chosen) + len(one.laws) for one in suites)
    if not number and asked.select is not None and any(one.left_out for one in suites):
        raise click.UsageError(f"-k {asked.select!r} chooses no test and no law.")
    hunt = Hunt(EXAMPLES if asked.examples is None else asked.examples, asked.seed, asked.keep)
    with progress(f"running {number:,} test{'' if number == 1 else 's'}"):
        ran = run(suites, asked.jobs, hunt)
    added = test_extras.added(suites, ran, asked.more)
    _write(ran, added, asked)
    return DONE if ran.passed and all(one.passed for one in added.values()) else POLICY_ERROR


def _write(ran: Ran, added: Mapping[str, Added], asked: _Asked) -> None:
    if asked.junit is not None:
        from vault_rules.trials.telling.junit import results_to_junit

        write_text(asked.junit, results_to_junit(ran))
    if asked.form == "json":
        from vault_rules.report.as_json import dump
        from vault_rules.trials.telling.as_json import results_fields

        emit(dump({**results_fields(ran), **{name: one.fields for name, one in added.items()}}), asked.output)
    else:
        from vault_rules.trials.telling.text import WIDTH, told

        lit = asked.output is None and colour(sys.stdout)
        width = min(max(shutil.get_terminal_size((WIDTH, 24)).columns, 60), 120) if lit else WIDTH
        emit("\n".join([told(ran, lit, width), *(one.text for one in added.values())]), asked.output)


def _watch(asked: _Asked) -> int:
    """Run at every change of a file that a policy is made of. Ctrl-C ends it, with what the last run ended with."""
    from vault_rules.trials.suites import listed
    from vault_rules.trials.watching import state_of, until_changed

    ended = DONE
    try:
        while True:
            used = _used(asked)

            def files(used: Sequence[str] = used) -> list[str]:
                return sorted({*used, *listed(asked.paths)})

            state = state_of(files())
            ended = _again(asked)
            click.echo("waiting for a change (Ctrl-C ends)", err=True)
            until_changed(files, state)
    except KeyboardInterrupt:
        click.echo("", err=True)
        return ended


def _used(asked: _Asked) -> list[str]:
    from vault_rules.errors import UsageError
    from vault_rules.trials.suites import files_of

    try:
        return [file for suite in asked.suites() for file in files_of(suite)]
    except UsageError:  # said when it is run
        return []


def _again(asked: _Asked) -> int:
    """Run once; that a file is not there, since it is just being replaced, ends nothing."""
    from vault_rules.errors import UsageError

    try:
        return _once(asked, asked.suites())
    except (UsageError, click.UsageError) as error:
        click.echo(f"error: {error}", err=True)
        return USAGE
