"""Lines of runs, cut and filled to a width: what the view is put together from."""

from collections.abc import Sequence

from prompt_toolkit.utils import get_cwidth

from quarterdeck.audit.replay.screen import Run

Line = list[Run]


def fit(line: Sequence[Run], columns: int) -> Line:
    """Cut with an ellipsis, or filled with spaces, to exactly that many columns."""
    width = sum(get_cwidth(text) for _, text in line)
    if width <= columns:
        return [*line, ("", " " * (columns - width))]
    kept, left = crop(line, 0, max(columns - 1, 0))
    return [*kept, ("", "…" + " " * (left if columns else 0))] if columns else []


def crop(line: Sequence[Run], start: int, columns: int) -> tuple[Line, int]:
    """The cells from `start` on; and how many columns stay empty, since a wide character had no room or text ended."""
    kept: Line = []
    at, end = 0, start + columns
    for style, text in line:
        shown = ""
        for character in text:
            width = get_cwidth(character)
            if at >= start and at + width <= end:
                shown += character
            elif at < start < at + width:
                shown += " " * (at + width - start)
            at += width
        if shown:
            kept.append((style, shown))
        if at >= end:
            break
    return kept, columns - sum(get_cwidth(text) for _, text in kept)


def styled(line: Sequence[Run], style: str) -> Line:
    return [(f"{own} {style}".strip(), text) for own, text in line]


def stacked(lines: Sequence[Line], columns: int, rows: int) -> list[Line]:
    """Exactly that many rows and columns."""
    shown = [fit(line, columns) for line in lines[:rows]]
    return shown + [[("", " " * columns)]] * (rows - len(shown))


def beside(left: Sequence[Line], right: Sequence[Line], between: str) -> list[Line]:
    return [[*a, ("dim", between), *b] for a, b in zip(left, right, strict=True)]
