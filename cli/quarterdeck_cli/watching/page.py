"""A screenful of a view, as styled text: pure, from the rows, what the user chose, and the terminal's size."""

from collections.abc import Iterator, Sequence

import msgspec

from quarterdeck_cli.columns import GAP, cell, widths
from quarterdeck_cli.state_words import mark
from quarterdeck_cli.text import plain
from quarterdeck_cli.watching.views import Row, View

Fragments = list[tuple[str, str]]
FRAME_LINES = 3
"""Title, head of the table, keys."""


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


def page(view: View, rows: Sequence[Row], choice: Choice, note: str, *, width: int, height: int) -> Fragments:
    """No line is wider than the terminal, and there are no more than fit. Foreign text is made safe here."""
    shown = [tuple(map(plain, row)) for row in chosen(rows, choice)]
    room = max(height - FRAME_LINES, 1)
    choice.top = max(0, min(choice.top, len(shown) - room))
    visible = shown[choice.top : choice.top + room]
    heads = tuple(_head(name, at, choice) for at, name in enumerate(view.columns))
    sizes = widths([heads, *shown], width)
    count = f"{len(shown)} of {len(rows)}" if choice.filter else f"{len(rows)}"
    told: Fragments = [("class:title", cell(f"{view.name}  {count}  {plain(note)}", width)), ("", "\n")]
    told += [*_line(heads, sizes, ["class:head"] * len(heads)), ("", "\n")]
    for row in visible:
        told += [*_line(row, sizes, _styles(view, row)), ("", "\n")]
    if not shown:
        told.append(("class:note", cell("Nothing fits the filter." if rows else view.nothing, width) + "\n"))
    told.append(("", "\n" * (room - max(len(visible), 1))))
    told.append(("class:keys", cell(_keys(choice), width)))
    return told


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
