"""A bundle made from the log as the API gives it, for `qd audit export`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from quarterdeck.application.frames import Frame, FrameKind, encode
from quarterdeck.application.ports.log import RawEvent
from quarterdeck.audit.bundle.contents import Scope
from quarterdeck.audit.bundle.writing import BundleWriter
from quarterdeck.audit.checkpoints import checkpoint_in
from quarterdeck.audit.inclusion.making import hashes, signed_tree
from quarterdeck.audit.over_api import raw_event
from quarterdeck.audit.records.entry import has_output
from quarterdeck.audit.records.from_server import events_of
from quarterdeck.audit.records.part import Part
from quarterdeck_cli import ids
from quarterdeck_cli.api import transcripts
from quarterdeck_cli.api.checkpoints import checkpoints
from quarterdeck_cli.api.events import log_status
from quarterdeck_cli.client import Client
from quarterdeck_cli.exitcodes import ExitCode
from quarterdeck_cli.qd import Qd

ROWS = 5000
"""In one member."""
PART_BYTES = 8 * 1024**2
"""Of a transcript, in one member."""


async def export(qd: Qd, path: Path, part: Part, *, as_json: bool) -> int:
    """Writes the bundle, or goes on with one that was begun, and returns the exit code."""
    writer = await write_bundle(qd, path, part)
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


async def write_bundle(qd: Qd, path: Path, part: Part) -> BundleWriter:
    """Writes the bundle, or goes on with one that was begun."""
    client = await qd.client()
    # before the head: a note about rows that are not in the bundle would look like a log that was cut off
    notes = [each.note async for each in checkpoints(client)] if part.scope is Scope.ALL else []
    end = (await log_status(client)).position
    with (
        qd.out.status("Exporting …") as say,
        BundleWriter(path, part.scope, part.id, end) as writer,
    ):
        await _Export(client, writer, part, say).run()
        if part.scope is not Scope.ALL:
            await _prove(client, writer)
        begun = writer.progress.header.end
        # a part that was begun earlier ends at its own head; but what is beyond the log's head is to be found
        writer.finish([note for note in notes if not begun < checkpoint_in(note).head.position <= end])
    return writer


async def _prove(client: Client, writer: BundleWriter) -> None:
    """Adds what shows that the rows are in the log as it was signed last, if it ever was."""
    signed = await signed_tree(client)
    if signed is None:
        return
    size = signed.checkpoint.head.position
    writer.add_proof(signed.proof, [each async for each in hashes(client, writer.positions(), size)])


@dataclass(frozen=True)
class _Export:
    client: Client
    writer: BundleWriter
    part: Part
    say: Callable[[str], None]

    async def run(self) -> None:
        known = self.writer.progress
        some: list[RawEvent] = []
        async for event in events_of(self.client, self.part, known.position):
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
            if has_output(event):
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
