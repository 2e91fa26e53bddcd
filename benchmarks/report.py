"""Results as JSON, as Markdown tables, and as lines to look at while it runs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs

from benchmarks.options import Line, Part

SCHEMA = "vault-rules/benchmarks/1"
NO_RATES = ("startup", "policies")
"""Parts that are not about offers."""


def as_json(parts: Sequence[Part], machine: Mapping[str, str], engine: str, *, quick: bool) -> str:
    whole = {
        "schema": SCHEMA,
        "engine": engine,
        "quick": quick,
        "machine": dict(machine),
        "parts": [_part(one) for one in parts],
    }
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


def _part(part: Part) -> dict[str, Any]:
    lines = []
    for line in part.lines:
        ratio = part.ratio(line)
        found = attrs.asdict(line) | {"median": line.median, "ratio": None if ratio is None else round(ratio, 4)}
        found["seconds"] = [round(one, 6) for one in line.seconds]
        lines.append(found)
    return {"name": part.name, "title": part.title, "base": part.base, "notes": list(part.notes), "lines": lines}


def read(path: Path) -> tuple[tuple[Part, ...], dict[str, str], str]:
    """The parts, the machine and the engine of a run."""
    whole = json.loads(path.read_text(encoding="utf-8"))
    parts = []
    for one in whole["parts"]:
        kept = attrs.fields_dict(Line)
        lines = [
            Line(**{k: v for k, v in line.items() if k in kept} | {"seconds": tuple(line["seconds"])})
            for line in one["lines"]
        ]
        parts.append(Part(one["name"], one["title"], one["base"], tuple(lines), tuple(one["notes"])))
    return tuple(parts), whole["machine"], whole["engine"]


# ---- Markdown ------------------------------------------------------------------------------------------------------


def as_markdown(parts: Sequence[Part], machine: Mapping[str, str], engine: str) -> str:
    """Everything that a reader needs to judge the figures; rows in the order measured."""
    about = ", ".join(f"{name} {value}" for name, value in machine.items())
    texts = [f"Engine `{engine}`. {about}."]
    for part in parts:
        texts.append(f"### {part.title}")
        texts += [_table(part, case) for case in dict.fromkeys(line.case for line in part.lines)]
        if part.notes:
            texts.append("\n".join(f"- {note}" for note in part.notes))
    return "\n\n".join(texts) + "\n"


def _table(part: Part, case: str) -> str:
    lines = [line for line in part.lines if line.case == case]
    based = any(part.ratio(line) is not None for line in lines)
    peaks = any("peak_bytes" in line.more for line in lines)
    offers = part.name not in NO_RATES
    head = ["", "median", "min – max", *(["offers/s"] if offers else [])]
    head += [f"÷ {part.base}"] * based + ["peak memory"] * peaks + ["how"] * any(line.how for line in lines)
    rows = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    for line in lines:
        cells = [line.subject, in_time(line.median), f"{in_time(min(line.seconds))} – {in_time(max(line.seconds))}"]
        cells += [f"{1 / line.each:,.0f}"] if offers else []
        ratio = part.ratio(line)
        cells += ["" if ratio is None else f"{ratio:.2f}"] * based + [_peak(line)] * peaks
        cells += [line.how] * any(one.how for one in lines)
        rows.append(f"| {' | '.join(cells)} |")
    return f"**{case}**\n\n" + "\n".join(rows)


def _peak(line: Line) -> str:
    peak = line.more.get("peak_bytes")
    if not isinstance(peak, int):
        return ""
    times = line.more.get("peak_to_columns")
    return f"{peak / 1e6:,.0f} MB" + (f" ({times:.1f} × the columns)" if isinstance(times, float) else "")


def in_time(seconds: float) -> str:
    """Three figures that count."""
    if seconds >= 100:
        return f"{seconds:,.0f} s"
    if seconds >= 0.9995:  # or it would be `1e+03 ms`
        return f"{seconds:.3g} s"
    return f"{seconds * 1000:.3g} ms"


def shown(part: Part) -> str:
    """A part as it is printed while the run goes on."""
    texts = [f"\n{part.title}"]
    for case in dict.fromkeys(line.case for line in part.lines):
        texts.append(f"  {case}")
        for line in part.lines:
            if line.case == case:
                ratio = part.ratio(line)
                beside = "" if ratio is None else f"{ratio:9.2f} × {part.base}"
                rate = "" if part.name in NO_RATES else f"{1 / line.each:>13,.0f}/s"
                spread = f"{in_time(min(line.seconds))} – {in_time(max(line.seconds))}"
                texts.append(
                    f"    {line.subject:32}{in_time(line.median):>10}  {spread:24}{rate}{beside} {_peak(line)}".rstrip()
                )
    return "\n".join([*texts, *(f"  note: {note}" for note in part.notes)])
