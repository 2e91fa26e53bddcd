"""Charts as small SVG files, written by hand so that the same figures give the same bytes."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor, log10
from xml.sax.saxutils import escape

from benchmarks.growth import OFFERS
from benchmarks.options import Line, Part
from benchmarks.report import in_time

WIDTH, LEFT, RIGHT, ROW, HEAD = 900, 260, 110, 22, 44
_OURS, _THEIRS, _GRID = "#1f5fa8", "#9aa5b1", "#dde2e7"
_STYLE = "font-family='sans-serif' font-size='12' fill='#222'"


def bars(part: Part) -> str:
    """Seconds for a million offers, a bar a subject, on one logarithmic axis; the shorter the quicker."""
    cases = list(dict.fromkeys(line.case for line in part.lines))
    values = [line.each * 1e6 for line in part.lines]
    low, high = floor(log10(min(values))), max(ceil(log10(max(values))), floor(log10(min(values))) + 1)
    scale = (WIDTH - LEFT - RIGHT) / (high - low)
    height = HEAD + sum(ROW * (1 + len([one for one in part.lines if one.case == case])) + 8 for case in cases) + 10
    body = [_text(12, 20, f"{part.title}: time for each million offers", "font-weight='bold'")]
    for power in range(low, high + 1):
        across = LEFT + (power - low) * scale
        body.append(f"<line x1='{across:.1f}' y1='{HEAD - 6}' x2='{across:.1f}' y2='{height - 8}' stroke='{_GRID}'/>")
        body.append(_text(across, HEAD - 10, in_time(10.0**power), "text-anchor='middle'"))
    down = HEAD
    for case in cases:
        body.append(_text(12, down + 15, case, "font-weight='bold'"))
        down += ROW
        for line in (one for one in part.lines if one.case == case):
            body += _bar(line, part.base, down, (log10(line.each * 1e6) - low) * scale)
            down += ROW
        down += 8
    return _svg(height, body)


def _bar(line: Line, base: str, down: int, length: float) -> list[str]:
    colour = _OURS if line.subject.startswith(base) else _THEIRS
    return [
        _text(LEFT - 8, down + 15, line.subject, "text-anchor='end'"),
        f"<rect x='{LEFT}' y='{down + 3}' width='{max(length, 1):.1f}' height='{ROW - 6}' fill='{colour}'/>",
        _text(LEFT + max(length, 1) + 6, down + 15, in_time(line.each * 1e6)),
    ]


def curve(part: Part) -> str:
    """Time against offers, both axes logarithmic; the thin line is what growth in proportion would be."""
    points = [(line.size, line.median) for line in part.lines if line.case == OFFERS]
    height, bottom = 420, 370
    left, right = floor(log10(points[0][0])), ceil(log10(points[-1][0]))
    low, high = floor(log10(min(y for _, y in points))), ceil(log10(max(y for _, y in points)))
    wide, tall = (WIDTH - 160) / max(right - left, 1), (bottom - HEAD) / max(high - low, 1)

    def place(offers: float, seconds: float) -> tuple[float, float]:
        return 80 + (log10(offers) - left) * wide, bottom - (log10(seconds) - low) * tall

    body = [_text(12, 20, "A whole evaluation as the book grows", "font-weight='bold'")]
    for power in range(left, right + 1):
        across, _ = place(10.0**power, 10.0**low)
        body.append(f"<line x1='{across:.1f}' y1='{HEAD}' x2='{across:.1f}' y2='{bottom}' stroke='{_GRID}'/>")
        body.append(_text(across, bottom + 18, f"{10**power:,} offers", "text-anchor='middle'"))
    for power in range(low, high + 1):
        _, down = place(10.0**left, 10.0**power)
        body.append(f"<line x1='80' y1='{down:.1f}' x2='{WIDTH - 80}' y2='{down:.1f}' stroke='{_GRID}'/>")
        body.append(_text(72, down + 4, in_time(10.0**power), "text-anchor='end'"))
    first, last = points[0], points[-1]
    body.append(_line([place(*first), place(last[0], first[1] * last[0] / first[0])], _THEIRS, 1))
    body.append(_line([place(*one) for one in points], _OURS, 2))
    for one in points:
        across, down = place(*one)
        body.append(f"<circle cx='{across:.1f}' cy='{down:.1f}' r='4' fill='{_OURS}'/>")
        body.append(_text(across + 8, down + 16, in_time(one[1])))
    return _svg(height, body)


def _line(points: Sequence[tuple[float, float]], colour: str, thick: int) -> str:
    through = " ".join(f"{across:.1f},{down:.1f}" for across, down in points)
    return f"<polyline points='{through}' fill='none' stroke='{colour}' stroke-width='{thick}'/>"


def _text(across: float, down: float, text: str, more: str = "") -> str:
    return f"<text x='{across:.1f}' y='{down:.1f}' {more}>{escape(text)}</text>"


def _svg(height: int, body: list[str]) -> str:
    head = f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {WIDTH} {height}' {_STYLE}>"
    ground = f"<rect width='{WIDTH}' height='{height}' fill='white'/>"
    return "\n".join([head, ground, *body, "</svg>"]) + "\n"
