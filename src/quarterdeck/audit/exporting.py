"""A bundle made from the log as the API gives it, for `qd audit export`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from quarterdeck.application.frames import Frame, FrameKind, encode
from quarterdeck.application.ports.log import RawEvent
from quarterdeck.audit.bundle.contents import MissingTree, Scope
from quarterdeck.audit.bundle.writing import BundleWriter
from quarterdeck.audit.checkpoints import checkpoint_in
from quarterdeck.audit.inclusion.making import hashes, signed_tree
from quarterdeck.audit.over_api import raw_event
from quarterdeck.audit.records.entry import has_output
from quarterdeck.audit.records.from_server import events_of
from quarterdeck.audit.records.part import Part
from quarterdeck.audit.trees.exporting import add_files
from quarterdeck_cli import ids
from quarterdeck_cli.api import transcripts
from quarterdeck_cli.api.checkpoints import checkpoints
from quarterdeck_cli.api.events import log_status
from quarterdeck_cli.client import Client
from quarterdeck_cli.exitcodes import ExitCode
from quarterdeck_cli.qd import Qd
from quarterdeck_cli.text import plain

MOST_SAID = 10
"""Snapshots that are missing."""
ROWS = 5000
"""In one member."""
PART_BYTES = 8 * 1024**2
"""Of a transcript, in one member."""


async def export(qd: Qd, path: Path, part: Part, *, files: bool = False, as_json: bool) -> int:
    """Writes the bundle, or goes on with one that was begun, and returns the exit code."""
    written = await write_bundle(qd, path, part, files=files)
    writer, told = written.writer, written.writer.progress
    if as_json:
        qd.out.json(
            {
                "file": str(path),
                "resumed": writer.resumed,
                "events": told.events,
                "transcripts": told.transcripts,
                "bytes": path.stat().st_size,
                "objects": told.objects if files else None,
                "missing": [{"tree": each.tree, "why": each.why} for each in written.missing] if files else None,
            }
        )
    else:
        objects = f", {told.objects:,} objects of files" if files else ""
        qd.out.line(
            f"{path}: {told.events:,} events and {told.transcripts:,} transcripts{objects}, "
            f"{path.stat().st_size:,} bytes."
        )
        _say_missing(qd, written.missing)
        qd.out.note(f"Check it anywhere, without a server: qd audit verify --bundle {path}")
    return ExitCode.OK


def _say_missing(qd: Qd, missing: Sequence[MissingTree]) -> None:
    for each in missing[:MOST_SAID]:
        qd.out.note(f"Snapshot {plain(each.tree[:12])} is not in it: {plain(each.why)}")
    if len(missing) > MOST_SAID:
        qd.out.note(f"… and {len(missing) - MOST_SAID:,} more.")


@dataclass(frozen=True)
class Written:
    writer: BundleWriter
    missing: Sequence[MissingTree] = ()
    """Snapshots whose files could not be had."""


async def write_bundle(qd: Qd, path: Path, part: Part, *, files: bool = False) -> Written:
    """Writes the bundle, or goes on with one that was begun."""
    client = await qd.client()
    # before the head: a note about rows that are not in the bundle would look like a log that was cut off
    notes = [each.note async for each in checkpoints(client)] if part.scope is Scope.ALL else []
    end = (await log_status(client)).position
    with (
        qd.out.status("Exporting …") as say,
        BundleWriter(path, part.scope, part.id, end, files=files) as writer,
    ):
        await _Export(client, writer, part, say).run()
        missing = await add_files(client, writer, say) if files else ()
        if part.scope is not Scope.ALL:
            await _prove(client, writer)
        begun = writer.progress.header.end
        # a part that was begun earlier ends at its own head; but what is beyond the log's head is to be found
        writer.finish([note for note in notes if not begun < checkpoint_in(note).head.position <= end])
    return Written(writer, missing)


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
