"""Workbooks written by hand, so that a test says what stands in the file, digit for digit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from xml.sax.saxutils import quoteattr
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGED = "http://schemas.openxmlformats.org/package/2006/relationships"

MakeBook = Callable[..., Path]


def build(
    path: Path,
    sheets: Mapping[str, str],
    *,
    texts: str = "",
    formats: Mapping[int, str] | None = None,
    from_1904: bool = False,
    parts: Mapping[str, str | bytes | None] | None = None,
) -> Path:
    """A workbook of sheets given as the XML of their rows. `formats` are its number formats, each a cell style by its
    place from 1. `parts` are put beside or in place of those of the workbook; None leaves one out.
    """
    codes = dict(formats or {})
    made: dict[str, str | bytes | None] = {
        "_rels/.rels": relations([("officeDocument", "xl/workbook.xml")]),
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{RELATED}">'
        f'<workbookPr date1904="{int(from_1904)}"/><sheets>'
        + "".join(f'<sheet name={quoteattr(name)} sheetId="{n}" r:id="r{n}"/>' for n, name in enumerate(sheets, 1))
        + "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": relations(
            [
                *(("worksheet", f"worksheets/sheet{n}.xml") for n in range(1, len(sheets) + 1)),
                ("styles", "/xl/styles.xml"),
                ("sharedStrings", "sharedStrings.xml"),
            ]
        ),
        "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}">{texts}</sst>',
        "xl/styles.xml": f'<styleSheet xmlns="{MAIN}"><numFmts>'
        + "".join(f'<numFmt numFmtId="{n}" formatCode={quoteattr(code)}/>' for n, code in codes.items() if code)
        + '</numFmts><cellStyleXfs><xf numFmtId="9"/></cellStyleXfs><cellXfs><xf numFmtId="0"/>'
        + "".join(f'<xf numFmtId="{n}"/>' for n in codes)
        + "</cellXfs></styleSheet>",
    }
    for n, rows in enumerate(sheets.values(), 1):
        made[f"xl/worksheets/sheet{n}.xml"] = f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        for name, content in (made | dict(parts or {})).items():
            if content is not None:
                archive.writestr(name, content)
    return path


def relations(targets: list[tuple[str, str]]) -> str:
    """A part of relations, numbered from r1."""
    return (
        f'<Relationships xmlns="{PACKAGED}">'
        + "".join(
            f'<Relationship Id="r{n}" Type="{RELATED}/{kind}" Target={quoteattr(target)}/>'
            for n, (kind, target) in enumerate(targets, 1)
        )
        + "</Relationships>"
    )


@pytest.fixture(name="make_book")
def _make_book() -> MakeBook:
    return build


@pytest.fixture(name="book_of")
def _book_of(tmp_path: Path) -> MakeBook:
    """A workbook in a folder of its own, by the XML of its rows of offers."""

    def book_of(rows: str, **more: object) -> Path:
        return build(tmp_path / "offers.xlsx", {"offers": rows}, **more)  # type: ignore[arg-type]

    return book_of
