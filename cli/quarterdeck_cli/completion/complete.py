"""The completion: text before the cursor, grammar, what is known, and where one is, to candidates."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

import msgspec

from quarterdeck_cli.completion.fuzzy import Score, score
from quarterdeck_cli.completion.grammar import Command, Parameter
from quarterdeck_cli.completion.place import Place, place_of
from quarterdeck_cli.completion.words import quoted, split
from quarterdeck_cli.known.protocol import Known
from quarterdeck_cli.text import plain

Files = Callable[[str], Sequence[str]]
"""Names in a local folder, those of folders with a slash at their end."""
MOST = 200
_BY_DESCRIPTION = (9, 0, 0)
"""Behind whatever fits by its name."""


class Candidate(msgspec.Struct, frozen=True):
    """`text` takes the place of what stands in the line from `start` to the cursor."""

    text: str
    start: int
    shown: str
    description: str = ""

    @property
    def goes_on(self) -> bool:
        """A folder, or an option that wants its value after `=`."""
        return self.text.endswith(("/", "="))


class Surroundings(msgspec.Struct, frozen=True):
    """What the line does not say: where one is, and what is known."""

    known: Known
    files: Files
    session: str = ""
    """The one in use."""


def complete(line: str, grammar: Command, around: Surroundings) -> list[Candidate]:
    """The best first. Reads only what is given."""
    parted = split(line)
    if not parted.words and parted.current.startswith("!"):
        return []
    words = expanded(parted.words)
    place = place_of(words, parted.current, grammar)
    offered = _offered(place, around)
    begin = parted.current[: len(parted.current) - len(place.typed)]
    found = _ranked(place.typed, offered)
    return [
        Candidate(
            text=quoted(begin + offer.word, parted.quote),
            start=parted.start,
            shown=offer.shown or offer.word,
            description=plain(offer.description),
        )
        for offer in found
    ]


def expanded(words: tuple[str, ...]) -> tuple[str, ...]:
    """As one-shots write it: `!ls` as `run -- ls`, `use project X` as `use --project X`."""
    if words[:1] == ("qd",):
        words = words[1:]
    if words and words[0].startswith("!"):
        return ("run", "--", words[0][1:], *words[1:])
    return ("use", "--project", *words[2:]) if words[:2] == ("use", "project") else words


class _Offer(NamedTuple):
    word: str
    description: str = ""
    shown: str = ""
    """Where that is not the word: a name without its folder."""
    described: bool = False
    """It may be found by what describes it: nobody knows an id by heart."""


def _offered(place: Place, around: Surroundings) -> Iterator[_Offer]:
    yield from (_Offer(name, command.help) for name, command in place.commands)
    if place.value is not None:
        yield from _values(place.value, place, around)
    if place.typed.startswith("-") or not (place.commands or place.value):
        yield from (_Offer(name, option.help) for option in place.options for name in _written(option))


def _written(option: Parameter) -> Iterable[str]:
    return [name for name in option.names if name.startswith("--")] or option.names


def _values(parameter: Parameter, place: Place, around: Surroundings) -> Iterator[_Offer]:
    yield from map(_Offer, parameter.choices)
    if parameter.choices:
        return
    match parameter.of:
        case "":
            return
        case "file":
            yield from _below(place.typed, around.files)
        case "path":
            session = place.session or around.session
            yield from _below(place.typed, lambda folder: around.known.paths(session, folder) if session else ())
        case kind:
            yield from (_Offer(each.word, each.description, described=True) for each in around.known.entries(kind))


def _below(typed: str, names: Files) -> Iterator[_Offer]:
    folder, slash, begun = typed.rpartition("/")
    for name in names(folder + slash):
        if begun.startswith(".") or not name.startswith("."):
            yield _Offer(folder + slash + name, shown=name)


def _ranked(typed: str, offered: Iterable[_Offer]) -> list[_Offer]:
    """Those that fit, the best first, else as they came. What cannot be seen is not typed for anybody."""
    fitting: list[tuple[Score, int, _Offer]] = []
    for at, offer in enumerate(offered):
        if plain(offer.word) == offer.word and (how := _fits(typed, offer)) is not None:
            fitting.append((how, at, offer))
    fitting.sort(key=lambda each: each[:2])
    return [offer for _, _, offer in fitting[:MOST]]


def _fits(typed: str, offer: _Offer) -> Score | None:
    if offer.shown:
        typed = typed.rpartition("/")[2]
    if not typed:
        return (0, 0, 0)
    if (fit := score(typed, offer.shown or offer.word)) is not None:
        return fit
    told = offer.described and len(typed) > 1 and typed.casefold() in offer.description.casefold()
    return _BY_DESCRIPTION if told else None
