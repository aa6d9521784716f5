"""The beginning and the end of what a command printed, for readers who cannot take it whole."""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from quarterdeck.application.frames import OUTPUT_KINDS, Frame, FrameKind


@dataclass(frozen=True, kw_only=True)
class Excerpt:
    head: bytes
    """All of it where `left_out` is 0."""
    tail: bytes
    left_out: int
    """Bytes between the two."""
    size: int
    sha256: str
    """Of all that was printed."""
    gaps: tuple[str, ...] = ()
    """Why some of it is missing in the record."""


def excerpt(frames: Iterable[Frame], most: int) -> Excerpt:
    """At most so many bytes, half of them from each end. Reads all frames; memory does not grow with them."""
    half = most // 2
    head, tail, digest, size, gaps = bytearray(), bytearray(), sha256(), 0, list[str]()
    for frame in frames:
        if frame.kind is FrameKind.GAP and len(gaps) < 10:
            gaps.append(frame.data.decode("utf-8", "replace"))
        if frame.kind not in OUTPUT_KINDS:
            continue
        digest.update(frame.data)
        size += len(frame.data)
        room = half - len(head)
        head += frame.data[:room]
        tail += frame.data[room:]
        if len(tail) > 4 * half:
            del tail[:-half]
    del tail[: max(0, len(tail) - half)]
    left_out = size - len(head) - len(tail)
    if not left_out:
        head, tail = head + tail, bytearray()
    return Excerpt(
        head=bytes(head), tail=bytes(tail), left_out=left_out, size=size, sha256=digest.hexdigest(), gaps=tuple(gaps)
    )
