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
    """A rule of the grammar that was found. `outer_start` and `outer_end` also hold the marks around it that a tree of
    one child leaves out; an empty tree has its place at 0, and no outer one.
    """

    __slots__ = ("children", "data", "end", "outer_end", "outer_start", "start")

    def __init__(self, data: str, children: list[Tree | Token], start: int, end: int) -> None:
        self.data, self.children = data, children
        self.start = self.outer_start = start
        self.end = self.outer_end = end
