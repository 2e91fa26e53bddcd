"""The command line run inside the test: quicker than a process, and the same from the arguments to the exit code."""

from __future__ import annotations

import contextlib
import io

import attrs
import pytest

from vault_rules.cli.main import cli
from vault_rules.cli.running import guarded


@attrs.frozen
class Done:
    """What a command left behind."""

    code: int
    out: str
    err: str


def vault_rules(*arguments: str, stdin: str = "") -> Done:
    """Run `vault-rules` with these arguments."""
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        patch.setattr("sys.argv", ["vault-rules", *arguments])
        patch.setattr("sys.stdin", io.StringIO(stdin))
        code = guarded(cli)
    assert "Traceback" not in err.getvalue() + out.getvalue()
    return Done(code, out.getvalue(), err.getvalue())
