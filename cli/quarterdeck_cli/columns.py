"""How wide the columns of a table are."""

from collections.abc import Sequence
from typing import Final

from rich.cells import cell_len, set_cell_size

NARROWEST: Final = 8
GAP: Final = 2
"""Columns between two of a table."""


def widths(rows: Sequence[Sequence[str]], width: int) -> list[int]:
    """Of the columns of a table that fits `width`.

    The last column gives way first, then the widest between; the first, which has the ids, never.
    """
    found = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    excess = sum(found) + GAP * (len(found) - 1) - width
    for _ in range(excess):
        giving = len(found) - 1
        if found[giving] <= NARROWEST and len(found) > 2:
            giving = max(range(1, len(found) - 1), key=found.__getitem__)
        found[giving] = max(1, found[giving] - 1)
    return found


def cell(text: str, width: int) -> str:
    """Exactly so wide, with an ellipsis where it was longer."""
    return set_cell_size(text, width) if cell_len(text) <= width else set_cell_size(text, max(width - 1, 0)) + "…"
