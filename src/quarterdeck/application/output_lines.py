"""Output as lines of plain text, each with its offset: without the sequences that steer a terminal."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

from quarterdeck.application.frames import OUTPUT_KINDS, Frame, FrameKind

LONGEST = 64 * 1024
"""Bytes; a longer line is cut there, and one of which no more has come after so much of the other stream."""
_END = re.compile(rb"[\r\n]")
_LINE = re.compile(rb"[^\r\n]{1,%d}" % LONGEST)
_SEQUENCES = re.compile(
    rb"\x1b(?:\[[0-?]*[ -/]*[@-~]"  # CSI: colours, the cursor
    rb"|[\]PX^_][^\x07\x1b\r\n]*(?:\x07|\x1b\\|(?=[\r\n])|\Z)"  # OSC and other strings
    rb"|[ -/]*[0-~])"
    rb"|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"
)


class Stretch(NamedTuple):
    """Whole lines of one stream, at most `LONGEST` bytes of them, or a part of a line that is longer."""

    kind: FrameKind
    offset: int
    """Of its first byte in the command's output."""
    end: int
    """The output offset where its stream goes on."""
    data: bytes


class Stretches:
    """Cuts output at its lines. Standard output and error are told apart, so that a line of one is not torn by the
    other."""

    def __init__(self) -> None:
        self._held = {kind: _Held(kind) for kind in sorted(OUTPUT_KINDS)}

    def take(self, frame: Frame) -> Iterator[Stretch]:
        if frame.kind not in OUTPUT_KINDS:
            return
        for kind, held in self._held.items():
            if kind is not frame.kind and held.data and frame.offset - held.offset >= LONGEST:
                yield held.rest()
        yield from self._held[frame.kind].take(frame.offset, frame.data)

    def rest(self) -> Iterator[Stretch]:
        """What has no end yet."""
        for held in self._held.values():
            if held.data:
                yield held.rest()


class _Held:
    """The beginning of a line, whose pieces may lie apart in the output."""

    def __init__(self, kind: FrameKind) -> None:
        self.kind = kind
        self.offset = 0
        self.data = bytearray()
        self._end = 0

    def take(self, offset: int, data: bytes) -> Iterator[Stretch]:
        at = 0
        while self.data and at < len(data):
            most = min(len(data), at + LONGEST - len(self.data))
            end = _END.search(data, at, most)
            until = end.end() if end else most
            self._hold(data[at:until], offset + until)
            at = until
            if end or len(self.data) >= LONGEST:
                yield self.rest()
        while at < len(data):
            until = max(data.rfind(b"\n", at, at + LONGEST), data.rfind(b"\r", at, at + LONGEST)) + 1
            if not until:
                until = at + LONGEST
                if until > len(data):
                    self.offset = offset + at
                    self._hold(data[at:], offset + len(data))
                    return
            yield Stretch(self.kind, offset + at, offset + until, data[at:until])
            at = until

    def rest(self) -> Stretch:
        found = Stretch(self.kind, self.offset, self._end, bytes(self.data))
        self.data.clear()
        return found

    def _hold(self, data: bytes, end: int) -> None:
        self.data += data
        self._end = end


class Line(NamedTuple):
    offset: int
    """Of its first byte in the command's output."""
    text: str


def lines(frames: Iterable[Frame], having: Collection[Sequence[str]] = ()) -> Iterator[Line]:
    """Those that are not empty. What a carriage return overwrites on a screen is a line of its own.

    `having`: phrases, of words in small letters. Lines without any of them may be left out, which is far quicker.
    """
    stretches = Stretches()
    needles = _needles(having)
    for frame in frames:
        for stretch in stretches.take(frame):
            yield from _lines_of(stretch, needles)
    for stretch in stretches.rest():
        yield from _lines_of(stretch, needles)


def _needles(having: Collection[Sequence[str]]) -> re.Pattern[bytes] | None:
    if not having or not all(word.isascii() for words in having for word in words):
        return None
    return re.compile(b"|".join(rb"[^0-9a-z_\r\n]+".join(re.escape(w.encode()) for w in words) for words in having))


def _lines_of(stretch: Stretch, needles: re.Pattern[bytes] | None) -> Iterator[Line]:
    if needles:
        plain = without_sequences(stretch.data)
        # letters beyond ASCII may be equal to such ones when case does not count
        if plain.isascii():
            yield from _lines_having(stretch, plain, needles)
            return
    for found in _LINE.finditer(stretch.data):
        yield Line(stretch.offset + found.start(), text_of(found[0]))


def _lines_having(stretch: Stretch, plain: bytes, needles: re.Pattern[bytes]) -> Iterator[Line]:
    """What is taken out of lines is never their ends: the nth line of one text is the nth of the other."""
    small, at, number, starts = plain.lower(), 0, 0, list[int]()
    while found := needles.search(small, at):
        starts = starts or [0, *(end.end() for end in _END.finditer(stretch.data))]
        number += sum(1 for _ in _END.finditer(small, at, found.start()))
        first = max(plain.rfind(b"\n", 0, found.start()), plain.rfind(b"\r", 0, found.start())) + 1
        last = _END.search(plain, found.start())
        at = last.start() if last else len(plain)
        yield Line(stretch.offset + starts[number], plain[first:at].decode())


def text_of(data: bytes) -> str:
    return without_sequences(data).decode("utf-8", "replace")


def without_sequences(data: bytes) -> bytes:
    """Of whole lines: a sequence ends with its line at the latest."""
    return _SEQUENCES.sub(b"", data)
