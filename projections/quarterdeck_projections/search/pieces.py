"""A command's output in pieces of bounded size, each with the words in it: pure, and the same whenever it is done."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from quarterdeck.application.frames import Frame, FrameKind
from quarterdeck.application.output_lines import Line, Stretch, Stretches, lines, without_sequences
from quarterdeck.application.search_query import words_of

PIECE = 64 * 1024
"""Bytes of output; a piece has less than twice as many."""
_SPACED = bytes(
    ord(chr(each).lower()) if chr(each).isalnum() or chr(each) == "_" else ord(" ") for each in range(128)
).ljust(256)
"""Maps ASCII to small letters, digits and underscores, all else to spaces."""


@dataclass(frozen=True, kw_only=True)
class Window:
    """From where to where each stream's lines are a piece's: offsets in the command's output, the ends excluded."""

    output_first: int = 0
    output_until: int = 0
    error_first: int = 0
    error_until: int = 0

    @property
    def first(self) -> int:
        """Where a reader begins."""
        spans = ((self.output_first, self.output_until), (self.error_first, self.error_until))
        return min((first for first, until in spans if until > first), default=0)

    @property
    def until(self) -> int:
        return max(self.output_until, self.error_until)

    def span(self, kind: FrameKind) -> tuple[int, int]:
        if kind is FrameKind.OUTPUT:
            return self.output_first, self.output_until
        return self.error_first, self.error_until


@dataclass(frozen=True, kw_only=True)
class Piece:
    window: Window
    words: frozenset[str]


class Pieces:
    """Takes a command's frames from the first on."""

    def __init__(self) -> None:
        self._stretches = Stretches()
        self._gathered: list[Stretch] = []
        self._size = 0
        self._begun: dict[FrameKind, int] = {FrameKind.OUTPUT: 0, FrameKind.ERROR: 0}
        self._reached = dict(self._begun)

    def take(self, frame: Frame) -> Iterator[Piece]:
        for stretch in self._stretches.take(frame):
            self._gather(stretch)
            if self._size >= PIECE:
                yield self._piece()

    def rest(self) -> Iterator[Piece]:
        """What is left when the output has ended."""
        for stretch in self._stretches.rest():
            self._gather(stretch)
        if self._gathered:
            yield self._piece()

    def _gather(self, stretch: Stretch) -> None:
        self._gathered.append(stretch)
        self._size += len(stretch.data)
        self._reached[stretch.kind] = stretch.end

    def _piece(self) -> Piece:
        window = Window(
            output_first=self._begun[FrameKind.OUTPUT],
            output_until=self._reached[FrameKind.OUTPUT],
            error_first=self._begun[FrameKind.ERROR],
            error_until=self._reached[FrameKind.ERROR],
        )
        words = words_in(b"\n".join(stretch.data for stretch in self._gathered))
        self._begun = dict(self._reached)
        self._gathered.clear()
        self._size = 0
        return Piece(window=window, words=words)


def words_in(data: bytes) -> frozenset[str]:
    """Those of whole lines, as a search compares them."""
    text = without_sequences(data)
    if text.isascii():
        # nearly always, and ten times as fast
        return frozenset(word.decode("ascii") for word in set(text.translate(_SPACED).split()))
    return frozenset(words_of(text.decode("utf-8", "replace")))


def lines_within(frames: Iterable[Frame], window: Window, having: Collection[Sequence[str]] = ()) -> Iterator[Line]:
    """A piece's lines, from a transcript that was read from where its window begins. `having`: see `lines`."""
    return lines((frame for frame in (_within(each, window) for each in frames) if frame), having)


def _within(frame: Frame, window: Window) -> Frame | None:
    first, until = window.span(frame.kind)
    start, end = max(first, frame.offset), min(until, frame.end)
    if start >= end:
        return None
    return frame._replace(offset=start, data=frame.data[start - frame.offset : end - frame.offset])
