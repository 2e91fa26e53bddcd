"""Books that broke a law, kept beside the policy: they are tried before any others.

`cobalt.vault` has them in `cobalt.counterexamples`: tests in the one layout, each under a line that says which law it
broke. The file may be edited by hand; each test can be pasted into the policy as it stands.
"""

from __future__ import annotations

import os
from pathlib import Path

from vault_rules import api
from vault_rules.errors import UsageError
from vault_rules.language import ast, parser
from vault_rules.policy_files import read_source
from vault_rules.source.diagnostic import has_errors
from vault_rules.trials.books.hunting import Hunted
from vault_rules.trials.books.told import told
from vault_rules.trials.draft import Draft, drafted

SUFFIX = ".counterexamples"
_HEAD = """\
# Books that broke a law of {policy}, made small. `vault-rules test` tries every law on them before any others.
# They stay when the law holds again, so that it does not break twice. One that says nothing any more may be deleted.
"""


def place_for(policy: api.Policy) -> Path:
    """Where the counterexamples of a policy are kept: beside its file."""
    return Path(policy.file.source.name).with_suffix(SUFFIX)


def kept_for(policy: api.Policy) -> tuple[Draft, ...]:
    """The books that are kept, in the order in which they were found; none where there is no file.

    Raises `UsageError` for a file that cannot be read: it is not passed over, since that would be forgetting.
    """
    return tuple(_read(place_for(policy)).values())


def keep(policy: api.Policy, hunted: Hunted) -> Path | None:
    """Keep a counterexample, unless the same book is kept already. The file that it was written to, or None.

    Raises `UsageError` where the file cannot be read or written.
    """
    place, draft = place_for(policy), hunted.counterexample
    kept = _read(place)
    if draft is None or draft in kept.values():
        return None
    title, number = hunted.law.title, 1
    while title in kept:
        number += 1
        title = f"{hunted.law.title} ({number})"
    before = place.read_text(encoding="utf-8") if place.is_file() else _HEAD.format(policy=place.stem + ".vault")
    _write(place, f"{before.rstrip()}\n\n{told(policy, hunted, title)}")
    return place


def _read(place: Path) -> dict[str, Draft]:
    """The books by the titles of their tests."""
    if not place.exists():
        return {}
    source, found = read_source(place)
    file, more = parser.parse(source)
    bad = next((one for one in (*found, *more) if has_errors((one,))), None)
    if bad is not None:
        raise UsageError(f"{place} cannot be read: line {bad.span.line}: {bad.message}: repair it, or delete that test")
    kept: dict[str, Draft] = {}
    for test in file.statements:
        if not isinstance(test, ast.Test):
            raise UsageError(f"{place} cannot be read: line {test.span.line}: only tests are kept here")
        try:
            kept[test.title] = drafted(test)
        except ValueError as why:
            raise UsageError(f"{place} cannot be read: line {test.span.line}: {why}") from None
    return kept


def _write(place: Path, text: str) -> None:
    """The whole file or nothing: another run may read it now."""
    half = place.with_name(f".{place.name}.{os.getpid()}")
    try:
        half.write_text(text, encoding="utf-8", newline="\n")
        half.replace(place)
    except OSError as error:
        half.unlink(missing_ok=True)
        raise UsageError(f"{place} cannot be written: {error.strerror}") from None
