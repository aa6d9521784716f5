"""How the player's screen is divided."""

from dataclasses import dataclass
from typing import Final

from quarterdeck.audit.replay.screen import Size

WIDE: Final = 110
"""Columns from which on the panel stands beside the terminal."""
ABOVE: Final = 3
"""Rows: session and time, the bar, the commands."""
BELOW: Final = 1


@dataclass(frozen=True)
class Layout:
    columns: int
    rows: int
    pane: Size
    panel: Size
    beside: bool


def layout(columns: int, rows: int) -> Layout:
    columns, rows = max(columns, 20), max(rows, 8)
    body = rows - ABOVE - BELOW
    if columns >= WIDE:
        side = min(60, columns * 3 // 8)
        pane = Size.within(columns - side - 1, body)
        return Layout(columns, rows, pane, Size(columns - pane.columns - 1, body), beside=True)
    under = max(1, min(max(3, body // 3), 10, body - 2))
    return Layout(columns, rows, Size.within(columns, body - under - 1), Size(columns, under), beside=False)
