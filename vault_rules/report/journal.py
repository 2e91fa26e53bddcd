"""The ledger's entries as a table: what people read, and what a program can check again."""

from __future__ import annotations

from collections.abc import Iterable

from vault_rules.domain.entry import Entry, Kind
from vault_rules.errors import LedgerError
from vault_rules.report.columns import Table, columns
from vault_rules.report.layout import grouped

_FULL = columns("sequence:whole at run kind award payload:data previous hash")
_SHORT = columns("sequence:whole at run kind award what")


def journal(entries: Iterable[Entry]) -> Table:
    """All that an entry holds: enough to work its hash out again."""
    rows = (
        (one.sequence, one.at, one.run, one.kind, one.award, one.payload, one.previous, one.hash) for one in entries
    )
    return Table("entries", _FULL, tuple(rows))


def journal_in_words(entries: Iterable[Entry]) -> Table:
    """One line for each entry, and what it says in words."""
    rows = ((one.sequence, one.at[:19], one.run, one.kind, one.award, in_words(one)) for one in entries)
    return Table("entries", _SHORT, tuple(rows))


def in_words(entry: Entry) -> str:
    """What an entry says. Raises `LedgerError` where it is not as this program writes them."""
    fields = entry.fields
    try:
        match entry.kind:
            case Kind.RUN:
                receipt = fields["receipt"]
                return f"{receipt['policy']['name']} {receipt['policy']['version'] or ''} as of {receipt['as_of']}"
            case Kind.CLAIM | Kind.AWARD:
                cost = f"{grouped(fields['cost'])} {fields['currency']}"
                return f"{fields['quantity_kg']} kg {fields['mineral']} from {fields['trader']} for {cost}"
            case Kind.INTENT:
                return f"{fields['call']} to {fields['to']}"
            case Kind.OUTCOME:
                return f"{fields['call']} by {fields['to']}: {fields['result']}"
            case Kind.PLACEMENT:
                return f"{fields['quantity_kg']} kg in {fields['facility']} ({fields['storage']}): {fields['state']}"
            case Kind.RELEASE:
                return str(fields["why"])
            case _:
                return str(fields["state"])
    except (LookupError, TypeError, ValueError) as error:
        raise LedgerError(f"entry {entry.sequence} of the ledger says nothing that this program knows") from error
