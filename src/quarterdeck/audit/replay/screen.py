"""A terminal's screen as a program's output makes it. It is read from the emulator's cells: nothing of what was printed
reaches the viewer's terminal as it was.

The emulator is asciinema's `avt`. It is given only what the sanitiser lets pass, and never fewer than two columns: with
that it neither grows nor breaks, whatever a program prints.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import Final

from avt._avt import Color, Line, Pen, Vt

from quarterdeck_cli.errors import CliError
from quarterdeck_cli.exitcodes import ExitCode

MOST_CELLS: Final = 1000
"""Of a side."""
FEWEST_COLUMNS: Final = 2
BASIC: Final = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "gray")
BRIGHT: Final = (
    "brightblack", "brightred", "brightgreen", "brightyellow",
    "brightblue", "brightmagenta", "brightcyan", "white",
)  # fmt: skip
CUBE: Final = (0, 95, 135, 175, 215, 255)
WIDTHLESS: Final = re.compile(
    "[\u0300-\u036f\u0483-\u0489\u200b-\u200f\u202a-\u202e\u2060-\u206f\u20d0-\u20f0\ufe00-\ufe0f\ufe20-\ufe2f\ufeff]"
)
"""Characters that take no cell of their own, for which the emulator has none, and those that turn writing around."""

Run = tuple[str, str]
"""A style as prompt-toolkit writes it, and the text that has it."""


@dataclass(frozen=True)
class Size:
    columns: int
    rows: int

    @classmethod
    def within(cls, columns: int, rows: int) -> "Size":
        """What a record says, kept within what is possible."""
        return cls(min(max(columns, FEWEST_COLUMNS), MOST_CELLS), min(max(rows, 1), MOST_CELLS))


@dataclass(frozen=True)
class Picture:
    """What is to be seen of a screen."""

    size: Size
    lines: tuple[tuple[Run, ...], ...]
    row: int
    """The cursor's, from 0."""
    column: int


EMPTY: Final = Picture(Size(80, 24), (), 0, 0)


class UndrawableError(CliError):
    """The emulator gave up on what a program printed."""

    exit_code = ExitCode.BUG

    def __init__(self) -> None:
        super().__init__(
            "What this command printed cannot be drawn.", "Look at it with `qd replay`, and tell us of it, please."
        )


class Screen:
    def __init__(self, size: Size, state: str = "") -> None:
        """`state`: of another of this size, as `state` gave it."""
        self._size = size
        self._vt = Vt(size.columns, size.rows, 0)
        if state:
            self._vt.feed_str(state)

    @property
    def size(self) -> Size:
        return self._size

    def feed(self, text: str) -> None:
        """Text that the sanitiser let pass."""
        if not text.isascii():
            text = WIDTHLESS.sub("", unicodedata.normalize("NFC", text))
        try:
            self._vt.feed_str(text)
        except BaseException as error:
            # a panic of the emulator, which is no Exception and has no name to import
            if "Panic" not in type(error).__name__:
                raise
            raise UndrawableError from error

    def resize(self, size: Size) -> None:
        if size != self._size:
            self._size = size
            self._vt.resize(size.columns, size.rows)

    def state(self) -> str:
        return self._vt.dump()

    def picture(self) -> Picture:
        cursor = self._vt.cursor
        lines = tuple(tuple(_runs(line)) for line in self._vt.view())
        return Picture(self._size, lines, cursor.row, min(cursor.col, self._size.columns - 1))


def _runs(line: Line) -> list[Run]:
    if not line.text.strip() and all(cell.pen.is_default() for cell in (line[0], line[len(line) - 1])):
        return []
    cells = [(_style(cell.pen), cell.char) for cell in line.cells if cell.width]
    return [(style, shown("".join(text for _, text in some))) for style, some in groupby(cells, lambda each: each[0])]


def shown(text: str) -> str:
    """Cells' characters, with a dot for whatever is not one that can be seen."""
    return text if text.isprintable() else "".join(map(_visible, text))


def _visible(character: str) -> str:
    if character.isprintable():
        return character
    return " " if unicodedata.category(character) == "Zs" else "·"


def _style(pen: Pen) -> str:
    if pen.is_default():
        return ""
    words = [
        f"fg:{_colour(pen.foreground)}" if pen.foreground else "",
        f"bg:{_colour(pen.background)}" if pen.background else "",
    ]
    named = (
        (pen.bold, "bold"),
        (pen.faint, "dim"),
        (pen.italic, "italic"),
        (pen.underline, "underline"),
        (pen.inverse, "reverse"),
        (pen.strikethrough, "strike"),
    )
    return " ".join([word for word in words if word] + [name for on, name in named if on])


def _colour(colour: Color) -> str:
    if isinstance(colour, Color.RGB):
        return f"#{colour[0]:02x}{colour[1]:02x}{colour[2]:02x}"
    return _indexed(colour[0]) if isinstance(colour, Color.Indexed) else "default"


@lru_cache(maxsize=256)
def _indexed(index: int) -> str:
    """The first sixteen have names, so that they look as in the viewer's terminal; the rest are xterm's."""
    if index < 16:
        return f"ansi{(BASIC + BRIGHT)[index]}"
    if index >= 232:
        grey = 8 + 10 * (index - 232)
        return f"#{grey:02x}{grey:02x}{grey:02x}"
    red, rest = divmod(index - 16, 36)
    return f"#{CUBE[red]:02x}{CUBE[rest // 6]:02x}{CUBE[rest % 6]:02x}"
