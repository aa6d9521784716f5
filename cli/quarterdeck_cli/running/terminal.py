"""The user's own terminal while a program in a jail has it: raw, and put back whatever happens."""

import asyncio
import atexit
import os
import re
import signal
import termios
import tty
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from typing import Any, Final

from quarterdeck_cli.api.commands import Terminal
from quarterdeck_cli.errors import UsageError

STDIN = 0
Attributes = list[Any]
"""As termios has them."""
DEFAULT_SIZE: Final = Terminal(columns=80, rows=24)
_CONTROL_NAME: Final = re.compile(r"(?:ctrl-|\^)([a-z\[\\\]^_@])", re.IGNORECASE)


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
def raw(descriptor: int = STDIN) -> Generator[Attributes]:
    """Every key goes to the program. Restored to what it gives: at the end, at an error, at the interpreter's exit."""
    before = termios.tcgetattr(descriptor)

    def restore() -> None:
        with suppress(termios.error):
            termios.tcsetattr(descriptor, termios.TCSANOW, before)

    atexit.register(restore)
    try:
        tty.setraw(descriptor, termios.TCSANOW)
        yield before
    finally:
        restore()
        atexit.unregister(restore)


@contextmanager
def stopping(
    cooked: Attributes, before: Callable[[], None], after: Callable[[], None], descriptor: int = STDIN
) -> Generator[None]:
    """Whoever stops this process finds the terminal as it was; when it goes on, the program has it again."""
    loop = asyncio.get_running_loop()

    def stop() -> None:
        before()
        raw_now = termios.tcgetattr(descriptor)
        with suppress(termios.error):
            termios.tcsetattr(descriptor, termios.TCSANOW, cooked)
        os.kill(os.getpid(), signal.SIGSTOP)
        with suppress(termios.error):
            termios.tcsetattr(descriptor, termios.TCSANOW, raw_now)
        after()

    loop.add_signal_handler(signal.SIGTSTP, stop)
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGTSTP)
