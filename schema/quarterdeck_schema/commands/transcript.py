"""Recorded output, page by page."""

from uuid import UUID

import strawberry

from quarterdeck.application import frames
from quarterdeck.application.frames import FrameKind
from quarterdeck.application.ports.output import TranscriptStore
from quarterdeck.domain.errors import InvalidInputError
from quarterdeck_schema.scalars import Base64, Long

MAX_PAGE_BYTES = 1024 * 1024
DEFAULT_PAGE_BYTES = 256 * 1024

strawberry.enum(FrameKind)


@strawberry.type(
    description=("`offset`: output bytes before this frame. `timeUs`: microseconds since the command started.")
)
class Frame:
    kind: FrameKind
    offset: Long
    time_us: Long
    data: Base64


@strawberry.type
class TranscriptPage:
    frames: list[Frame]
    next_offset: Long
    complete: bool


async def page_of_transcript(
    transcripts: TranscriptStore, command_id: UUID, after: int | None, limit: int | None
) -> TranscriptPage:
    """Ends between two offsets: frames without output that stand at its end open the next page."""
    start = after or 0
    most = DEFAULT_PAGE_BYTES if limit is None else limit
    if start < 0:
        raise InvalidInputError(f"An offset is 0 or more, not {start}.", field="after")
    if not 1 <= most <= MAX_PAGE_BYTES:
        raise InvalidInputError(f"limit is {most}; it must be 1 to {MAX_PAGE_BYTES:,}.", field="limit")
    found = list(await transcripts.read(command_id, start, most))
    complete = bool(found) and found[-1].kind is FrameKind.END
    end = max((frame.end for frame in found), default=start)
    while end > start and not complete and found[-1].kind not in frames.OUTPUT_KINDS:
        found.pop()
    if not found:
        complete = (await transcripts.head(command_id)).complete
    return TranscriptPage(frames=[_frame(each) for each in found], next_offset=Long(end), complete=complete)


def _frame(frame: frames.Frame) -> Frame:
    return Frame(kind=frame.kind, offset=Long(frame.offset), time_us=Long(frame.time_us), data=Base64(frame.data))
