"""Commands' output: kept as transcripts, and live."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from quarterdeck.application.frames import Frame


@dataclass(frozen=True, kw_only=True)
class TranscriptHead:
    sequence: int
    """Batches stored so far: the fencing token for the next."""
    frames: int
    offset: int
    """Output bytes stored so far."""
    encoded: int
    """Encoded bytes stored so far, headers included: the position in the spool of what comes next."""
    complete: bool
    """The END frame is stored."""


class TranscriptStore(Protocol):
    """Output by command and offset, in whole frames."""

    async def append(self, command_id: UUID, expected_sequence: int, encoded: bytes) -> TranscriptHead:
        """Stores whole encoded frames as one batch. Raises `ConcurrencyError` if the sequence has moved on."""
        ...

    async def head(self, command_id: UUID) -> TranscriptHead: ...

    async def read(self, command_id: UUID, after: int, limit: int) -> Sequence[Frame]:
        """Frames that reach beyond output offset `after`, the first cut so that it starts there.

        About `limit` payload bytes at most, but never without output as long as there is more of it, so a reader that
        goes on from the last offset always gets further. Frames of other kinds are included at their place, those at
        offset `after` too; INPUT beyond the limit is left out.
        """
        ...


class LiveOutput(Protocol):
    """Frames as they are printed. Best effort: a reader that sees a jump in offsets reads the transcript."""

    async def publish(self, command_id: UUID, encoded: bytes) -> None:
        """Whole encoded frames, at most 512 KiB."""
        ...

    def subscribe(self, command_id: UUID) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """Encoded frames from now on (from when the context is entered)."""
        ...
