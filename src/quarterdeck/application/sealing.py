"""Ending the transcript of a command that will print no more, so that nobody waits for it."""

from uuid import UUID

from quarterdeck.application.errors import ConcurrencyError
from quarterdeck.application.frames import Frame, FrameKind, encode
from quarterdeck.application.ports.output import LiveOutput, TranscriptStore


async def seal(transcripts: TranscriptStore, live: LiveOutput, command_id: UUID, time_us: int = 0) -> None:
    """Appends the END frame where it is missing, then tells who listens."""
    while not (head := await transcripts.head(command_id)).complete:
        end = encode(Frame(FrameKind.END, head.offset, time_us, b""))
        try:
            await transcripts.append(command_id, head.sequence, end)
        except ConcurrencyError:
            continue
        await live.publish(command_id, end)
