"""Pages that show policies, books, commands and what these print: what is shown is tried."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import attrs

from tests.support.command import vault_rules

_BLOCK = re.compile(r"^(?:`(book/\w+\.csv)`:\n\n)?```([^\n]*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


@attrs.frozen
class Block:
    """A fenced block: what stands behind its fence, its text, and the file that it is, where the page names one."""

    info: str
    text: str
    file: str | None


def blocks(page: str) -> list[Block]:
    """The blocks of a page, in order."""
    return [Block(found[2], found[3], found[1]) for found in _BLOCK.finditer(page)]


def try_out(page: str, folder: Path) -> int:
    """Write the tables that a page shows into a folder, which is the working directory, run its commands, and compare
    what they print with the text below them (`[…]` stands for what is left out). How many were compared.
    """
    (folder / "book").mkdir()
    printed, compared = "", 0
    for one in blocks(page):
        if one.info == "csv":
            assert one.file is not None, "a table without the name of its file"
            (folder / one.file).write_text(one.text, encoding="utf-8")
        elif one.info == "console":
            for line in one.text.splitlines():
                done = vault_rules(*shlex.split(line)[1:])
                assert done.code == 0, f"{line}\n{done.err}"
                printed = done.out
        elif one.info == "text":
            compared += 1
            for part in one.text.split("[…]\n"):
                assert part in printed, part
                printed = printed.partition(part)[2]
    return compared
