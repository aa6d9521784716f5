"""What is searched for, as pure functions of a line: words, "phrases", pre*fixes, -exclusions and OR.

Words are runs of letters, digits and underscores, without regard to case. What is written in one piece, as `foo.py`, is
a phrase of its words. All of it has to be in one line, or all on one side of an OR.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from quarterdeck.domain.errors import InvalidInputError

Span = tuple[int, int]
Query = Callable[[str], Sequence[Span] | None]
"""Where in a line it is; None: it is not."""
MOST_TERMS = 50
MOST_CHARACTERS = 500
_TERM = re.compile(r'(?P<not>-?)(?:"(?P<phrase>[^"]*)"|(?P<word>\S+))')
_WORD = re.compile(r"\w+")


def words_of(text: str) -> list[str]:
    """In their order."""
    return [word.casefold() for word in _WORD.findall(text)]


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


@dataclass(frozen=True)
class Side:
    """Of an OR, or all there is."""

    wanted: tuple[Term, ...]
    unwanted: tuple[Term, ...]

    @property
    def longest(self) -> Term:
        """The term that is likely in the fewest lines."""
        return max(self.wanted, key=lambda term: sum(map(len, term.words)))

    def find(self, line: str, folded: str) -> list[Span] | None:
        if not all(term.words[0] in folded for term in self.wanted):
            return None
        # of a text that is longer when folded, places may be off: the whole line is shown then
        found = [(each[0].casefold(), each.span()) for each in _WORD.finditer(line)]
        places = [term.find(found) for term in self.wanted]
        if not all(places) or any(term.find(found) for term in self.unwanted):
            return None
        return sorted(place for each in places for place in each)


@dataclass(frozen=True)
class Words:
    """A `Query`."""

    sides: tuple[Side, ...]

    @property
    def having(self) -> tuple[tuple[str, ...], ...]:
        """A line without any of these phrases is none that is searched for."""
        return tuple(side.longest.words for side in self.sides)

    def __call__(self, line: str) -> Sequence[Span] | None:
        folded = line.casefold()
        places = [found for side in self.sides if (found := side.find(line, folded)) is not None]
        return sorted({place for each in places for place in each}) if places else None


def by_words(text: str) -> Words:
    """Raises InvalidInputError where nothing is searched for, or too much."""
    if len(text) > MOST_CHARACTERS:
        raise InvalidInputError(
            f"A search has at most {MOST_CHARACTERS} characters, not {len(text):,}.", "Give fewer.", field="text"
        )
    sides = tuple(_sides(text))
    if not sides or not all(side.wanted for side in sides):
        raise InvalidInputError(
            f"{text!r} has no word to search for.",
            'Give words, "a phrase", pre* or -not; a word on each side of an OR.',
            field="text",
        )
    if sum(len(side.wanted) + len(side.unwanted) for side in sides) > MOST_TERMS:
        raise InvalidInputError(f"A search has at most {MOST_TERMS} terms.", "Give fewer.", field="text")
    return Words(sides)


def _sides(text: str) -> Iterator[Side]:
    wanted, unwanted = list[Term](), list[Term]()
    for term in _TERM.finditer(text):
        if term[0] == "OR":
            yield Side(tuple(wanted), tuple(unwanted))
            wanted, unwanted = [], []
            continue
        inner = term["phrase"] if term["phrase"] is not None else term["word"]
        if words := tuple(words_of(inner)):
            (unwanted if term["not"] else wanted).append(Term(words, inner.endswith("*")))
    yield Side(tuple(wanted), tuple(unwanted))
