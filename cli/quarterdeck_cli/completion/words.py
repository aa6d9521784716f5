"""A line up to the cursor, as a shell would part it into words, with an unfinished one at its end."""

from typing import Final

import msgspec

_ESCAPED: Final = frozenset(" \t\"'\\!*?[](){}<>|&;$`#")


class Split(msgspec.Struct, frozen=True):
    """`words` are finished; `current` is being typed, from `start` in the line on, in `quote` if that is open."""

    words: tuple[str, ...]
    current: str
    start: int
    quote: str = ""


def split(line: str) -> Split:
    """Never fails: an open quote reaches to the end."""
    words: list[str] = []
    current, quote, start, begun, escaped = "", "", 0, False, False
    for at, character in enumerate(line):
        if not begun and not character.isspace():
            begun, start = True, at
        if escaped:
            current, escaped = current + character, False
        elif character == "\\" and quote != "'":
            escaped = True
        elif quote:
            current, quote = (current, "") if character == quote else (current + character, quote)
        elif character in "\"'":
            quote = character
        elif character.isspace():
            if begun:
                words.append(current)
            current, begun = "", False
        else:
            current += character
    return Split(tuple(words), current, start if begun else len(line), quote)


def quoted(word: str, quote: str = "") -> str:
    """A word as it is typed, in the quote that is open already, or with its odd characters escaped."""
    if quote == "'":
        return quote + word.replace("'", "'\\''")
    if quote:
        return quote + "".join(f"\\{each}" if each in '"\\' else each for each in word)
    return "".join(f"\\{each}" if each in _ESCAPED else each for each in word)
