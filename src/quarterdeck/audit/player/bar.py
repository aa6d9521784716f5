"""The time line as a bar: what was played, and where something happened."""

from collections.abc import Sequence
from itertools import groupby
from typing import Final

from quarterdeck.audit.replay.kinds import Kind
from quarterdeck.audit.replay.screen import Run
from quarterdeck.audit.replay.search import Hit
from quarterdeck.audit.replay.timeline import Item, Timeline

PLAYED, AHEAD, HERE, HIT = "━", "─", "█", "^"
MARKS: Final = ("", "|", "*", "!")
"""By importance: nothing, a command starts, a note or an approval, something went wrong."""
STYLES: Final = {"|": "ansicyan", "*": "ansiblue bold", "!": "ansired bold", HIT: "ansimagenta bold", HERE: "bold"}


class Bar:
    def __init__(self, line: Timeline) -> None:
        self._line = line
        self._width = 0
        self._marks: list[str] = []

    def drawn(self, at: float, width: int, hits: Sequence[Hit] = ()) -> list[Run]:
        if width != self._width:
            self._width = width
            self._marks = self._marked(width)
        here = self._cell(at)
        cells = [mark or (PLAYED if n < here else AHEAD) for n, mark in enumerate(self._marks)]
        for hit in hits:
            cells[self._cell(hit.at)] = HIT
        cells[here] = HERE
        return [(STYLES.get(cell, ""), "".join(some)) for cell, some in groupby(cells)]

    def _marked(self, width: int) -> list[str]:
        found = [0] * width
        for item in self._line.items:
            cell = self._cell(item.at)
            found[cell] = max(found[cell], _weight(item))
        return [MARKS[each] for each in found]

    def _cell(self, at: float) -> int:
        share = at / self._line.end if self._line.end else 0.0
        return min(self._width - 1, int(share * self._width))


def _weight(item: Item) -> int:
    if item.bad:
        return 3
    if item.kind in {Kind.NOTE, Kind.APPROVAL}:
        return 2
    return 1 if item.row.topic == "CommandStarted" else 0
