"""How well what was typed fits a word: its letters in their order, the closer together and to the front the better."""

from typing import Final

_FRONT, _WORD, _INSIDE, _SCATTERED = range(4)
_BORDERS: Final = frozenset("-_/. :")

Score = tuple[int, int, int]


def score(typed: str, word: str) -> Score | None:
    """Less is better; None where it does not fit. Of the same kind, an earlier and a tighter fit goes first."""
    small, text = typed.casefold(), word.casefold()
    if text.startswith(small):
        return (_FRONT, 0, 0)
    at = text.find(small)
    if at > 0:
        return (_WORD if text[at - 1] in _BORDERS else _INSIDE, at, 0)
    return _scattered(small.lstrip("-"), text.lstrip("-"))


def _scattered(small: str, text: str) -> Score | None:
    """It begins at a word's first letter: otherwise a letter or two fit almost everything."""
    if not small:
        return None
    first = next((at for at, each in enumerate(text) if each == small[0] and _begins(text, at)), None)
    if first is None:
        return None
    at = first
    for each in small[1:]:
        at = text.find(each, at + 1)
        if at < 0:
            return None
    return (_SCATTERED, at - first, first)


def _begins(text: str, at: int) -> bool:
    return at == 0 or text[at - 1] in _BORDERS
