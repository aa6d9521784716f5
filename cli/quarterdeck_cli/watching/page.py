"""A screenful of a view, as styled text: pure, from the rows, what the user chose, and the terminal's size."""

from collections.abc import Iterator, Sequence

import msgspec
from rich.cells import cell_len

from quarterdeck_cli.columns import GAP, cell, widths
from quarterdeck_cli.state_words import mark
from quarterdeck_cli.text import plain
from quarterdeck_cli.watching.views import Row, View

Fragments = list[tuple[str, str]]
FRAME_LINES = 3
"""Title, head of the table, keys."""
READABLE = 24
"""Columns of the terminal that a title has, if it is as long."""


class Choice(msgspec.Struct):
    """What the user chose."""

    sorted_by: int | None = None
    """A column; the server's order where it is None."""
    backwards: bool = False
    filter: str = ""
    filtering: bool = False
    """It is being typed."""
    top: int = 0
    """The first row that is shown."""


def chosen(rows: Sequence[Row], choice: Choice) -> list[Row]:
    """Those that contain the filter, in the order that is wanted."""
    wanted = choice.filter.casefold()
    found = [row for row in rows if wanted in "  ".join(row).casefold()]
    if choice.sorted_by is not None:
        column = choice.sorted_by
        found.sort(key=lambda row: (row[column].casefold(), row[0]))
    return found[::-1] if choice.backwards else found


def page(view: View, rows: Sequence[Row] | None, choice: Choice, note: str, *, width: int, height: int) -> Fragments:
    """No line is wider than the terminal, and there are no more than fit. Foreign text is made safe here. `rows`: None
    until the server has answered."""
    shown = [tuple(map(plain, row)) for row in chosen(rows or (), choice)]
    room = max(height - FRAME_LINES, 1)
    choice.top = max(0, min(choice.top, len(shown) - room))
    visible = shown[choice.top : choice.top + room]
    heads = tuple(_head(name, at, choice) for at, name in enumerate(view.columns))
    kept = _kept(view, [heads, *shown], width)
    sizes = widths([_only(row, kept) for row in (heads, *shown)], width)
    told: Fragments = [("class:title", cell(f"{view.name}  {_count(rows, shown)}  {plain(note)}", width)), ("", "\n")]
    told += [*_line(_only(heads, kept), sizes, ["class:head"] * len(kept)), ("", "\n")]
    for row in visible:
        told += [*_line(_only(row, kept), sizes, _only(_styles(view, row), kept)), ("", "\n")]
    if not shown:
        nothing = "Looking …" if rows is None else "Nothing fits the filter." if rows else view.nothing
        told.append(("class:note", cell(nothing, width) + "\n"))
    told.append(("", "\n" * (room - max(len(visible), 1))))
    told.append(("class:keys", cell(_keys(choice), width)))
    return told


def _count(rows: Sequence[Row] | None, shown: Sequence[Row]) -> str:
    if rows is None:
        return ""
    return str(len(rows)) if len(shown) == len(rows) else f"{len(shown)} of {len(rows)}"


def _kept(view: View, rows: Sequence[Row], width: int) -> list[int]:
    """Columns by their numbers: as many spare ones are left out as the last column needs to be read."""
    needed = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    needed[-1] = min(needed[-1], READABLE)
    kept = list(range(len(needed)))
    for name in view.spare:
        if sum(needed[at] for at in kept) + GAP * (len(kept) - 1) > width:
            kept.remove(view.columns.index(name))
    return kept


def _only(row: Sequence[str], kept: Sequence[int]) -> tuple[str, ...]:
    return tuple(row[at] for at in kept)


def _head(name: str, at: int, choice: Choice) -> str:
    return name + ("▼" if choice.backwards else "▲") if at == choice.sorted_by else name


def _styles(view: View, row: Row) -> list[str]:
    marks = (mark(column, text) for column, text in zip(view.columns, row, strict=True))
    return [f"class:{each}" if each else "" for each in marks]


def _line(cells: Sequence[str], sizes: Sequence[int], styles: Sequence[str]) -> Iterator[tuple[str, str]]:
    for at, (text, size, style) in enumerate(zip(cells, sizes, styles, strict=True)):
        if at:
            yield "", " " * GAP
        yield style, cell(text, size)


def _keys(choice: Choice) -> str:
    if choice.filtering:
        return f"filter: {choice.filter}▏  Enter keeps it, Escape drops it"
    return "q quit  s sort  r reverse  / filter  ↑↓ scroll"
