"""Whether the terminal is dark or light: asked of it, and not waited for long. A late answer is nothing typed."""

import os
import re
import select
import termios
import time
import tty
from typing import Final

from prompt_toolkit.input import Input
from prompt_toolkit.input.vt100 import Vt100Input
from prompt_toolkit.input.vt100_parser import Vt100Parser

from quarterdeck_cli.theme import Theme, chosen

STDIN, STDOUT = 0, 1
PATIENCE_SECONDS: Final = 0.15
_QUESTION: Final = b"\x1b]11;?\x1b\\\x1b[c"
"""The background (OSC 11), then what every terminal answers: who does not know the first says the second at once."""
_ANSWER: Final = re.compile(rb"\x1b\]11;rgba?:([0-9a-fA-F]+)/([0-9a-fA-F]+)/([0-9a-fA-F]+)")
_END: Final = re.compile(rb"\x1b\[\?[0-9;]*c")
_LATE: Final = re.compile(r"\x1b\]11;rgba?:[0-9a-fA-F/]*(?:\x1b\\|\x07)|\x1b\[\?[0-9;]*c")
"""No key sends either."""
_MOST: Final = 4096


class AnswersDropped(Vt100Parser):
    """Of keys alone: a far terminal, or a busy machine, answers when it has long been given up."""

    def feed(self, data: str) -> None:
        super().feed(_LATE.sub("", data))


def drop_answers(keys: Input) -> None:
    """From what is typed from now on."""
    if isinstance(keys, Vt100Input):
        keys.vt100_parser = AnswersDropped(keys.vt100_parser.feed_key_callback)


def theme_of_terminal() -> Theme:
    """Dark where the terminal does not tell."""
    if (told := chosen()) is not None:
        return told
    if os.environ.get("TERM", "dumb") in {"dumb", "linux"}:
        return Theme.DARK
    return understood(_asked())


def understood(answer: bytes) -> Theme:
    """By how bright it is to the eye (ITU-R BT.601)."""
    found = _ANSWER.search(answer)
    if not found:
        return Theme.DARK
    red, green, blue = (int(part, 16) / (16 ** len(part) - 1) for part in found.groups())
    return Theme.LIGHT if 0.299 * red + 0.587 * green + 0.114 * blue > 0.5 else Theme.DARK


def _asked() -> bytes:
    """What is typed in between is lost: it is asked before there is a prompt."""
    try:
        before = termios.tcgetattr(STDIN)
    except termios.error:
        return b""
    try:
        tty.setcbreak(STDIN, termios.TCSANOW)
        os.write(STDOUT, _QUESTION)
        return _read()
    finally:
        termios.tcsetattr(STDIN, termios.TCSADRAIN, before)


def _read() -> bytes:
    answer, until = b"", time.monotonic() + PATIENCE_SECONDS
    while not _END.search(answer) and len(answer) < _MOST:
        left = until - time.monotonic()
        if left <= 0 or not select.select([STDIN], [], [], left)[0]:
            break
        answer += os.read(STDIN, 256)
    return answer
