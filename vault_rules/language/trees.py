"""What the parser hands on: tokens, and trees of them with their places."""

from __future__ import annotations


class Token(str):
    """A word, mark or value: its text, the terminal's name, and where it stands."""

    # set by who makes it: an `__init__` would take as long as all the rest
    __slots__ = ("end", "start", "type")
    type: str
    start: int
    end: int


class Tree:
    """A rule of the grammar that was found: `inner_start` to `inner_end` is where it stands.

    `start` and `end`, as a token has them, also hold the marks around it that a tree of one child leaves out. Of a tree
    in which nothing stands they are -1, and the inner place is 0.
    """

    __slots__ = ("children", "data", "end", "inner_end", "inner_start", "start")

    def __init__(self, data: str, children: list[Tree | Token], start: int, end: int) -> None:
        self.data, self.children = data, children
        self.start = start
        self.end = end
        self.inner_start = start if start >= 0 else 0  # noqa: FURB136 - `max` takes four times as long
        self.inner_end = end if end >= 0 else 0  # noqa: FURB136
