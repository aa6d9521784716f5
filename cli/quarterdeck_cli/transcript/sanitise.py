"""Terminal output made safe for the terminal of somebody who only looks at it.

An allow-list: text, cursor movement, erasing, colours and the screen's own modes pass; all else is dropped, above all
what makes a terminal answer, changes its title or clipboard, prints, or changes what its keys and mouse send. Only
whole sequences are let out, so the terminal never parses anything differently from us. Sequences are those of
ECMA-48 and xterm's control sequences (https://invisible-island.net/xterm/ctlseqs/ctlseqs.html).
"""

import codecs
import re
from collections.abc import Callable
from typing import Final

from quarterdeck_cli.transcript import sequences

_SHOWN: Final = r"[^\x00-\x07\x10-\x1f\x7f-\x9f]"
TEXT: Final = re.compile(f"{_SHOWN}+")
"""Runs that pass as they are: printable characters, and BS, HT, LF, VT, FF, CR, SO, SI."""
DRAWN: Final = re.compile(rf"(?:\x1b\[[0-9]{{0,5}}(?:;[0-9]{{0,5}}){{0,8}}[ABCDHKm]{_SHOWN}*){{1,1000}}")
"""The same with most of what draws: colours, movement, erasing to a line's end."""
PLAIN_CSI: Final = re.compile(r"\x1b\[([0-9;]{0,40})([@-~])")
"""What nearly all sequences are: read at once, with the same outcome as character by character."""
PASSING: Final = re.compile(
    rf"{_SHOWN}*(?:\x1b\[(?:[0-9]{{0,5}}(?:;[0-9]{{0,5}}){{0,12}}[@A-IKLMPSTXZ`adefgmr]|[012]?J){_SHOWN}*){{0,1000}}"
)
"""What passes as it is: most output, told from the rest many times as fast as it is read.

Each repeat begins with ESC, so that a text which does not match is given up in time proportional to its length. They
are bounded, for each takes memory until the match ends. Possessive repeats would need neither, but up to Python 3.11.2,
which is Debian 12's, they match what is not there.
"""
STRING_END: Final = re.compile(r"[\x07\x18\x1a\x1b\x9c]")
LONGEST_SEQUENCE: Final = 256
LONGEST_STRING: Final = 4096
C1: Final = range(0x80, 0xA0)


class Sanitiser:
    """Call it with each piece of output, in order and cut anywhere; it gives what may be shown of it."""

    def __init__(self, *, keys: bool = False, asks: bool = False) -> None:
        """`keys`: the terminal's user types into the program, so what sets the keyboard's and mouse's modes passes.
        `asks`: it runs now, so it may ask the terminal what it answers in a form of its own."""
        self._keys, self._asks = keys, asks
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._state: Callable[[str, int], int] = self._ground
        self._held = ""
        self._opening = ""
        self._out: list[str] = []
        self._on_other_screen = False
        self._steered = False

    def __call__(self, data: bytes) -> bytes:
        return self._feed(self._decoder.decode(data))

    @property
    def has_steered(self) -> bool:
        """Sequences passed, not text alone."""
        return self._steered

    @property
    def at_rest(self) -> bool:
        """No character and no sequence is half read."""
        return self._state == self._ground and not self._decoder.getstate()[0]

    def finish(self) -> bytes:
        """To be shown after the last piece: leaves the terminal as a shell expects it."""
        shown = self._feed(self._decoder.decode(b"", final=True))
        leave = sequences.LEAVE_OTHER_SCREEN if self._on_other_screen else ""
        self._on_other_screen = False
        self._state = self._ground
        return shown + (leave + sequences.RESTORE).encode()

    def _feed(self, text: str) -> bytes:
        shown = text if self._state == self._ground and _passes(text) else self._cleaned(text)
        self._steered = self._steered or "\x1b" in shown
        return shown.encode()

    def _cleaned(self, text: str) -> str:
        at = 0
        while at < len(text):
            at = self._state(text, at)
        shown = "".join(self._out)
        self._out.clear()
        return shown

    def _ground(self, text: str, at: int) -> int:
        if run := TEXT.match(text, at) or DRAWN.match(text, at):
            self._out.append(run.group())
            return run.end()
        if plain := PLAIN_CSI.match(text, at):
            self._out.append(sequences.csi(*plain.groups(), keys=self._keys, asks=self._asks))
            return plain.end()
        self._control(text[at])
        return at + 1

    def _control(self, character: str) -> None:
        """One that starts a sequence, in its 7-bit or 8-bit form. Others have no use in a record."""
        if character == "\x1b":
            self._held, self._state = "", self._escape
        elif ord(character) in C1:
            self._held = ""
            self._begin(chr(ord(character) - 0x40))
        else:
            if character == "\x07" and self._asks and self._state == self._ground:
                self._out.append(character)
            self._state = self._ground

    def _begin(self, final: str) -> None:
        """ESC and one character have been read."""
        match final:
            case "[":
                self._held, self._state = "", self._csi
            case "]" | "P" | "X" | "^" | "_":
                self._held, self._opening, self._state = "", final, self._string
            case _:
                self._out.append(sequences.escape(final, keys=self._keys))
                self._state = self._ground

    def _escape(self, text: str, at: int) -> int:
        character = text[at]
        if " " <= character <= "/":
            self._hold(character, LONGEST_SEQUENCE)
        elif not "0" <= character <= "~":
            self._control(character)
        elif self._held:
            self._out.append(sequences.escape(self._held + character, keys=self._keys))
            self._state = self._ground
        else:
            self._begin(character)
        return at + 1

    def _csi(self, text: str, at: int) -> int:
        character = text[at]
        if " " <= character <= "?":
            self._hold(character, LONGEST_SEQUENCE)
        elif "@" <= character <= "~":
            self._state = self._ground
            self._emit_csi(self._held, character)
        else:
            self._control(character)
        return at + 1

    def _emit_csi(self, held: str, final: str) -> None:
        shown = sequences.csi(held, final, keys=self._keys, asks=self._asks)
        if held.startswith("?"):
            for sequence in sequences.OTHER_SCREEN:
                if sequence in shown:
                    self._on_other_screen = final == "h"
        self._out.append(shown)

    def _string(self, text: str, at: int) -> int:
        """OSC, DCS, SOS, PM, APC: up to BEL (OSC only) or ST; CAN, SUB and another ESC cut it off."""
        found = STRING_END.search(text, at)
        end = found.start() if found else len(text)
        self._hold(text[at:end], LONGEST_STRING)
        if found is None:
            return end
        ending = found.group()
        if ending == "\x07" and self._opening != "]":
            return end + 1
        if ending in {"\x07", "\x9c"}:
            self._end_string()
        elif ending == "\x1b":
            self._state = self._string_escape
        else:
            self._state = self._ground
        return end + 1

    def _string_escape(self, text: str, at: int) -> int:
        if text[at] == "\\":
            self._end_string()
            return at + 1
        self._held, self._state = "", self._escape
        return at

    def _end_string(self) -> None:
        if self._opening == "]":
            self._out.append(sequences.osc(self._held, asks=self._asks))
        self._state = self._ground

    def _hold(self, more: str, longest: int) -> None:
        """What grows too long is remembered only as too long, which no rule lets pass."""
        if len(self._held) <= longest:
            self._held = (self._held + more)[: longest + 1]


def _passes(text: str) -> bool:
    at = 0
    while at < len(text):
        found = PASSING.match(text, at)
        if found is None or found.end() == at:
            return False
        at = found.end()
    return True
