"""A program on a pseudo-terminal, and what the terminal shows."""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pexpect
import pyte
from tests.support.ready import ReadyPrograms
from tests.support.ready_terminal import on_ready_terminal

_spawn: Any = vars(pexpect)["spawn"]
WITHIN = 30.0


class Screen:
    """A program on a terminal, and what the terminal shows."""

    def __init__(self, child: Any, columns: int, rows: int) -> None:
        self.child = child
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self.raw = b""
        self.tells_its_background = True

    @property
    def text(self) -> str:
        return "\n".join(line.rstrip() for line in self.screen.display)

    def shows(self, *wanted: str, gone: str = "\0") -> str:
        """Reads on until all of it is on the screen, and `gone` is not."""
        self.reads_until(lambda: all(each in self.text for each in wanted) and gone not in self.text, wanted)
        return self.text

    def reads_until(self, there: Callable[[], bool], wanted: object = "What is waited for") -> None:
        until = time.monotonic() + WITHIN
        while not there():
            assert time.monotonic() < until, f"{wanted} is not shown:\n{self.text}"
            self._take()

    def _take(self) -> None:
        try:
            part = self.child.read_nonblocking(65536, timeout=0.2)
        except pexpect.TIMEOUT:
            return
        except pexpect.EOF:
            raise AssertionError(f"It ended:\n{self.text}") from None
        self.raw += part
        self._stream.feed(part)
        if b"\x1b[6n" in part:
            self.child.send(f"\x1b[{self.screen.cursor.y + 1};{self.screen.cursor.x + 1}R")
        if b"\x1b]11;?" in part and self.tells_its_background:
            self.tell_background()

    def tell_background(self) -> None:
        self.child.send(b"\x1b]11;rgb:ffff/ffff/ffff\x1b\\\x1b[?62c")

    def type(self, text: str) -> None:
        self.child.send(text)

    def resize(self, columns: int, rows: int) -> None:
        self.child.setwinsize(rows, columns)
        self.screen.resize(rows, columns)

    def ended(self) -> int:
        self.child.expect(pexpect.EOF)
        self.child.wait()
        return int(self.child.exitstatus)


def on_terminal(argv: Sequence[str], environment: Mapping[str, str], *, columns: int, rows: int) -> Screen:
    child = _spawn(argv[0], [*argv[1:]], env={**environment}, dimensions=(rows, columns), timeout=WITHIN)
    return Screen(child, columns, rows)


def ready_on_terminal(
    programs: ReadyPrograms,
    entry: str,
    words: Sequence[str],
    environment: Mapping[str, str],
    *,
    columns: int,
    rows: int,
) -> Screen:
    dimensions = (rows, columns)
    child = on_ready_terminal(programs, entry, words, environment, dimensions=dimensions, timeout=WITHIN)
    return Screen(child, columns, rows)
