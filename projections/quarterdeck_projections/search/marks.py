"""Words as the index knows them: numbers of 22 bits, so that it has no more than four million different ones.

Ids, digests and times are most of the different words of any output, each of them seen once. As numbers they take a few
bytes each, and the index does not grow with how many there are. Where two words have one number, whoever reads the
piece sees which it is.
"""

from collections.abc import Iterable
from zlib import crc32

from quarterdeck.application.search_query import Side, Term

SHORT, LONG = 3, 5
"""Characters of beginnings that are marked too: the longer ones of words that are no ids."""
_SHIFT = 32 - 22


def marks_of(words: Iterable[str]) -> list[int]:
    """Of the words themselves and of their beginnings; in ascending order."""
    found = set[int]()
    for word in words:
        found.add(_mark(word))
        if len(word) >= SHORT:
            found.add(_beginning(word[:SHORT]))
        if len(word) >= LONG and word[:LONG].isalpha():
            found.add(_beginning(word[:LONG]))
    return sorted(found)


def wanted(side: Side) -> list[int]:
    """What a piece has to have for a line of this side; empty where nothing can be told."""
    return sorted({mark for term in side.wanted for mark in _of_term(term)})


def _of_term(term: Term) -> list[int]:
    *first, last = term.words
    found = [_mark(word) for word in first]
    if not term.prefix:
        return [*found, _mark(last)]
    if len(last) >= LONG and last[:LONG].isalpha():
        return [*found, _beginning(last[:LONG])]
    return [*found, _beginning(last[:SHORT])] if len(last) >= SHORT else found


def _mark(word: str) -> int:
    return crc32(word.encode()) >> _SHIFT


def _beginning(text: str) -> int:
    return crc32(b"\0" + text.encode()) >> _SHIFT
