"""What a program has done to the state of the user's terminal, and how that is undone and done again."""

import re
from typing import Final

from quarterdeck_cli.transcript.sequences import RESTORE

_SEQUENCE: Final = re.compile(
    rb"\x1b(?:\[(?P<private>\?)(?P<modes>[0-9;]{1,40})(?P<set>[hl])"
    rb"|\[(?P<stack>[<=>])(?P<level>[0-9;]{0,5})(?P<kind>[um])"
    rb"|\[(?P<shape>[0-9]?) q|\[(?P<region>[0-9;]{0,11})r|(?P<keypad>[=>])|\[(?P<colour>[0-9;:]*)m)"
)
_LONGEST: Final = 48
_ON_BY_DEFAULT: Final = frozenset({b"7", b"25"})
_ALTERNATE: Final = (b"1049", b"1047", b"47")
_KEYS: Final = b"\x1b[<9u\x1b[>4m\x1b[?1l\x1b>"
"""Ordinary keys: kitty's stack of modes emptied, xterm's modifyOtherKeys off, no application modes."""
_POINTER: Final = b"\x1b[?9l\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1004l\x1b[?1005l\x1b[?1006l\x1b[?1015l\x1b[?1016l"
_ORDINARY: Final = _POINTER + b"\x1b[?2004l" + _KEYS + b"\x1b[0 q" + RESTORE.encode() + b"\x1b[0m"
"""No mouse reports, no bracketed paste, ordinary keys, a visible cursor of the usual shape, no colours."""
_LEAVE_ALTERNATE: Final = b"\x1b[?1049l"


class ScreenState:
    """Fed with what the terminal was sent. A terminal in which nothing was set is left alone."""

    def __init__(self) -> None:
        self._modes: dict[bytes, bool] = {}
        self._other: dict[str, bytes] = {}
        self._tail = b""

    def printed(self, data: bytes) -> None:
        seen = self._tail + data
        done = 0
        for found in _SEQUENCE.finditer(seen):
            self._note(found)
            done = found.end()
        self._tail = seen[max(done, len(seen) - _LONGEST) :]

    @property
    def alternate(self) -> bool:
        return any(self._modes.get(mode) for mode in _ALTERNATE)

    @property
    def is_touched(self) -> bool:
        modes = any(on is not (mode in _ON_BY_DEFAULT) for mode, on in self._modes.items())
        return modes or any(value not in {b"", b"0"} for value in self._other.values())

    def undo(self) -> bytes:
        """All of it, back to what a shell expects."""
        return (_LEAVE_ALTERNATE if self.alternate else b"") + _ORDINARY

    def undo_what_is_left(self) -> bytes:
        """After a program's end: nothing where it has tidied up."""
        return self.undo() if self.is_touched else b""

    def again(self) -> bytes:
        """The modes as the program has set them. What was drawn the program draws again, when it is told of a size."""
        modes = b"".join(b"\x1b[?%b%b" % (mode, b"h" if on else b"l") for mode, on in self._modes.items())
        return modes + b"".join(b"\x1b[%br" % self._other["region"] for _ in [1] if self._other.get("region"))

    def _note(self, found: "re.Match[bytes]") -> None:
        if found["modes"] is not None:
            if found["private"]:
                self._modes |= dict.fromkeys(found["modes"].split(b";"), found["set"] == b"h")
        elif found["stack"] is not None:
            off = found["stack"] == b"<" or found["level"].split(b";")[-1] in {b"", b"0", b"4"}
            self._other[f"keys {found['kind'].decode()}"] = b"" if off else b"1"
        elif found["shape"] is not None:
            self._other["shape"] = found["shape"]
        elif found["region"] is not None:
            self._other["region"] = found["region"]
        elif found["keypad"] is not None:
            self._other["keypad"] = b"" if found["keypad"] == b">" else b"1"
        elif found["colour"] is not None:
            self._other["colour"] = found["colour"].rsplit(b";", 1)[-1]
