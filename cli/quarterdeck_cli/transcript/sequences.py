"""Which control sequences may reach the terminal of somebody who only looks. A rule gives what to send, or nothing."""

import re
from functools import lru_cache
from typing import Final

PASSING_ESCAPES: Final = frozenset({"7", "8", "D", "E", "H", "M", "#8", "(0", "(A", "(B", ")0", ")A", ")B"})
"""Cursor saved and restored, line feeds, a tab stop, the alignment test, and the ASCII, UK and line-drawing sets."""
KEY_ESCAPES: Final = frozenset({"=", ">"})
"""The keypad's modes."""
CLEARED: Final = "\x1b[m\x1b[r\x1b[H\x1b[2J"
"""In place of a full reset, which would drop the viewer's own settings and scrollback."""

NUMBERS: Final = re.compile(r"[0-9]{0,5}(?:[;:][0-9]{0,5})*")
"""Five digits: no movement that keeps a terminal busy."""
PASSING_CSI: Final = frozenset("@ABCDEFGHIJKLMPSTXZ`abdefghlmrsu")
"""Movement, erasing, inserting, deleting, scrolling, tabs, colours, margins."""
ONLY: Final = {
    "J": frozenset({"", "0", "1", "2"}),  # 3 erases the scrollback
    "h": frozenset({"4"}),  # insert mode; 2 would lock the keyboard
    "l": frozenset({"4"}),
    "s": frozenset({""}),
    "u": frozenset({""}),
}
LONGEST_REPETITION: Final = 3
"""Digits."""
PASSING_MODES: Final = frozenset({"5", "6", "7", "12", "25", "47", "1047", "1048", "1049", "2026"})
"""Reverse video, origin, wrapping, the cursor's looks, the other screen, synchronised updates. Not keys, mouse, focus,
paste or width."""
KEY_MODES: Final = frozenset({"1", "9", "1000", "1002", "1003", "1004", "1005", "1006", "1007", "1015", "1016", "2004"})
"""Cursor keys, mouse, focus and paste: what the keys and the mouse of one who types send."""
KEY_CSI: Final = re.compile(r">[0-9]{1,2}(?:;[0-9]{0,2})?m|[<=>][0-9]{0,2}(?:;[0-9])?u|[0-6]? q")
"""How keys are encoded (xterm's modifyOtherKeys, kitty's protocol), and the cursor's shape."""
QUESTIONS: Final = re.compile(r"0?c|>0?c|=0?c|\??[56]n|\??[0-9]{1,4}\$p|\?u|>0?q|1[468]t|\?996n")
"""What a terminal answers in a form of its own: what it is, where the cursor is, which modes it has, its size. Not
what it answers with a text that the one who asks has chosen before, such as its title or a setting (DECRQSS)."""
COLOUR_QUESTIONS: Final = re.compile(r"(?:1[0-2]|4;[0-9]{1,3});\?")
SOFT_RESET: Final = ("!", "p")

OTHER_SCREEN: Final = frozenset(f"\x1b[?{mode}{final}" for mode in ("47", "1047", "1049") for final in "hl")
LEAVE_OTHER_SCREEN: Final = "\x1b[?1049l"
RESTORE: Final = "\x1b]8;;\x1b\\\x1b[m\x0f\x1b(B\x1b7\x1b[r\x1b[?6l\x1b8\x1b[4l\x1b[?5l\x1b[?7h\x1b[?25h\x1b[?2026l"

LINK: Final = re.compile(r"8;([^;]*);((?:https?://[!-~]{1,2000})?)", re.IGNORECASE)
LINK_ID: Final = re.compile(r"id=[A-Za-z0-9_.-]{1,200}")


def escape(rest: str, *, keys: bool = False) -> str:
    """A sequence of ESC and `rest`. `keys`: what sets the keyboard's modes passes, too."""
    if keys and rest in KEY_ESCAPES:
        return f"\x1b{rest}"
    if rest == "c":
        return CLEARED
    return f"\x1b{rest}" if rest in PASSING_ESCAPES else ""


@lru_cache(maxsize=1024)
def csi(parameters: str, final: str, *, keys: bool = False, asks: bool = False) -> str:
    """A control sequence; `parameters` is all between its introducer and its final character. `asks`: it may ask the
    terminal."""
    if asks and QUESTIONS.fullmatch(parameters + final):
        return f"\x1b[{parameters}{final}"
    if keys and KEY_CSI.fullmatch(parameters + final):
        return f"\x1b[{parameters}{final}"
    if (parameters, final) == SOFT_RESET:
        return "\x1b[!p"
    if parameters.startswith("?") and final in "hl":
        return _private_modes(parameters[1:], final, PASSING_MODES | KEY_MODES if keys else PASSING_MODES)
    if final not in PASSING_CSI or not NUMBERS.fullmatch(parameters):
        return ""
    if final in ONLY and parameters not in ONLY[final]:
        return ""
    if final == "b" and len(parameters) > LONGEST_REPETITION:
        return ""
    return f"\x1b[{parameters}{final}"


def _private_modes(parameters: str, final: str, passing: frozenset[str]) -> str:
    """Each in a sequence of its own."""
    return "".join(f"\x1b[?{mode}{final}" for mode in parameters.split(";") if mode in passing)


def osc(text: str, *, asks: bool = False) -> str:
    """An operating system command: a link to the web passes, and what `asks` for a colour."""
    if asks and COLOUR_QUESTIONS.fullmatch(text):
        return f"\x1b]{text}\x07"
    link = LINK.fullmatch(text)
    if link is None:
        return ""
    name = LINK_ID.fullmatch(link.group(1))
    return f"\x1b]8;{name.group() if name else ''};{link.group(2)}\x1b\\"
