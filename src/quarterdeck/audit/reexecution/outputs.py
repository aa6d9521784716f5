"""Two transcripts compared line by line, without either in memory. Pure."""

import codecs
from collections.abc import AsyncIterator, Callable
from typing import Final, Protocol

from quarterdeck.audit.reexecution.verdicts import Comparison, Difference

LONGEST_LINE: Final = 64 * 1024
"""Characters; what is longer is compared in pieces of so many."""


class Frame(Protocol):
    """What is needed of a transcript's frames."""

    @property
    def kind(self) -> str: ...
    @property
    def data(self) -> bytes: ...


class HoleError(Exception):
    """A part of the recorded output is lost or was erased."""


async def lines(frames: AsyncIterator[Frame], kind: str) -> AsyncIterator[str]:
    """What was printed as one kind, in lines without their ends. Raises HoleError."""
    decoder, rest = codecs.getincrementaldecoder("utf-8")("replace"), ""
    async for frame in frames:
        if frame.kind == "GAP":
            raise HoleError
        if frame.kind != kind:
            continue
        *whole, rest = (rest + decoder.decode(frame.data)).split("\n")
        for line in whole:
            yield line
        while len(rest) > LONGEST_LINE:
            yield rest[:LONGEST_LINE]
            rest = rest[LONGEST_LINE:]
    if rest := rest + decoder.decode(b"", final=True):
        yield rest


async def compared(
    expected: Callable[[], AsyncIterator[Frame]],
    found: Callable[[], AsyncIterator[Frame]],
    normalise: Callable[[str], str],
) -> Comparison:
    """Output, then errors: how the two came one after the other is chance. Raises HoleError."""
    exact = True
    for kind, where in (("OUTPUT", "output"), ("ERROR", "errors")):
        result = await _first_difference(lines(expected(), kind), lines(found(), kind), where, normalise)
        if result.difference:
            return result
        exact = exact and result.exact
    return Comparison(exact=exact)


async def _first_difference(
    expected: AsyncIterator[str], found: AsyncIterator[str], where: str, normalise: Callable[[str], str]
) -> Comparison:
    number, exact = 0, True
    while True:
        number += 1
        one, other = await anext(expected, None), await anext(found, None)
        if one is None and other is None:
            return Comparison(exact=exact)
        if one == other:
            continue
        exact = False
        if one is None or other is None or normalise(one) != normalise(other):
            return Comparison(
                exact=False,
                difference=Difference(where=where, line=number, expected=one or "", found=other or ""),
            )
