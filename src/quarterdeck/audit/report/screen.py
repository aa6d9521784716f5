"""What a command printed, as text in colours: pure, and safe whatever it printed.

Colours and weights are taken out of the control sequences (ECMA-48, SGR); all other sequences are dropped, and what
would not be seen is written as an escape. A carriage return that would overwrite a line shows as a sign and a new line:
a reviewer sees what was overwritten, too.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

from quarterdeck_cli.text import plain

Colour = int | tuple[int, int, int] | None
"""A number of the palette of 256, or red, green and blue."""
LONGEST_STRING = 4096
TOKEN = re.compile(
    r"\x1b\[(?P<sgr>[0-9;:]{0,100})m"
    r"|\x1b\[[0-?]{0,100}[ -/]{0,4}[@-~]"
    rf"|\x1b[\]PX^_][^\x07\x1b\x9c\n]{{0,{LONGEST_STRING}}}(?:\x07|\x1b\\|\x9c)?"
    r"|\x1b[ -/]{0,4}[0-~]"
)
UNSEEN = re.compile(r"[^\x20-\x7e\n\t]")
RETURN = "␍\n"


@dataclass(frozen=True)
class Style:
    foreground: Colour = None
    background: Colour = None
    bold: bool = False
    dim: bool = False
    italic: bool = False
    underline: bool = False
    struck: bool = False
    inverse: bool = False


class Run(NamedTuple):
    text: str
    style: Style


NORMAL = Style()


def runs(output: bytes) -> Iterator[Run]:
    """Text in one style each, in order."""
    text, style, at = output.decode("utf-8", "replace").replace("\r\n", "\n"), NORMAL, 0
    for token in TOKEN.finditer(text):
        if token.start() > at:
            yield Run(visible(text[at : token.start()]), style)
        at = token.end()
        if (parameters := token["sgr"]) is not None:
            style = changed(style, parameters)
    if at < len(text):
        yield Run(visible(text[at:]), style)


def visible(text: str) -> str:
    """What prints nothing, moves the cursor or turns the direction of writing is written as an escape."""
    return UNSEEN.sub(lambda found: RETURN if found[0] == "\r" else plain(found[0]), text)


def changed(style: Style, parameters: str) -> Style:
    """After a sequence of SGR."""
    numbers = [int(each) if each.isdigit() and len(each) < 5 else 0 for each in re.split("[;:]", parameters)]
    left = iter(numbers)
    for number in left:
        style = _extended(style, number, left) if number in {38, 48} else _changed_by(style, number)
    return style


SWITCHES = {
    1: {"bold": True},
    2: {"dim": True},
    3: {"italic": True},
    4: {"underline": True},
    7: {"inverse": True},
    9: {"struck": True},
    22: {"bold": False, "dim": False},
    23: {"italic": False},
    24: {"underline": False},
    27: {"inverse": False},
    29: {"struck": False},
}


def _changed_by(style: Style, number: int) -> Style:
    if number in SWITCHES:
        return replace(style, **SWITCHES[number])
    match number:
        case 0:
            return NORMAL
        case _ if 30 <= number <= 37:
            return replace(style, foreground=number - 30)
        case _ if 40 <= number <= 47:
            return replace(style, background=number - 40)
        case _ if 90 <= number <= 97:
            return replace(style, foreground=number - 82)
        case _ if 100 <= number <= 107:
            return replace(style, background=number - 92)
        case 39:
            return replace(style, foreground=None)
        case 49:
            return replace(style, background=None)
        case _:
            return style


def _extended(style: Style, number: int, left: Iterator[int]) -> Style:
    """`38;5;N` and `38;2;R;G;B`."""
    kind = next(left, 0)
    colour: Colour = None
    if kind == 5:
        colour = min(next(left, 0), 255)
    elif kind == 2:
        red, green, blue = (min(next(left, 0), 255) for _ in range(3))
        colour = (red, green, blue)
    return replace(style, foreground=colour) if number == 38 else replace(style, background=colour)
