"""What is searched for, as a pure function of a line: words, "phrases", pre*fixes and -exclusions, or a pattern.

Words are runs of letters, digits and underscores, without regard to case. What is written in one piece, as `foo.py`, is
a phrase of its words. All of it has to be in one line.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from quarterdeck_cli.errors import UsageError
from quarterdeck_cli.text import plain

Span = tuple[int, int]
Query = Callable[[str], Sequence[Span] | None]
"""Where in a line it is; None: it is not."""
_TERM = re.compile(r'(?P<not>-?)(?:"(?P<phrase>[^"]*)"|(?P<word>\S+))')
_WORD = re.compile(r"\w+")
MOST_TERMS = 50


@dataclass(frozen=True)
class Term:
    words: tuple[str, ...]
    prefix: bool
    """Of the last word its beginning is enough."""

    def find(self, found: Sequence[tuple[str, Span]]) -> list[Span]:
        """Every place in a line's words."""
        size = len(self.words)
        starts = range(len(found) - size + 1)
        return [(found[at][1][0], found[at + size - 1][1][1]) for at in starts if self._is_at(found, at)]

    def _is_at(self, found: Sequence[tuple[str, Span]], at: int) -> bool:
        *first, last = self.words
        word = found[at + len(first)][0]
        ends = word.startswith(last) if self.prefix else word == last
        return ends and all(found[at + number][0] == each for number, each in enumerate(first))


def by_words(text: str) -> Query:
    """Raises UsageError where nothing is searched for."""
    wanted, unwanted = list[Term](), list[Term]()
    for term in _TERM.finditer(text):
        inner = term["phrase"] if term["phrase"] is not None else term["word"]
        words = tuple(_WORD.findall(inner.casefold()))
        if words:
            (unwanted if term["not"] else wanted).append(Term(words, inner.endswith("*")))
    if not wanted:
        raise UsageError(f"{plain(text)!r} has no word to search for.", 'Give words, "a phrase", pre* or -not.')
    if len(wanted) + len(unwanted) > MOST_TERMS:
        raise UsageError(f"A search has at most {MOST_TERMS} terms.", "Give fewer.")

    def find(line: str) -> Sequence[Span] | None:
        folded = line.casefold()
        if wanted[0].words[0] not in folded:
            return None
        # of a text that is longer when folded, places may be off: the whole line is shown then
        found = [(each[0].casefold(), each.span()) for each in _WORD.finditer(line)]
        places = [term.find(found) for term in wanted]
        if not all(places) or any(term.find(found) for term in unwanted):
            return None
        return sorted(place for each in places for place in each)

    return find


def by_pattern(text: str) -> Query:
    """A regular expression of Python's. Raises UsageError for what is none."""
    try:
        pattern = re.compile(text)
    except re.error as error:
        raise UsageError(f"{plain(text)!r} is no regular expression: {error}.", "See Python's module re.") from error

    def find(line: str) -> Sequence[Span] | None:
        return [each.span() for each in pattern.finditer(line) if each.group()] or None

    return find
