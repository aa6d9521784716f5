"""The user's own terminal while a program in a jail has it: raw, and put back whatever happens."""

import atexit
import os
import re
import termios
import tty
from collections.abc import Generator
from contextlib import contextmanager, suppress
from typing import Final

from quarterdeck_cli.api.commands import Terminal
from quarterdeck_cli.errors import UsageError

STDIN = 0
DEFAULT_SIZE: Final = Terminal(columns=80, rows=24)
_CONTROL_NAME: Final = re.compile(r"(?:ctrl-|\^)([a-z\[\\\]^_@])", re.IGNORECASE)
_ALTERNATE_SCREEN: Final = re.compile(rb"\x1b\[\?(?:1049|1047|47)([hl])")
_ORDINARY: Final = b"\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?2004l\x1b[?1l\x1b>\x1b[?25h\x1b[0m"
"""No mouse reports, no bracketed paste, ordinary keys, a visible cursor, no colours."""
_LEAVE_ALTERNATE: Final = b"\x1b[?1049l"


def size() -> Terminal:
    """Of the first of standard output, input and error that is a terminal."""
    for descriptor in (1, 0, 2):
        with suppress(OSError):
            columns, rows = os.get_terminal_size(descriptor)
            if columns and rows:
                return Terminal(columns=columns, rows=rows)
    return DEFAULT_SIZE


def parse_key(name: str) -> int:
    """`ctrl-]` or `^]` as the byte that the terminal sends."""
    found = _CONTROL_NAME.fullmatch(name)
    if not found:
        raise UsageError(f"{name!r} is no key to detach with.", "Write it as ctrl-], ctrl-b or the like.")
    return ord(found[1].upper()) & 0x1F


def key_name(key: int) -> str:
    return f"Ctrl-{chr(key | 0x40)}"


@contextmanager
def raw(descriptor: int = STDIN) -> Generator[None]:
    """Every key goes to the program. Restored at the end, at an error, and at the interpreter's exit."""
    before = termios.tcgetattr(descriptor)

    def restore() -> None:
        with suppress(termios.error):
            termios.tcsetattr(descriptor, termios.TCSANOW, before)

    atexit.register(restore)
    try:
        tty.setraw(descriptor, termios.TCSANOW)
        yield
    finally:
        restore()
        atexit.unregister(restore)


class ScreenState:
    """What of the terminal's state must be undone when one leaves while the program goes on."""

    def __init__(self) -> None:
        self._alternate = False
        self._tail = b""

    def printed(self, data: bytes) -> None:
        seen = self._tail + data
        for found in _ALTERNATE_SCREEN.finditer(seen):
            self._alternate = found[1] == b"h"
        self._tail = seen[-8:]

    def undo(self) -> bytes:
        return (_LEAVE_ALTERNATE if self._alternate else b"") + _ORDINARY
