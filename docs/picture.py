"""Makes the pictures docs/images/*.svg from the recordings of terminals beside them, docs/images/*.cast.

python docs/picture.py
"""

import json
import os
import re
from itertools import groupby
from pathlib import Path
from typing import Any

import pyte
from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console
from rich.style import Style
from rich.text import Text

IMAGES = Path(__file__).with_name("images")
TITLE = "quarterdeck"
FORMAT = re.sub(r"@font-face \{\{.*?\}\}\s*", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)
"""Without fonts from elsewhere: a picture loads nothing."""


def main() -> None:
    for cast in IMAGES.glob("*.cast"):
        cast.with_suffix(".svg").write_text(drawn(cast.read_text("utf-8")), "utf-8")


def drawn(cast: str) -> str:
    """The last screen of an asciicast, as SVG. The same recording gives the same picture."""
    header, *events = [json.loads(line) for line in cast.splitlines()]
    screen = _screen(header["width"], header["height"], events)
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        console = Console(
            record=True, width=screen.columns, file=nowhere, force_terminal=True, color_system="truecolor"
        )
        for row in range(_rows(screen)):
            console.print(_line(screen, row), no_wrap=True)
        return console.export_svg(title=TITLE, code_format=FORMAT, unique_id=TITLE)


def _screen(columns: int, rows: int, events: list[Any]) -> pyte.Screen:
    """As it was at the end."""
    screen = pyte.Screen(columns, rows)
    stream = pyte.Stream(screen)
    for _, kind, data in events:
        if kind == "o":
            stream.feed(data)
    return screen


def _rows(screen: pyte.Screen) -> int:
    """Down to the last one with something in it."""
    return max((row + 1 for row in range(screen.lines) if screen.display[row].strip()), default=0)


def _line(screen: pyte.Screen, row: int) -> Text:
    text = Text()
    for style, cells in groupby((screen.buffer[row][column] for column in range(screen.columns)), _style):
        text.append("".join(cell.data for cell in cells), style)
    text.rstrip()
    return text


def _style(cell: Any) -> Style:
    return Style(color=_colour(cell.fg), bgcolor=_colour(cell.bg), bold=cell.bold, reverse=cell.reverse)


def _colour(name: str) -> str | None:
    """pyte's name of a colour, or its six hex digits, as rich writes it."""
    if name == "default":
        return None
    if re.fullmatch("[0-9a-f]{6}", name):
        return f"#{name}"
    return {"brown": "yellow"}.get(name, name).replace("bright", "bright_")


if __name__ == "__main__":
    main()
