"""What all commands share: exit codes, errors on stderr, colour, progress, files written whole or not at all."""

from __future__ import annotations

import gc
import os
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING, Any

import click

from vault_rules.errors import AdapterError, BookError, EvaluationError, PolicyError, UsageError

if TYPE_CHECKING:  # `--help` has no use for it
    from pathlib import Path

DONE, POLICY_ERROR, USAGE, BAD_BOOK, ADAPTER, SHORTFALL = range(6)
FAULT = 70  # as sysexits.h has it: the program's own failure
_SHOWN_CELLS = 200


def guarded(command: click.Command, name: str = "vault-rules") -> int:
    """Run a command line and turn what it raises into an exit code."""
    _streams()
    try:
        result = command.main(standalone_mode=False, prog_name=name)
        sys.stdout.flush()
        return result if isinstance(result, int) else DONE
    except click.exceptions.Exit as stopped:
        return stopped.exit_code
    except click.ClickException as error:
        error.show()
        return USAGE
    except (click.Abort, KeyboardInterrupt):
        click.echo("stopped", err=True)
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the reader has gone: say nothing more
        return DONE
    except PolicyError as error:
        return _diagnostics(error.diagnostics)
    except EvaluationError as error:
        return _diagnostics((error.diagnostic,))
    except BookError as error:
        return _bad_cells(error)
    except UsageError as error:
        return _lines(error, USAGE)
    except AdapterError as error:
        return _lines(error, ADAPTER)
    except (MemoryError, RecursionError) as error:
        return _fault(error, "this is too large or too deep for the machine")
    except OSError as error:
        where = f" {error.filename}" if error.filename else ""
        click.echo(f"error: cannot read or write{where}: {error.strerror or error}", err=True)
        return USAGE
    except Exception as error:  # whatever is left is a fault, and no traceback reaches a user
        return _fault(error, "this should not have happened")


def _streams() -> None:
    """A stream that the caller has closed swallows what is said; a letter that its encoding lacks is spelt out."""
    for name in ("stdin", "stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "r" if name == "stdin" else "w", encoding="utf-8"))  # noqa: SIM115, PTH123
        elif name != "stdin" and hasattr(getattr(sys, name), "reconfigure"):
            getattr(sys, name).reconfigure(errors="backslashreplace")


def _fault(error: BaseException, what: str) -> int:
    """Something that is not the user's doing; the traceback is for who asks for it."""
    if os.environ.get("VAULT_RULES_DEBUG"):
        raise error
    click.echo(f"internal error: {what} ({type(error).__name__}).", err=True)
    click.echo("This is a fault of vault-rules: please report it; VAULT_RULES_DEBUG=1 shows where it is.", err=True)
    return FAULT


def _diagnostics(found: tuple[Any, ...]) -> int:
    from vault_rules.source.render import render

    click.echo(render(found, "text", colour=colour(sys.stderr)), err=True, nl=False)
    return POLICY_ERROR


def _lines(error: Exception, code: int) -> int:
    """An error that may say several things, one a line."""
    for line in str(error).split("\n"):
        click.echo(f"error: {line}", err=True)
    return code


def _bad_cells(error: BookError) -> int:
    for cell in error.bad_cells[:_SHOWN_CELLS]:
        click.echo(f"error: {cell}", err=True)
    rest = error.total - min(len(error.bad_cells), _SHOWN_CELLS)
    if rest > 0:
        click.echo(f"… and {rest:,} more", err=True)
    click.echo(f"{error.total:,} bad cell{'' if error.total == 1 else 's'}: nothing was evaluated", err=True)
    return BAD_BOOK


def colour(stream: Any) -> bool:
    """Colour only on a terminal, and never under NO_COLOR."""
    return not os.environ.get("NO_COLOR") and bool(getattr(stream, "isatty", lambda: False)())


@contextmanager
def progress(what: str) -> Iterator[None]:
    """Say on stderr what is being done, once it takes longer than a second."""
    timer = threading.Timer(1.0, lambda: click.echo(f"{what} …", err=True))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


@contextmanager
def in_one_breath() -> Iterator[None]:
    """Nothing is thrown away while a policy is read and checked: looking for what could be, again and again through a
    tree that only grows, takes a third of the time. Only for a process of our own, and only for so long.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def write_text(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    from vault_rules.report.whole_files import write_file

    write_file(path, text.encode("utf-8"))


def emit_pieces(pieces: Iterable[str], output: Path | None) -> None:
    """A result that may be long: to a file, or to stdout."""
    from vault_rules.report.whole_files import write_pieces

    if output is not None:
        write_pieces(output, (one.encode("utf-8") for one in pieces))
        return
    for one in _batches(pieces):
        click.echo(one, nl=False)


def _batches(pieces: Iterable[str]) -> Iterator[str]:
    """Some pieces at a time: each is flushed."""
    rest = iter(pieces)
    while batch := list(islice(rest, 1000)):
        yield "".join(batch)


def emit(text: str, output: Path | None) -> None:
    """The result: to a file, or to stdout."""
    if output is None:
        click.echo(text, nl=not text.endswith("\n"))
    else:
        write_text(output, text)
