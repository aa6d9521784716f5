"""Makes docs/images/terminal.svg from docs/images/terminal.cast, a recording that `qd export` wrote.

python docs/picture.py
"""

import json
import re
from pathlib import Path

import pyte
from rich.console import Console
from rich.style import Style
from rich.text import Text

IMAGES = Path(__file__).with_name("images")


def main() -> None:
    header, *events = [json.loads(line) for line in (IMAGES / "terminal.cast").read_text().splitlines()]
    screen = pyte.Screen(header["width"], header["height"])
    stream = pyte.Stream(screen)
    for _, kind, data in events:
        if kind == "o":
            stream.feed(data)
    console = Console(record=True, width=header["width"], file=Path("/dev/null").open("w"), force_terminal=True)  # noqa: SIM115
    last = max((row for row in range(screen.lines) if screen.display[row].strip()), default=0)
    for row in range(last + 1):
        console.print(_line(screen, row))
    (IMAGES / "terminal.svg").write_text(console.export_svg(title=header.get("title", "quarterdeck")))


def _line(screen: pyte.Screen, row: int) -> Text:
    text = Text()
    for column in range(screen.columns):
        cell = screen.buffer[row][column]
        colour = None if cell.fg == "default" else {"brown": "yellow"}.get(cell.fg, cell.fg)
        colour = (
            f"#{colour}" if colour and len(colour) == 6 and all(c in "0123456789abcdef" for c in colour) else colour
        )
        text.append(cell.data, Style(color=colour, bold=cell.bold))
    text.rstrip()
    return text


def _colour(name: str) -> str | None:
    """pyte's name of a colour, or its six hex digits, as rich writes it."""
    if name == "default":
        return None
    return f"#{name}" if re.fullmatch("[0-9a-f]{6}", name) else {"brown": "yellow"}.get(name, name)


if __name__ == "__main__":
    main()
