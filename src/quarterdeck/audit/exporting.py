"""A bundle made from the log as the API gives it, for `qd audit export`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from quarterdeck.adapters.postgres.codec import decode
from quarterdeck.application.frames import Frame, FrameKind, encode
from quarterdeck.application.ports.log import RawEvent
from quarterdeck.audit.bundle.contents import Scope
from quarterdeck.audit.bundle.writing import BundleWriter
from quarterdeck.audit.checkpoints import position_of
from quarterdeck.audit.over_api import raw_event
from quarterdeck.domain.command import CommandFinished
from quarterdeck_cli import ids
from quarterdeck_cli.api import transcripts
from quarterdeck_cli.api.checkpoints import checkpoints
from quarterdeck_cli.api.events import events, log_status
from quarterdeck_cli.client import Client
from quarterdeck_cli.exitcodes import ExitCode
from quarterdeck_cli.qd import Qd

ROWS = 5000
"""In one member."""
PART_BYTES = 8 * 1024**2
"""Of a transcript, in one member."""


async def export(qd: Qd, path: Path, scope: Scope, node: str | None, *, as_json: bool) -> int:
    """Writes the bundle, or goes on with one that was begun, and returns the exit code."""
    client = await qd.client()
    # before the head: a note about rows that are not in the bundle would look like a log that was cut off
    notes = [each.note async for each in checkpoints(client)] if scope is Scope.ALL else []
    end = (await log_status(client)).position
    with (
        qd.out.status("Exporting …") as say,
        BundleWriter(path, scope, ids.uuid_of(node) if node else None, end) as writer,
    ):
        await _Export(client, writer, scope, node, say).run()
        begun = writer.progress.header.end
        # a part that was begun earlier ends at its own head; but what is beyond the log's head is to be found
        writer.finish([note for note in notes if not begun < position_of(note) <= end])
    told = writer.progress
    if as_json:
        qd.out.json(
            {
                "file": str(path),
                "resumed": writer.resumed,
                "events": told.events,
                "transcripts": told.transcripts,
                "bytes": path.stat().st_size,
            }
        )
    else:
        qd.out.line(
            f"{path}: {told.events:,} events and {told.transcripts:,} transcripts, {path.stat().st_size:,} bytes."
        )
        qd.out.note(f"Check it anywhere, without a server: qd audit verify --bundle {path}")
    return ExitCode.OK


@dataclass(frozen=True)
class _Export:
    client: Client
    writer: BundleWriter
    scope: Scope
    node: str | None
    say: Callable[[str], None]

    async def run(self) -> None:
        known = self.writer.progress
        project = self.node if self.scope is Scope.PROJECT else None
        session = self.node if self.scope is Scope.SESSION else None
        some: list[RawEvent] = []
        async for event in events(self.client, project_id=project, session_id=session, after=known.position):
            if event.position > known.header.end:
                break
            some.append(raw_event(event))
            if len(some) == ROWS:
                await self._add(some)
                some = []
        if some:
            await self._add(some)

    async def _add(self, some: Sequence[RawEvent]) -> None:
        self.writer.add_events(some)
        transcripts_added = 0
        for event in some:
            if _has_output(event):
                self.writer.add_transcript(event.stream_id, await self._transcript(event.stream_id))
                transcripts_added += 1
                self._tell(event.position)
        self.writer.keep(some[-1].position, len(some), transcripts_added)
        self._tell(some[-1].position)

    async def _transcript(self, command_id: UUID) -> list[bytes]:
        parts, part = list[bytes](), bytearray()
        async for frame in transcripts.frames(self.client, ids.global_id("Command", command_id)):
            part += encode(Frame(FrameKind[frame.kind], frame.offset, frame.time_us, frame.data))
            if len(part) >= PART_BYTES:
                parts.append(bytes(part))
                part.clear()
        return [*parts, bytes(part)]

    def _tell(self, position: int) -> None:
        told = self.writer.progress
        self.say(f"{position:,} of {told.header.end:,} events, {told.transcripts:,} transcripts, {told.size:,} bytes …")


def _has_output(event: RawEvent) -> bool:
    if event.topic != CommandFinished.TOPIC or event.payload is None:
        return False
    ended = decode(event.topic, event.schema_version, event.payload)
    return isinstance(ended, CommandFinished) and ended.output_bytes > 0
