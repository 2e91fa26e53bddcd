"""An explanation names clause, values, limit and the price that would have turned it."""

from __future__ import annotations

import json

from vault_rules.domain.trace import Trace
from vault_rules.report.traces import trace_to_json, trace_to_text


def test_an_explanation_reads_in_the_order_of_deciding(trace: Trace) -> None:
    assert trace_to_text(trace) == (
        "offer c of cobalt, for request r1\n"
        "Offer c won nothing, at request r1: premium:1 (falls away at 34.5 per kg).\n"
        "\n"
        "holds    require fresh (project_vault.vault:20:3)\n"
        "         valid_until >= today\n"
        "         actual 2027-12-31, limit 2027-08-01\n"
        "\n"
        "holds    tier domestic (project_vault.vault:17:3)\n"
        "         origin = US and processed_in = US\n"
        "\n"
        "fails    step 1 (project_vault.vault:33:3)\n"
        "         premium <= domestic_cap over best(allied, depth 500 kg) else benchmark\n"
        "         if none allow\n"
        "         actual 15.00001%, limit 15%\n"
        "         premium:1: over the premium that step 1 allows\n"
        "         this falls away at 34.5 per kg\n"
        "         under exception gallium_premium\n"
        "\n"
        "waived   forbid covered\n"
        "         under exceptions a, b\n"
    )


def test_colour_is_only_where_it_is_asked_for(trace: Trace) -> None:
    assert "\x1b" not in trace_to_text(trace)
    assert "\x1b[31mfails" in trace_to_text(trace, colour=True)


def test_the_json_carries_every_field(trace: Trace) -> None:
    found = json.loads(trace_to_json(trace))
    assert list(found) == ["schema", "offer", "request", "mineral", "outcome", "entries"]
    assert found["entries"][2] == {
        "stage": "step",
        "name": "1",
        "verdict": "fails",
        "code": "premium:1",
        "text": "premium <= domestic_cap over best(allied, depth 500 kg) else benchmark  if none allow",
        "actual": "15.00001%",
        "limit": "15%",
        "flip_price_per_kg": "34.5",
        "exceptions": ["gallium_premium"],
        "rule": {"file": "project_vault.vault", "line": 33, "column": 3},
    }
    assert found["entries"][3]["rule"] is None
