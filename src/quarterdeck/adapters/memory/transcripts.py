"""Transcripts in memory."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from uuid import UUID

from quarterdeck.application.errors import ConcurrencyError
from quarterdeck.application.frames import Frame, decode, encode
from quarterdeck.application.ports.output import TranscriptHead
from quarterdeck.application.transcript import EMPTY, Page, measure


class MemoryTranscriptStore:
    def __init__(self) -> None:
        self._heads: defaultdict[UUID, TranscriptHead] = defaultdict(lambda: EMPTY)
        self._batches: defaultdict[UUID, list[bytes]] = defaultdict(list)

    async def append(self, command_id: UUID, expected_sequence: int, encoded: bytes) -> TranscriptHead:
        head = measure(encoded).after(self._heads[command_id])
        if head.sequence != expected_sequence + 1:
            raise ConcurrencyError(f"The transcript of command {command_id} has moved on.", "Another worker has it.")
        self._heads[command_id] = head
        self._batches[command_id].append(encoded)
        return head

    async def head(self, command_id: UUID) -> TranscriptHead:
        return self._heads[command_id]

    def rewrite(self, command_id: UUID, change: Callable[[Frame], Frame]) -> None:
        """Every frame becomes what `change` makes of it."""
        batches = self._batches[command_id]
        batches[:] = [b"".join(encode(change(frame)) for frame in decode(batch)) for batch in batches]

    async def read(self, command_id: UUID, after: int, limit: int) -> Sequence[Frame]:
        page = Page(after, limit)
        for batch in self._batches[command_id]:
            if page.take(decode(batch)):
                break
        return page.frames
