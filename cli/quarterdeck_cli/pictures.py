"""Pictures made of characters: bars, lines of bars, and where values lie."""

import math
from collections.abc import Sequence
from itertools import pairwise

_EIGHTHS = " ▏▎▍▌▋▊▉█"
_HEIGHTS = "▁▂▃▄▅▆▇█"
_SPREAD = ("─", "█", "▓", "▒", "░")


def bar(share: float, width: int) -> str:
    """Of a length between none and `width`, to an eighth of a character; what is more than nothing is seen."""
    eighths = max(1 if share > 0 else 0, round(min(1.0, max(0.0, share)) * width * 8))
    whole, rest = divmod(eighths, 8)
    return "█" * whole + (_EIGHTHS[rest] if rest else "")


def centred(share: float, width: int) -> str:
    """A bar in the middle of `width`."""
    length = max(1 if share > 0 else 0, round(min(1.0, max(0.0, share)) * width))
    return ("█" * length).center(width).rstrip()


def line(values: Sequence[float | None]) -> str:
    """A bar for each, standing; a blank where there is none. The lowest that can be is 0."""
    most = max((value for value in values if value is not None), default=0)
    return "".join(" " if value is None else _HEIGHTS[_height(value, most)] for value in values)


def _height(value: float, most: float) -> int:
    return min(len(_HEIGHTS) - 1, int(value / most * len(_HEIGHTS))) if most > 0 else 0


def spread(marks: Sequence[float], lowest: float, highest: float, width: int) -> str:
    """Where up to four marks lie between the lowest and the highest of all rows, on a scale of powers of ten.

    `marks` are in order; what lies between two of them has a shade of its own, and the first is a full block.
    """
    places = [_place(mark, lowest, highest, width) for mark in marks]
    begin, first, end = places[0], places[1], places[-1]
    cells = [" "] * begin + [_SPREAD[0]] * (end - begin + 1)
    for shade, (left, right) in enumerate(pairwise(places[1:]), 2):
        for place in range(left, right + 1):
            cells[place] = _SPREAD[min(shade, len(_SPREAD) - 1)]
    cells[first] = _SPREAD[1]
    return "".join(cells)


def _place(value: float, lowest: float, highest: float, width: int) -> int:
    low, high = math.log10(max(1.0, lowest)), math.log10(max(1.0, highest))
    at = math.log10(max(1.0, value))
    return round((at - low) / (high - low) * (width - 1)) if high > low else 0
