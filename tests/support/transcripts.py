"""Transcripts for tests."""

from quarterdeck.application.frames import Frame, FrameKind


def out(*parts: bytes, kind: FrameKind = FrameKind.OUTPUT, offset: int = 0) -> list[Frame]:
    """A frame for each part, one after the other."""
    frames: list[Frame] = []
    for part in parts:
        frames.append(Frame(kind, offset, 0, part))
        offset += len(part)
    return frames
