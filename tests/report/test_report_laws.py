"""Laws of the reports, for plans with any ids, quantities and prices."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from decimal import Decimal
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from vault_rules.domain.exact import plain
from vault_rules.domain.plan import (
    Award,
    CapUse,
    Finding,
    Placement,
    Plan,
    Reason,
    Rejection,
    RuleRef,
    Shortfall,
    Totals,
    Unplaced,
)
from vault_rules.domain.trace import Trace, TraceEntry
from vault_rules.report.as_csv import csv_files
from vault_rules.report.as_json import plan_to_json
from vault_rules.report.frames import frames
from vault_rules.report.tables import plan_to_text
from vault_rules.report.traces import trace_to_json, trace_to_text

ids = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60)
texts = st.none() | ids
days = st.dates(date(1990, 1, 1), date(2100, 1, 1))
masses = st.integers(0, 10**18).map(lambda mg: Fraction(mg, 10**6))
prices = st.fractions(min_value=0, max_value=10**12)
cents = st.integers(0, 10**18).map(lambda number: Decimal(number).scaleb(-2))
rules = st.builds(RuleRef, ids, st.integers(1, 10**6), st.integers(1, 200))
codes = st.sampled_from(["spec", "late", "cap:one", "not_needed", "share:2"]) | ids
splits = st.dictionaries(st.just("") | ids, masses, max_size=4)
rows = {"max_size": 4}

awards = st.builds(
    Award,
    ids,
    ids,
    ids,
    ids,
    ids,
    texts,
    texts,
    texts,
    texts,
    st.none() | days,
    ids,
    ids,
    st.integers(1, 99),
    texts,
    masses,
    prices,
    cents,
    st.none() | prices,
    st.none() | prices,
    st.lists(ids, max_size=2).map(tuple),
    rules,
    st.just({"shown": "yes", "quantity": None}) | st.just({}),
)
reasons = st.builds(Reason, codes, texts, texts, st.none() | prices, st.none() | rules)
values = st.sampled_from(["0%", "12.5%", "1200000000 USD", "0 kg", "7 kg", "180 days"]) | ids
totals = st.builds(
    Totals,
    masses,
    masses,
    masses,
    masses,
    cents,
    splits,
    splits,
    splits,
    splits,
    st.lists(st.builds(CapUse, ids, ids, values, st.none() | values, texts), max_size=12).map(tuple),
)
plans = st.builds(
    Plan,
    ids,
    texts,
    texts,
    st.just("a" * 64),
    st.dictionaries(ids, ids, max_size=3),
    st.just("b" * 64),
    days,
    st.just("USD"),
    st.lists(awards, max_size=4).map(tuple),
    st.lists(st.builds(Rejection, ids, texts, st.lists(reasons, min_size=1, max_size=3).map(tuple)), max_size=4).map(
        tuple
    ),
    st.lists(st.builds(Shortfall, ids, ids, masses, st.lists(codes, max_size=5).map(tuple)), max_size=4).map(tuple),
    st.lists(st.builds(Placement, ids, ids, ids, ids, masses, st.none() | cents), max_size=4).map(tuple),
    st.lists(st.builds(Unplaced, ids, ids, masses), max_size=4).map(tuple),
    st.lists(st.builds(Finding, ids, ids, ids, texts, texts, st.booleans()), max_size=4).map(tuple),
    totals,
    st.lists(ids, max_size=2).map(tuple),
)
entries = st.builds(
    TraceEntry,
    ids,
    ids,
    ids,
    st.none() | codes,
    ids,
    texts,
    texts,
    st.none() | prices,
    st.lists(ids, max_size=2).map(tuple),
    st.none() | rules,
)
traces = st.builds(Trace, ids, texts, ids, ids, st.lists(entries, max_size=4).map(tuple))
ways = st.sampled_from(["all", "summary", "none"])


@settings(deadline=None)
@given(plans, ways, st.integers(20, 120))
def test_no_line_is_longer_than_asked(plan: Plan, way: str, width: int) -> None:
    text = plan_to_text(plan, rejections=way, width=width)
    assert text.endswith("\n")
    assert text.count("\n") == len(text.splitlines())
    assert max(map(len, text.splitlines())) <= width


@settings(deadline=None)
@given(traces)
def test_no_line_of_an_explanation_is_longer_than_eighty(trace: Trace) -> None:
    text = trace_to_text(trace)
    assert text.count("\n") == len(text.splitlines())
    assert max(map(len, text.splitlines())) <= 80


@settings(deadline=None)
@given(plans, ways, traces)
def test_json_always_parses_and_gives_the_ids_back(plan: Plan, way: str, trace: Trace) -> None:
    found = json.loads(plan_to_json(plan, rejections=way))
    assert [one["offer"] for one in found["awards"]] == [one.offer for one in plan.awards]
    assert [Decimal(one["cost"]) for one in found["awards"]] == [one.cost for one in plan.awards]
    assert json.loads(trace_to_json(trace))["outcome"] == trace.outcome


@settings(deadline=None)
@given(plans)
def test_the_awards_come_back_from_csv_as_they_were_written(plan: Plan) -> None:
    text = csv_files(plan)["awards.csv"].decode()
    found = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [one["offer"] for one in found] == [one.offer for one in plan.awards]
    assert [Fraction(one["quantity_kg"]) for one in found] == [one.quantity for one in plan.awards]
    assert [one["cost"] for one in found] == [str(one.cost) for one in plan.awards]


@settings(deadline=None)
@given(plans)
def test_frames_hold_the_exact_texts(plan: Plan) -> None:
    found = frames(plan)
    assert found["awards"]["price_per_kg"].to_list() == [plain(one.price) for one in plan.awards]
    assert found["rejections"].height == sum(len(one.reasons) for one in plan.rejections)
