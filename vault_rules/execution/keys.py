"""Keys, by which a counterparty knows a call again: the same award of the same run has the same, whoever asks."""

from __future__ import annotations

from hashlib import sha256

from vault_rules.domain.plan import Award


def award_key(run: str, round: int, place: int, award: Award) -> str:
    """The key of an award, the so-manyth of a round: letters and digits, whatever the names in it."""
    said = "\0".join([run, str(round), str(place), award.request, award.offer, award.trader])
    return f"vr-{sha256(said.encode('utf-8', 'surrogatepass')).hexdigest()[:40]}"


def part_key(award: str, part: int) -> str:
    """The key under which a part of an award is stored."""
    return f"{award}-{part + 1}"
