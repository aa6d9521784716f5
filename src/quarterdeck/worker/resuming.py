"""Taking up a transcript where it was left: its head, its digest so far, and what passed last."""

import hashlib
from dataclasses import dataclass, field
from functools import partial
from uuid import UUID

from quarterdeck.application.frames import OUTPUT_KINDS, Frame, FrameKind
from quarterdeck.application.patience import patiently
from quarterdeck.application.ports.output import TranscriptHead, TranscriptStore
from quarterdeck.worker.redaction import Redactor
from quarterdeck.worker.transcript import Digest

PAGE = 4 * 1024 * 1024
TAIL = 4096


@dataclass
class Stored:
    """What a transcript holds."""

    head: TranscriptHead
    digest: Digest = field(default_factory=hashlib.sha256)
    tails: dict[FrameKind, bytes] = field(default_factory=dict[FrameKind, bytes])

    def take(self, frame: Frame) -> None:
        if frame.kind in OUTPUT_KINDS:
            self.digest.update(frame.data)
            self.tails[frame.kind] = (self.tails.get(frame.kind, b"") + frame.data)[-TAIL:]

    def prime(self, redactor: Redactor) -> None:
        for kind, tail in self.tails.items():
            redactor.prime(kind, tail)


async def stored(transcripts: TranscriptStore, command_id: UUID) -> Stored:
    """Reads the whole transcript once."""
    found = Stored(await patiently(lambda: transcripts.head(command_id)))
    after = 0
    while after < found.head.offset:
        for frame in await patiently(partial(transcripts.read, command_id, after, PAGE)):
            found.take(frame)
            after = max(after, frame.end)
    return found
