"""Masking secrets in a stream of frames: as many asterisks, wherever the frames and batches were cut.

What might be the start of a secret is held back, in whole frames, until it is one, cannot be one any more, or is
released because nothing follows. Output that holds no such start passes at once, as the same object.
"""

from typing import Final

from quarterdeck.application.frames import FrameKind, Span, spans
from quarterdeck.application.secret_patterns import MASK, Patterns

STREAMS: Final = (FrameKind.OUTPUT, FrameKind.ERROR, FrameKind.INPUT)


class Redactor:
    """One command's output. Pure: bytes in, bytes out."""

    def __init__(self, patterns: Patterns) -> None:
        self._patterns = patterns
        self._held = b""
        self._passed: dict[int, bytes] = dict.fromkeys(STREAMS, b"")

    @property
    def holds(self) -> bool:
        return bool(self._held)

    def prime(self, kind: FrameKind, passed: bytes) -> None:
        """What this stream printed last, before a restart."""
        self._passed[kind] = passed[-self._patterns.reach :]

    def feed(self, encoded: bytes) -> bytes:
        """Whole frames in; whole frames out, of the same sizes in the same order."""
        return self._process(self._held + encoded if self._held else encoded, final=False)

    def release(self) -> bytes:
        """What is held back. What follows is masked all the same."""
        return self._process(self._held, final=True)

    def _process(self, encoded: bytes, *, final: bool) -> bytes:
        layout = spans(encoded)
        streams = [_Stream(kind, layout, encoded, self._passed[kind]) for kind in STREAMS if _has(layout, kind)]
        if not final and not (layout and layout[-1].kind == FrameKind.END):
            cut = min((stream.cut(self._patterns) for stream in streams), default=_NOWHERE)
        else:
            cut = _NOWHERE
        masked = self._mask(encoded, streams)
        for stream in streams:
            self._passed[stream.kind] = stream.passed(cut, self._patterns.reach)
        self._held = encoded[cut:]
        return masked if cut >= len(encoded) else masked[:cut]

    def _mask(self, encoded: bytes, streams: "list[_Stream]") -> bytes:
        found = [(stream, hits) for stream in streams if (hits := self._patterns.hits(stream.text))]
        if not found:
            return encoded
        masked = bytearray(encoded)
        for stream, hits in found:
            for start, end in hits:
                stream.mask(masked, start, end)
        return bytes(masked)


class _Stream:
    """The payloads of one kind in a batch, joined, after what passed before them."""

    def __init__(self, kind: FrameKind, layout: list[Span], encoded: bytes, passed: bytes) -> None:
        self.kind = kind
        self._spans = [span for span in layout if span.kind == kind]
        self._before = len(passed)
        view = memoryview(encoded)
        self.text = b"".join([passed, *(view[span.data : span.end] for span in self._spans)])

    def cut(self, patterns: Patterns) -> int:
        """Where the first frame starts that must be held back; past everything if none must."""
        begun = patterns.unfinished(self.text)
        if begun == len(self.text):
            return _NOWHERE
        at = self._before
        for span in self._spans:
            at += span.end - span.data
            if begun < at:
                return span.start
        return _NOWHERE

    def passed(self, cut: int, reach: int) -> bytes:
        held = sum(span.end - span.data for span in self._spans if span.start >= cut)
        return self.text[: len(self.text) - held][-reach:]

    def mask(self, encoded: bytearray, start: int, end: int) -> None:
        at = self._before
        for span in self._spans:
            size = span.end - span.data
            low, high = max(start - at, 0), min(end - at, size)
            if low < high:
                encoded[span.data + low : span.data + high] = MASK * (high - low)
            at += size
            if at >= end:
                return


_NOWHERE: Final = 1 << 62


def _has(layout: list[Span], kind: FrameKind) -> bool:
    return any(span.kind == kind for span in layout)
